/* Calls that the app's hook sees, on the bench, with a hook that says what the test wants. */
#include "base/clock.h"
#include "base/fd.h"
#include "tests/unit/hook_bench.h"

#include <sodium.h>

static struct bench bench;

static const struct bench_policy hooks_echo = {
    .commands = 7, .memory_mib = 64, .hooked = 1 << BENCH_ECHO};

static void begin_under(const struct bench_policy *policy)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_hello(&bench, secret);
    bench_reload(&bench, policy);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    CHECK_INT(bench_session(&bench)->state, TB_SESSION_OPEN);
}

static struct tb_hook *hook(void)
{
    return &bench.broker.views.slots[0].hook;
}

static struct tb_handle call(enum bench_command command)
{
    return stream_call(&bench, command, NO_ARGS);
}

static enum tb_code reply_code(const struct tb_handle *handle)
{
    return stream_take(&bench, TB_REPLY, handle, 0).code;
}

/* At the plugin, past the hook. */
static struct tb_handle call_past_hook(uint64_t *ret_number)
{
    struct tb_handle handle = call(BENCH_ECHO);
    hook_passes(&bench, hook_takes(&bench, TB_HOOK_REQUEST).id);
    *ret_number = stream_live(&bench, &handle)->number;
    (void)plugin_takes(&bench, TB_PLUGIN_CALL, *ret_number);
    return handle;
}

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
