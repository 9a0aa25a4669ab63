/* Calls on their way through the app's hook, which says what the test wants, and their order. */
#include "tests/unit/hook_call.h"

#include <sodium.h>

/* ---- requests ---- */

static void a_call_waits_for_the_hook_and_goes_on_as_it_came(void)
{
    struct stream_told told;
    begin_under(&hooks_echo);
    struct tb_handle handle = call(BENCH_ECHO);
    CHECK(stream_quiet(&bench) && !plugin_told(&bench, &told));
    struct hook_asked asked = hook_takes(&bench, TB_HOOK_REQUEST);
    uint64_t number = stream_live(&bench, &handle)->number;
    CHECK_INT(asked.call, number);
    hook_passes(&bench, asked.id);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, number);
    bench_plugin_answer(&bench, number);
    asked = hook_takes(&bench, TB_HOOK_REPLY);
    CHECK(asked.call == number && asked.value == 1 && stream_quiet(&bench));
    hook_answers(&bench, asked.id, tb_bytes_of("\x07", 1), NULL);
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 0).value, 7);
    CHECK_INT(hook()->n_calls, 0);
    bench_deinit(&bench);
}

static void a_command_that_is_not_hooked_starts_no_process(void)
{
    begin_under(&hooks_echo);
    (void)call(BENCH_OTHER);
    CHECK(bench.n_hooks == 0 && bench.broker.n_parked == 0);
    CHECK_INT(
        plugin_takes(&bench, TB_PLUGIN_CALL, bench_session(&bench)->calls.slots[0].number).kind,
        TB_PLUGIN_CALL);
    bench_deinit(&bench);
}

static void what_it_throws_denies_the_call_and_tells_the_page_nothing(void)
{
    begin_under(&hooks_echo);
    struct tb_handle handle = call(BENCH_ECHO);
    hook_refuses(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id, "a secret of the hook's");
    CHECK_INT(reply_code(&handle), TB_CODE_HOOK);
    CHECK_INT(hook_takes(&bench, TB_HOOK_FORGET).n_raw, 0);
    CHECK(hook()->state == TB_HOOK_RUNNING && hook()->n_calls == 0);
    bench_deinit(&bench);
}

static void other_args_and_another_body_are_what_is_dispatched(void)
{
    const struct tb_bytes raw = tb_bytes_of_string("body");
    begin_under(&hooks_echo);
    struct tb_handle handle = call(BENCH_ECHO);
    hook_answers(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id,
                 tb_bytes_of("\x81\xa1"
                             "a\x05",
                             4),
                 &raw);
    struct stream_told told =
        plugin_takes(&bench, TB_PLUGIN_CALL, stream_live(&bench, &handle)->number);
    CHECK_INT(told.bytes, raw.n);
    bench_deinit(&bench);
}

/* ---- the order of calls ---- */

static void a_call_behind_one_at_the_hook_waits_for_it(void)
{
    struct stream_told told;
    begin_under(&hooks_echo);
    struct tb_handle first = call(BENCH_ECHO);
    struct tb_handle second = call(BENCH_OTHER);
    uint64_t numbers[] = {stream_live(&bench, &first)->number,
                          stream_live(&bench, &second)->number};
    CHECK(!plugin_told(&bench, &told));
    CHECK_INT(bench.broker.n_parked, 2);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, numbers[0]);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, numbers[1]);
    CHECK_INT(bench.broker.n_parked, 0);
    bench_deinit(&bench);
}

static void a_call_behind_one_that_is_cancelled_goes_on(void)
{
    begin_under(&hooks_echo);
    struct tb_handle first = call(BENCH_ECHO);
    struct tb_handle second = call(BENCH_OTHER);
    uint64_t number = stream_live(&bench, &second)->number;
    stream_cancel(&bench, &first, 1);
    CHECK_INT(reply_code(&first), TB_CODE_CANCELLED);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, number);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id); /* nobody's any more */
    CHECK_INT(hook_takes(&bench, TB_HOOK_FORGET).n_raw, 0);
    CHECK(stream_quiet(&bench) && hook()->state == TB_HOOK_RUNNING);
    bench_deinit(&bench);
}

static void a_denied_call_lets_those_behind_it_pass(void)
{
    begin_under(&hooks_echo);
    struct tb_handle first = call(BENCH_ECHO);
    struct tb_handle second = call(BENCH_OTHER);
    uint64_t number = stream_live(&bench, &second)->number;
    hook_refuses(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id, "no");
    CHECK_INT(reply_code(&first), TB_CODE_HOOK);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, number);
    bench_deinit(&bench);
}

static void many_parked_and_cancelled_calls_leave_nothing_behind(void)
{
    struct bench_policy policy = hooks_echo;
    policy.hook_ms = 10000; /* it answers none of them, and memcheck takes its time */
    begin_under(&policy);
    for (int i = 0; i < 1000; i++) {
        struct tb_handle handle = call(BENCH_ECHO);
        stream_cancel(&bench, &handle, 1);
        CHECK_INT(reply_code(&handle), TB_CODE_CANCELLED);
    }
    CHECK(bench.broker.n_parked == 0 && bench_session(&bench)->n_bytes_live == 0);
    CHECK_INT(hook()->n_at, 8); /* what it was sent it has to answer; the rest it never saw */
    CHECK(!hook()->waiting && tb_buffer_n(&hook()->link.out) == 0);
    bench_deinit(&bench);
}

static void the_deadline_passes_while_a_call_waits(void)
{
    begin_under(&hooks_echo);
    struct tb_handle handle = call(BENCH_ECHO);
    struct tb_live_call *live = stream_live(&bench, &handle);
    tb_answer_by(&bench.broker, bench_session(&bench), live, bench.broker.now_ns);
    bench_run(&bench);
    bench_check(&bench);
    CHECK_INT(reply_code(&handle), TB_CODE_TIMEOUT);
    bench_deinit(&bench);
}

static void parts_of_a_parked_call_come_behind_it(void)
{
    begin_under(&hooks_echo);
    struct tb_handle first = call(BENCH_ECHO);
    struct tb_handle second = stream_call(&bench, BENCH_OTHER, MORE_ARGS);
    uint64_t number = stream_live(&bench, &second)->number;
    stream_part(&bench, &second, 1, 100, false);
    stream_part(&bench, &second, 2, 200, true);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, stream_live(&bench, &first)->number);
    CHECK(plugin_takes(&bench, TB_PLUGIN_CALL, number).more);
    CHECK_INT(plugin_takes(&bench, TB_PLUGIN_CHUNK, number).bytes, 100);
    struct stream_told told = plugin_takes(&bench, TB_PLUGIN_CHUNK, number);
    CHECK(told.bytes == 200 && told.last);
    CHECK_INT(stream_take(&bench, TB_CREDIT, &second, 0).credit, 0);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    const struct test tests[] = {
        TEST(a_call_waits_for_the_hook_and_goes_on_as_it_came),
        TEST(a_command_that_is_not_hooked_starts_no_process),
        TEST(what_it_throws_denies_the_call_and_tells_the_page_nothing),
        TEST(other_args_and_another_body_are_what_is_dispatched),
        TEST(a_call_behind_one_at_the_hook_waits_for_it),
        TEST(a_call_behind_one_that_is_cancelled_goes_on),
        TEST(a_denied_call_lets_those_behind_it_pass),
        TEST(many_parked_and_cancelled_calls_leave_nothing_behind),
        TEST(the_deadline_passes_while_a_call_waits),
        TEST(parts_of_a_parked_call_come_behind_it),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
