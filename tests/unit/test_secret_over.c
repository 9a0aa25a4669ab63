/* What ends a prompt for a passphrase, and what becomes of its call's deadline meanwhile. */
#include "tests/unit/hook_bench.h"
#include "tests/unit/secret_call.h"

/* ---- ends ---- */

static void a_cancelled_call_takes_its_prompt_along(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    stream_cancel(&bench, &held.handle, 1);
    check_over(id);
    CHECK_INT(stream_take(&bench, TB_REPLY, &held.handle, 0).code, TB_CODE_CANCELLED);
    (void)plugin_takes(&bench, TB_PLUGIN_CANCEL, held.number);
    type(id, sizeof sealed);
    CHECK(plugin_hears_nothing());
    bench_deinit(&bench);
}

/* It has crossed CANCEL, which is all that the plugin is told. */
static void a_request_of_a_cancelled_call_is_let_be(void)
{
    begin(&secretive);
    struct held held = hold(BENCH_ECHO);
    stream_cancel(&bench, &held.handle, 1);
    (void)plugin_takes(&bench, TB_PLUGIN_CANCEL, held.number);
    plugin_asks(held.number, "a key", false);
    CHECK_INT(hear().kind, 0);
    CHECK(plugin_hears_nothing() && bench.plugin >= 0);
    bench_deinit(&bench);
}

static void a_reply_takes_the_prompt_away(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    check_answered(&held);
    check_over(id);
    type(id, sizeof sealed);
    CHECK(plugin_hears_nothing() && bench.plugin >= 0);
    bench_deinit(&bench);
}

/* Before the hook has said what the page gets. */
static void a_hooked_reply_takes_the_prompt_away(void)
{
    static const struct bench_policy hooked = {
        .commands = 7, .memory_mib = 64, .secrets = 1, .hooked = 1u << BENCH_ECHO};
    begin(&hooked);
    struct tb_handle handle = stream_call(&bench, BENCH_ECHO, NO_ARGS);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    const struct held held = {handle, stream_live(&bench, &handle)->number};
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, held.number);
    plugin_asks(held.number, "a key", false);
    uint32_t id = hear_secret();
    bench_plugin_answer(&bench, held.number);
    (void)hook_takes(&bench, TB_HOOK_REPLY);
    CHECK(stream_quiet(&bench));
    check_over(id);
    bench_deinit(&bench);
}

static void a_document_that_goes_takes_its_prompts_along(void)
{
    begin(&secretive);
    (void)asked();
    (void)asked();
    uint32_t id = hear_secret();
    bench_open_again(&bench);
    check_over(id);
    type(id, sizeof sealed);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_plugin_that_dies_takes_its_prompt_along(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    tb_fd_close(&bench.plugin);
    bench_run(&bench);
    bench_check(&bench);
    check_over(id);
    CHECK_INT(stream_take(&bench, TB_REPLY, &held.handle, 0).code, TB_CODE_PLUGIN_CRASHED);
    type(id, sizeof sealed);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

static void a_policy_that_takes_secrets_away_ends_it(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    bench_reload(&bench, &without);
    check_over(id);
    CHECK_INT(stream_take(&bench, TB_REPLY, &held.handle, 0).code, TB_CODE_CANCELLED);
    bench_deinit(&bench);
}

static void the_same_policy_leaves_a_prompt_as_it_is(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    bench_reload(&bench, &secretive);
    CHECK_INT(hear().kind, 0);
    type(id, sizeof sealed);
    CHECK_INT(plugin_hears(held.number), sizeof sealed);
    bench_deinit(&bench);
}

/* The next one is not where a person was about to type. */
static void behind_one_that_was_taken_away_is_a_pause(void)
{
    begin(&secretive);
    struct held first = asked();
    struct held second = asked();
    uint32_t id = hear_secret();
    stream_cancel(&bench, &first.handle, 1);
    check_over(id);
    CHECK_INT(hear().kind, 0);
    CHECK(seconds_left(&second) <= 1);
    bench.broker.views.slots[0].refusals.next_ask_ns = bench.broker.now_ns; /* it is over */
    let_pass(&second);
    CHECK_INT(hear().kind, TB_SECRET);
    bench_deinit(&bench);
}

/* Those that wait behind one that is dismissed are not shown either. */
static void dismissed_counts_for_those_that_wait(void)
{
    begin(&secretive);
    struct held first = asked();
    struct held second = asked();
    type(hear_secret(), 0);
    CHECK_INT(plugin_hears(first.number), 0);
    CHECK_INT(plugin_hears(second.number), 0);
    CHECK_INT(hear().kind, 0);
    bench_deinit(&bench);
}

/* ---- time ---- */

static void the_deadline_stands_still_while_somebody_types(void)
{
    begin(&secretive);
    struct held held = hold(BENCH_ECHO);
    stream_live(&bench, &held.handle)->deadline_ns = bench.broker.now_ns + 20 * TB_S_NS;
    plugin_asks(held.number, "a key", false);
    uint32_t id = hear_secret();
    CHECK(seconds_left(&held) >= TB_ASK_S - 1 && seconds_left(&held) <= TB_ASK_S);
    type(id, sizeof sealed);
    CHECK_INT(plugin_hears(held.number), sizeof sealed);
    CHECK(seconds_left(&held) >= 19 && seconds_left(&held) <= 20);
    bench_deinit(&bench);
}

/* Also for those that wait behind the one that is shown. */
static void the_deadline_stands_still_for_all_of_them(void)
{
    begin(&secretive);
    struct held first = asked();
    struct held second = asked();
    (void)hear_secret();
    CHECK(stream_live(&bench, &second.handle)->deadline_ns == TB_NEVER);
    check_answered(&first);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    check_answered(&second);
    bench_deinit(&bench);
}

static void one_without_a_deadline_has_none_afterwards(void)
{
    begin(&secretive);
    struct held held = hold(BENCH_ECHO);
    plugin_says(&bench, held.number, "message", 1);
    CHECK(stream_live(&bench, &held.handle)->deadline_ns == TB_NEVER);
    plugin_asks(held.number, "a key", false);
    type(hear_secret(), sizeof sealed);
    CHECK(stream_live(&bench, &held.handle)->deadline_ns == TB_NEVER);
    bench_deinit(&bench);
}

/* What a plugin sends meanwhile does not give it more than the ten minutes. */
static void a_message_does_not_make_the_prompt_last(void)
{
    begin(&secretive);
    struct held held = asked();
    (void)hear_secret();
    plugin_says(&bench, held.number, "message", 1);
    CHECK(seconds_left(&held) <= TB_ASK_S);
    let_pass(&held);
    CHECK_INT(hear().kind, TB_ASK_OVER);
    CHECK(stream_live(&bench, &held.handle)->deadline_ns == TB_NEVER);
    bench_deinit(&bench);
}

static void nobody_waits_for_ever(void)
{
    begin(&secretive);
    struct held held = asked();
    uint32_t id = hear_secret();
    let_pass(&held);
    check_over(id);
    CHECK_INT(plugin_hears(held.number), 0);
    CHECK(seconds_left(&held) <= 30); /* the call's own again */
    plugin_asks(held.number, "a key", false);
    CHECK_INT(plugin_hears(held.number), 0);
    let_pass(&held);
    CHECK_INT(stream_take(&bench, TB_REPLY, &held.handle, 0).code, TB_CODE_TIMEOUT);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_cancelled_call_takes_its_prompt_along),
        TEST(a_request_of_a_cancelled_call_is_let_be),
        TEST(a_reply_takes_the_prompt_away),
        TEST(a_hooked_reply_takes_the_prompt_away),
        TEST(a_document_that_goes_takes_its_prompts_along),
        TEST(a_plugin_that_dies_takes_its_prompt_along),
        TEST(a_policy_that_takes_secrets_away_ends_it),
        TEST(the_same_policy_leaves_a_prompt_as_it_is),
        TEST(behind_one_that_was_taken_away_is_a_pause),
        TEST(dismissed_counts_for_those_that_wait),
        TEST(the_deadline_stands_still_while_somebody_types),
        TEST(the_deadline_stands_still_for_all_of_them),
        TEST(one_without_a_deadline_has_none_afterwards),
        TEST(a_message_does_not_make_the_prompt_last),
        TEST(nobody_waits_for_ever),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
