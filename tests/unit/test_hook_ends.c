/* The end of the process that runs the app's hook, and what becomes of its calls. */
#include "base/clock.h"
#include "base/fd.h"
#include "tests/unit/hook_call.h"

#include <sodium.h>

/* ---- its end ---- */

static void what_it_had_is_denied_when_it_dies(void)
{
    uint64_t number;
    begin_under(&hooks_echo);
    struct tb_handle passed = call_past_hook(&number);
    struct tb_handle asked = call(BENCH_ECHO);
    struct tb_handle behind = call(BENCH_OTHER);
    tb_fd_close(&bench.hook);
    bench_run(&bench);
    bench_check(&bench);
    CHECK_INT(reply_code(&asked), TB_CODE_HOOK);
    CHECK_INT(reply_code(&passed), TB_CODE_HOOK);
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CANCEL, number).kind, TB_PLUGIN_CANCEL);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, stream_live(&bench, &behind)->number);
    CHECK_INT(hook()->state, TB_HOOK_IDLE);

    struct tb_handle next = call(BENCH_ECHO);
    CHECK_INT(bench.n_hooks, 2);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, stream_live(&bench, &next)->number);
    bench_deinit(&bench);
}

static void one_that_is_late_is_ended(void)
{
    uint64_t number;
    begin_under(&hooks_echo);
    (void)call_past_hook(&number); /* it had time to load its text, too */
    struct tb_handle handle = call(BENCH_ECHO);
    CHECK(hook()->deadline_ns <= bench.broker.now_ns + 1050 * TB_MS_NS);
    hook()->deadline_ns = bench.broker.now_ns;
    bench.broker.next_deadline_ns = 0;
    bench_run(&bench);
    bench_check(&bench);
    CHECK_INT(reply_code(&handle), TB_CODE_HOOK);
    CHECK_INT(hook()->state, TB_HOOK_IDLE);
    CHECK_INT(bench.hook, -1);
    bench_deinit(&bench);
}

static void one_that_cannot_be_started_denies(void)
{
    begin_under(&hooks_echo);
    bench.no_hook = true;
    struct tb_handle handle = call(BENCH_ECHO);
    CHECK_INT(reply_code(&handle), TB_CODE_HOOK);
    handle = call(BENCH_ECHO);
    CHECK_INT(reply_code(&handle), TB_CODE_HOOK);
    CHECK_INT(hook()->state, TB_HOOK_IDLE);
    bench_deinit(&bench);
}

static void one_that_nothing_is_asked_of_ends(void)
{
    begin_under(&hooks_echo);
    struct tb_handle handle = call(BENCH_ECHO);
    hook_refuses(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id, "no");
    CHECK_INT(reply_code(&handle), TB_CODE_HOOK);
    CHECK(hook()->deadline_ns <= bench.broker.now_ns + 30 * TB_S_NS);
    hook()->deadline_ns = bench.broker.now_ns;
    bench.broker.next_deadline_ns = 0;
    bench_run(&bench);
    CHECK(hook()->state == TB_HOOK_IDLE && bench.hook == -1);
    CHECK_INT(hook()->back_off.n_crashes, 0);
    bench_deinit(&bench);
}

static void one_whose_calls_go_on_does_not_end_idle(void)
{
    uint64_t number;
    begin_under(&hooks_echo);
    (void)call_past_hook(&number);
    CHECK(hook()->deadline_ns == TB_NEVER && hook()->n_calls == 1);
    bench_deinit(&bench);
}

/* Nothing that it says but the answer to the first question is good. */
static void check_ended_by(struct tb_bytes frame)
{
    begin_under(&hooks_echo);
    struct tb_handle handle = call(BENCH_ECHO);
    bench_hook_send(&bench, frame);
    bench_check(&bench);
    CHECK_INT(reply_code(&handle), TB_CODE_HOOK);
    CHECK(hook()->state == TB_HOOK_IDLE && stream_quiet(&bench));
    bench_deinit(&bench);
}

static void answers_that_nobody_asked_for_end_it(void)
{
    struct tb_buffer out;
    const struct tb_bytes raw = tb_bytes_of_string("x");
    tb_buffer_init(&out, TB_HEADER_SIZE + TB_FRAME_MAX);
    CHECK_INT(tb_hook_answer_write(&out, 77, EMPTY_MAP, NULL), TB_OK);
    check_ended_by(tb_buffer_bytes(&out));
    tb_buffer_consume(&out, tb_buffer_n(&out));
    CHECK_INT(tb_hook_answer_write(&out, 1, tb_bytes_of("\x90", 1), NULL), TB_OK);
    check_ended_by(tb_buffer_bytes(&out)); /* an array for args */
    tb_buffer_consume(&out, tb_buffer_n(&out));
    CHECK_INT(tb_hook_answer_write(&out, 1, none, &raw), TB_OK);
    check_ended_by(tb_buffer_bytes(&out)); /* none at all */
    tb_buffer_deinit(&out);
    check_ended_by(tb_bytes_of("\x04\0\0\0\x72\0\0\0\1\0\0\0\xc1", 13));
    check_ended_by(tb_bytes_of("\xff\xff\xff\xff\x72\0\0\0", 8));
    check_ended_by(tb_bytes_of("\x04\0\0\0\x70\0\0\0\1\0\0\0\x80", 13)); /* INIT, from it */
}

static void a_second_answer_ends_it(void)
{
    uint64_t number;
    begin_under(&hooks_echo);
    struct tb_handle handle = call_past_hook(&number);
    hook_passes(&bench, 1);
    CHECK_INT(reply_code(&handle), TB_CODE_HOOK);
    CHECK_INT(hook()->state, TB_HOOK_IDLE);
    bench_deinit(&bench);
}

static void answers_out_of_order_end_it(void)
{
    begin_under(&hooks_echo);
    struct tb_handle first = call(BENCH_ECHO);
    struct tb_handle second = call(BENCH_ECHO);
    hook_passes(&bench, 2);
    CHECK_INT(reply_code(&first), TB_CODE_HOOK);
    CHECK_INT(reply_code(&second), TB_CODE_HOOK);
    bench_deinit(&bench);
}

/* ---- reloads and documents ---- */

static void a_reload_of_the_hook_answers_what_it_had(void)
{
    struct bench_policy policy = hooks_echo;
    begin_under(&policy);
    struct tb_handle handle = call(BENCH_ECHO);
    policy.hook_text = 1;
    bench_reload(&bench, &policy);
    bench_check(&bench);
    CHECK_INT(reply_code(&handle), TB_CODE_CANCELLED);
    (void)call(BENCH_ECHO);
    CHECK_INT(bench.n_hooks, 2);
    bench_deinit(&bench);
}

static void a_reload_of_something_else_leaves_it_alone(void)
{
    struct bench_policy policy = hooks_echo;
    begin_under(&policy);
    struct tb_handle handle = call(BENCH_ECHO);
    policy.pool = BENCH_POOL - 1;
    bench_reload(&bench, &policy);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, stream_live(&bench, &handle)->number);
    CHECK_INT(bench.n_hooks, 1);
    bench_deinit(&bench);
}

static void a_command_revoked_while_its_call_waits_is_denied(void)
{
    struct stream_seen seen;
    struct bench_policy policy = hooks_echo;
    begin_under(&policy);
    struct tb_handle handle = call(BENCH_ECHO);
    policy.commands = 6;
    bench_reload(&bench, &policy);
    bench_check(&bench);
    CHECK(stream_look(&bench, &seen) && tb_handle_equal(&seen.handle, &handle));
    CHECK(seen.kind == TB_REPLY && seen.code == TB_CODE_DENIED && !seen.has_next);
    bench_deinit(&bench);
}

static void the_end_of_a_document_leaves_the_process_to_the_next(void)
{
    struct bench_policy policy = hooks_echo;
    begin_under(&policy);
    (void)call(BENCH_ECHO);
    struct hook_asked asked = hook_takes(&bench, TB_HOOK_REQUEST);
    bench_open_again(&bench);
    bench_hello(&bench, secret);
    bench_check(&bench);
    CHECK_INT(hook_takes(&bench, TB_HOOK_FORGET).call, asked.call);
    hook_passes(&bench, asked.id); /* nobody's any more */
    CHECK(hook()->state == TB_HOOK_RUNNING && bench.n_hooks == 1);
    bench_deinit(&bench);
}

static void another_view_takes_another_slot_than_one_whose_hook_runs(void)
{
    struct tb_views *views = &bench.broker.views;
    const uint64_t now_ns = bench.broker.now_ns;
    char label[16];
    begin_under(&hooks_echo);
    (void)call(BENCH_ECHO);
    tb_broker_close(&bench.broker, bench_session(&bench), TB_CLOSE_BYE, "the test says so");
    bench_run(&bench);
    for (size_t i = 1; i < TB_SLOTS; i++) {
        (void)snprintf(label, sizeof label, "view %zu", i);
        CHECK(tb_views_get(views, tb_bytes_of_string(label), now_ns) == &views->slots[1]);
    }
    CHECK_INT(hook()->state, TB_HOOK_RUNNING);
    for (size_t i = 1; i < TB_SLOTS; i++)
        views->slots[i] = (struct tb_view){.used = true, .n_violations = 1};
    CHECK(tb_views_get(views, tb_bytes_of_string("new"), now_ns) == &views->slots[0]);
    CHECK_INT(hook()->state, TB_HOOK_IDLE);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    const struct test tests[] = {
        TEST(what_it_had_is_denied_when_it_dies),
        TEST(one_that_is_late_is_ended),
        TEST(one_that_cannot_be_started_denies),
        TEST(one_that_nothing_is_asked_of_ends),
        TEST(one_whose_calls_go_on_does_not_end_idle),
        TEST(answers_that_nobody_asked_for_end_it),
        TEST(a_second_answer_ends_it),
        TEST(answers_out_of_order_end_it),
        TEST(a_reload_of_the_hook_answers_what_it_had),
        TEST(a_reload_of_something_else_leaves_it_alone),
        TEST(a_command_revoked_while_its_call_waits_is_denied),
        TEST(the_end_of_a_document_leaves_the_process_to_the_next),
        TEST(another_view_takes_another_slot_than_one_whose_hook_runs),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
