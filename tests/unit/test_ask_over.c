/* What ends a prompt, and what need not be asked since it is remembered. */
#include "base/clock.h"
#include "tests/unit/ask_call.h"

#include <sodium.h>

/* ---- what ends a prompt ---- */

static void a_cancelled_call_takes_its_prompt_along(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    stream_cancel(&bench, &handle, 1);
    check_denied(&handle, TB_CODE_CANCELLED);
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    answer(id, TB_ANSWER_ONCE);
    check_nothing_dispatched();
    bench_deinit(&bench);
}

/* The next one is not where a person was about to press. */
static void behind_one_that_was_taken_away_is_a_pause(void)
{
    begin(&asking);
    struct tb_handle first = ask(BENCH_ECHO);
    struct tb_handle second = ask(BENCH_ECHO);
    (void)hear_ask();
    stream_cancel(&bench, &first, 1);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    CHECK_INT(hear().kind, 0);
    struct tb_live_call *call = stream_live(&bench, &second);
    CHECK(call->deadline_ns != TB_NEVER);
    bench.broker.views.slots[0].refusals.next_ask_ns = bench.broker.now_ns; /* it is over */
    call->deadline_ns = bench.broker.now_ns;
    bench_session(&bench)->next_deadline_ns = bench.broker.next_deadline_ns = 0;
    bench_run(&bench);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void a_document_that_goes_takes_its_prompts_along(void)
{
    begin(&asking);
    (void)ask(BENCH_ECHO);
    (void)ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    bench_open_again(&bench);
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    answer(id, TB_ANSWER_ALWAYS);
    check_nothing_dispatched();
    CHECK_INT(bench.remember_token, 0);
    bench_deinit(&bench);
}

static void another_policy_takes_prompts_away(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    bench_reload(&bench, &free_again);
    check_denied(&handle, TB_CODE_CANCELLED);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    answer(id, TB_ANSWER_ONCE);
    check_nothing_dispatched();
    bench_deinit(&bench);
}

static void the_same_policy_leaves_a_prompt_as_it_is(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    bench_reload(&bench, &asking);
    CHECK_INT(hear().kind, 0);
    answer(id, TB_ANSWER_ONCE);
    check_dispatched(&handle);
    bench_deinit(&bench);
}

static void a_command_that_is_revoked_is_denied(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    (void)hear_ask();
    bench_reload(&bench, &revoked);
    check_denied(&handle, TB_CODE_DENIED);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    bench_deinit(&bench);
}

static void nobody_waits_for_ever(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    struct tb_live_call *call = stream_live(&bench, &handle);
    CHECK_INT((call->deadline_ns - bench.broker.now_ns) / TB_S_NS / 10, (TB_ASK_S - 1) / 10);
    call->deadline_ns = bench.broker.now_ns;
    bench_session(&bench)->next_deadline_ns = bench.broker.next_deadline_ns = 0;
    bench_run(&bench);
    check_denied(&handle, TB_CODE_ASK_DENIED);
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

/* ---- remembered answers ---- */

static struct tb_remembered entry(enum tb_answered answered, uint64_t made_s, uint64_t expires_s)
{
    struct tb_remembered entry = {.answered = answered,
                                  .made_s = made_s,
                                  .expires_s = expires_s,
                                  .used_s = made_s,
                                  .origin = tb_bytes_of_string("local"),
                                  .command = tb_bytes_of_string("echo"),
                                  .view = tb_bytes_of_string("main")};
    bench_ask_key(&asking, BENCH_ECHO, entry.key);
    return entry;
}

static void keep(struct tb_remembered remembered)
{
    tb_cleanup(tb_answers_deinit) struct tb_answers answers = {0};
    CHECK_INT(tb_answers_put(&answers, &remembered), TB_OK);
    bench_answers(&bench, bench.remember_token, &answers);
}

static void forget(void)
{
    const struct tb_answers nothing = {0};
    bench_answers(&bench, bench.remember_token, &nothing);
}

static void what_was_remembered_decides(void)
{
    uint64_t now_s = tb_clock_wall_s();
    begin(&asking);
    keep(entry(TB_ANSWER_ALWAYS, now_s - 1000, 0));
    check_passes(BENCH_ECHO);
    CHECK_INT(bench.n_used, 1);
    check_passes(BENCH_ECHO);
    CHECK_INT(bench.n_used, 1); /* not for each call */
    keep(entry(TB_ANSWER_NEVER, now_s - 1000, now_s + 1000));
    check_refused(BENCH_ECHO);
    bench_deinit(&bench);
}

static void what_has_expired_or_is_of_another_time_does_not(void)
{
    uint64_t now_s = tb_clock_wall_s();
    begin(&asking);
    keep(entry(TB_ANSWER_ALWAYS, now_s - 1000, now_s));
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ONCE);
    check_dispatched(&handle);
    keep(entry(TB_ANSWER_ALWAYS, now_s + 1000, 0)); /* the clock was set back since */
    (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

/* One that runs in another window was answered there. */
static void an_answer_from_elsewhere_takes_the_prompt_away(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    uint32_t id = hear_ask();
    keep(entry(TB_ANSWER_ALWAYS, tb_clock_wall_s(), 0));
    struct told told = hear();
    CHECK(told.kind == TB_ASK_OVER && told.id == id);
    check_dispatched(&handle);
    bench_deinit(&bench);
}

static void revoking_ends_what_it_had_allowed(void)
{
    struct stream_told told;
    begin(&asking);
    keep(entry(TB_ANSWER_ALWAYS, tb_clock_wall_s(), 0));
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    CHECK(plugin_told(&bench, &told));
    plugin_says(&bench, told.call, "message", 5);
    CHECK_INT(stream_take(&bench, TB_CHUNK, &handle, 0).value, 5);
    forget();
    check_denied(&handle, TB_CODE_ASK_DENIED);
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CANCEL, told.call).kind, TB_PLUGIN_CANCEL);
    (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

static void revoking_ends_also_what_has_asked_for_it(void)
{
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ALWAYS);
    CHECK(stream_live(&bench, &handle)->at_plugin);
    keep(entry(TB_ANSWER_ALWAYS, tb_clock_wall_s(), 0));
    forget();
    check_denied(&handle, TB_CODE_ASK_DENIED);
    bench_deinit(&bench);
}

/* A table from before the answer says nothing about it; one from behind it, all. */
static void a_table_that_crossed_the_answer_takes_nothing_away(void)
{
    const struct tb_answers nothing = {0};
    begin(&asking);
    struct tb_handle handle = ask(BENCH_ECHO);
    answer(hear_ask(), TB_ANSWER_ALWAYS);
    bench_answers(&bench, bench.remember_token - 1, &nothing);
    check_dispatched(&handle);
    check_passes(BENCH_ECHO);
    bench_answers(&bench, bench.remember_token, &nothing); /* it could not be kept */
    (void)ask(BENCH_ECHO);
    CHECK_INT(hear().kind, TB_ASK);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_cancelled_call_takes_its_prompt_along),
        TEST(behind_one_that_was_taken_away_is_a_pause),
        TEST(a_document_that_goes_takes_its_prompts_along),
        TEST(another_policy_takes_prompts_away),
        TEST(the_same_policy_leaves_a_prompt_as_it_is),
        TEST(a_command_that_is_revoked_is_denied),
        TEST(nobody_waits_for_ever),
        TEST(what_was_remembered_decides),
        TEST(what_has_expired_or_is_of_another_time_does_not),
        TEST(an_answer_from_elsewhere_takes_the_prompt_away),
        TEST(revoking_ends_what_it_had_allowed),
        TEST(revoking_ends_also_what_has_asked_for_it),
        TEST(a_table_that_crossed_the_answer_takes_nothing_away),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
