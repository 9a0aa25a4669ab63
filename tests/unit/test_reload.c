/* What a reload makes of a session: of its handles, its calls and its plugin. */
#include "tests/unit/session_bench.h"

#include <sodium.h>

static struct bench bench;

enum { ECHO, NOTHING, OTHER };

static const struct bench_policy first = {.commands = 7, .memory_mib = 64};
static const struct bench_policy no_echo = {.commands = 6, .memory_mib = 64};
static const struct bench_policy scoped = {.commands = 7, .scope = 5, .memory_mib = 64};
static const struct bench_policy smaller = {.commands = 7, .memory_mib = 32};
static const struct bench_policy online = {.commands = 7, .memory_mib = 64, .network = 1};
static const struct bench_policy jitting = {.commands = 7, .memory_mib = 64, .jit = 1};
static const struct bench_policy following = {.commands = 7, .memory_mib = 64, .audit = 1};
static const struct bench_policy keeping = {.commands = 7, .memory_mib = 64, .state = 1};
static const struct bench_policy asking = {.commands = 7, .memory_mib = 64, .secrets = 1};

static void begin(void)
{
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
}

static void call(const struct tb_handle *handle)
{
    bench_send_sealed(&bench, TB_CALL, 0, handle, 0, NO_ARGS, none);
    bench_check(&bench);
}

static struct tb_handle start_call(uint32_t command)
{
    struct tb_handle handle = session_issued(&bench, command);
    call(&handle);
    return handle;
}

/* What the host was told; false: nothing. */
static bool told(enum tb_code *ret_code)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_reloaded reloaded;
    size_t size;
    if (tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bench.to_host), &frame, &size) != TB_OK)
        return false;
    CHECK_INT(frame.kind, TB_RELOADED);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_reloaded_read(&unpacker, frame.body, &reloaded), TB_OK);
    *ret_code = reloaded.code;
    tb_buffer_consume(&bench.to_host, size);
    tb_unpacker_deinit(&unpacker);
    return true;
}

static void reload(const struct bench_policy *policy, enum tb_code code)
{
    enum tb_code seen;
    bench_reload(&bench, policy);
    bench_check(&bench);
    CHECK(told(&seen));
    CHECK_INT(seen, code);
}

/* The one REPLY to that handle: its code, and that it brings no handle if none is due. */
static void check_reply(const struct tb_handle *handle, enum tb_code code, bool has_next)
{
    struct session_reply reply = session_take_reply(&bench, handle);
    CHECK_INT(reply.code, code);
    CHECK_INT(reply.has_next, has_next);
}

static uint32_t token(void)
{
    return bench_session(&bench)->plugins[0].token;
}

static void a_withdrawn_handle_is_denied_once_and_then_a_violation(void)
{
    begin();
    struct tb_handle handle = session_issued(&bench, ECHO);
    reload(&no_echo, TB_CODE_NONE);
    call(&handle);
    check_reply(&handle, TB_CODE_DENIED, false);
    CHECK_INT(tb_buffer_n(&bench.end.from_broker), 0);
    call(&handle);
    CHECK(!bench_session(&bench));
    CHECK_INT(bench.broker.views.slots[0].n_violations, 1);
    bench_deinit(&bench);
}

static void no_handle_of_a_revoked_command_is_issued(void)
{
    begin();
    reload(&no_echo, TB_CODE_NONE);
    uint32_t before = bench_session(&bench)->handles.n_outstanding[ECHO];
    static const uint8_t want[] = "\x82\xa7"
                                  "command\x00\xa5"
                                  "count\x08";
    bench_send_sealed(&bench, TB_WANT, 0, &tb_handle_zero, 0, tb_bytes_of(want, sizeof want - 1),
                      none);
    CHECK_INT(bench_session(&bench)->handles.n_outstanding[ECHO], before);
    CHECK(tb_buffer_n(&bench.end.from_broker) > 0); /* HANDLES, with none */
    bench_deinit(&bench);
}

static uint32_t after_want(uint64_t counter)
{
    static const uint8_t want[] = "\x82\xa7"
                                  "command\x00\xa5"
                                  "count\x08";
    bench_send_sealed(&bench, TB_WANT, 0, &tb_handle_zero, counter,
                      tb_bytes_of(want, sizeof want - 1), none);
    return bench_session(&bench)->handles.n_outstanding[ECHO];
}

static void fewer_handles_hold_at_once_and_so_do_more(void)
{
    static const struct bench_policy few = {.commands = 7, .memory_mib = 64, .pool = 3};
    begin();
    reload(&few, TB_CODE_NONE);
    CHECK_INT(after_want(0), 3);
    reload(&first, TB_CODE_NONE);
    CHECK_INT(after_want(1), BENCH_POOL);
    bench_deinit(&bench);
}

static void never_more_handles_than_welcome_said(void)
{
    static const struct bench_policy few = {.commands = 7, .memory_mib = 64, .pool = 3};
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_reload(&bench, &few);
    bench_hello(&bench, secret);
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
    reload(&first, TB_CODE_NONE);
    CHECK_INT(after_want(0), 3);
    bench_deinit(&bench);
}

static void what_was_revoked_does_not_come_back(void)
{
    begin();
    reload(&no_echo, TB_CODE_NONE);
    reload(&first, TB_CODE_NONE);
    struct tb_handle handle = start_call(ECHO);
    check_reply(&handle, TB_CODE_DENIED, false);
    CHECK_INT(token(), 0);
    handle = start_call(OTHER);
    CHECK(token() != 0);
    bench_deinit(&bench);
}

static void live_calls_of_a_revoked_command_are_denied_and_others_go_on(void)
{
    begin();
    struct tb_handle revoked = start_call(ECHO);
    struct tb_handle kept = start_call(OTHER);
    uint32_t slot;
    uint32_t kept_slot;
    CHECK_INT(tb_handle_pool_look(&bench_session(&bench)->handles, &revoked, &slot),
              TB_HANDLE_LIVE);
    CHECK_INT(tb_handle_pool_look(&bench_session(&bench)->handles, &kept, &kept_slot),
              TB_HANDLE_LIVE);
    uint64_t number = tb_calls_at(&bench_session(&bench)->calls, slot)->number;
    uint64_t kept_number = tb_calls_at(&bench_session(&bench)->calls, kept_slot)->number;
    uint32_t before = token();
    reload(&no_echo, TB_CODE_NONE);
    check_reply(&revoked, TB_CODE_DENIED, false);
    CHECK_INT(token(), before);
    bench_plugin_answer(&bench, number); /* nobody waits for it any more */
    CHECK_INT(tb_buffer_n(&bench.end.from_broker), 0);
    bench_plugin_answer(&bench, kept_number);
    check_reply(&kept, TB_CODE_NONE, true);
    CHECK_INT(bench_session(&bench)->calls.n_used, 0);
    bench_deinit(&bench);
}

static void a_plugin_that_does_not_fit_is_stopped_under_its_calls(const struct bench_policy *policy)
{
    begin();
    struct tb_handle handle = start_call(ECHO);
    uint32_t before = token();
    CHECK(before != 0);
    reload(policy, TB_CODE_NONE);
    CHECK_INT(token(), 0);
    check_reply(&handle, TB_CODE_CANCELLED, true);
    handle = start_call(ECHO);
    CHECK(token() > before);
    bench_deinit(&bench);
}

static void another_scope_or_hull_stops_the_plugin(void)
{
    a_plugin_that_does_not_fit_is_stopped_under_its_calls(&scoped);
    a_plugin_that_does_not_fit_is_stopped_under_its_calls(&smaller);
    a_plugin_that_does_not_fit_is_stopped_under_its_calls(&online);
    a_plugin_that_does_not_fit_is_stopped_under_its_calls(&jitting);
    a_plugin_that_does_not_fit_is_stopped_under_its_calls(&following);
    a_plugin_that_does_not_fit_is_stopped_under_its_calls(&keeping);
    a_plugin_that_does_not_fit_is_stopped_under_its_calls(&asking);
}

static void the_same_policy_touches_nothing(void)
{
    begin();
    struct tb_handle handle = start_call(ECHO);
    uint32_t before = token();
    reload(&first, TB_CODE_NONE);
    CHECK_INT(token(), before);
    CHECK_INT(tb_buffer_n(&bench.end.from_broker), 0);
    CHECK_INT(bench_session(&bench)->calls.n_used, 1);
    (void)handle;
    bench_deinit(&bench);
}

static void a_grant_that_cannot_be_made_changes_nothing(void)
{
    begin();
    struct tb_handle handle = start_call(ECHO);
    uint32_t before = token();
    const struct tb_grant *grant = bench_session(&bench)->grant;
    bench.no_grant = true;
    reload(&no_echo, TB_CODE_DENIED);
    CHECK(bench_session(&bench)->grant == grant && token() == before);
    CHECK_INT(tb_buffer_n(&bench.end.from_broker), 0);
    CHECK_INT(tb_handle_equal(&handle, &tb_handle_zero), 0);
    bench_deinit(&bench);
}

static void without_a_log_nothing_is_reloaded(void)
{
    begin();
    tb_audit_lost(&bench.broker.audit);
    reload(&no_echo, TB_CODE_AUDIT_UNAVAILABLE);
    CHECK_INT(bench.policy.commands, first.commands);
    CHECK(bench_session(&bench)->commands[ECHO].granted != NULL);
    bench_deinit(&bench);
}

/* Nothing has been named yet, so that nothing need be withdrawn. */
static void before_welcome_a_revoked_command_is_not_named(void)
{
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
    reload(&no_echo, TB_CODE_NONE);
    bench_hello(&bench, secret);
    CHECK_INT(bench_session(&bench)->state, TB_SESSION_OPEN);
    CHECK_INT(bench_session(&bench)->n_commands, 2);
    tb_buffer_consume(&bench.end.from_broker, tb_buffer_n(&bench.end.from_broker));
    struct tb_handle handle = start_call(0); /* `nothing`, which comes first now */
    check_reply(&handle, TB_CODE_UNIMPLEMENTED, true);
    bench_deinit(&bench);
}

static void the_eleventh_in_a_second_is_refused_and_counted(void)
{
    enum tb_code code;
    begin();
    bench.next = first;
    bench.broker.reload.window_ns = bench.broker.now_ns;
    bench.broker.reload.n_in_window = TB_RELOADS_PER_S;
    tb_reload_begin(&bench.broker, 5);
    bench_run(&bench);
    CHECK(told(&code));
    CHECK_INT(code, TB_CODE_LIMIT);
    CHECK_INT(bench.broker.reload.n_unlogged, 1);
    reload(&first, TB_CODE_NONE);
    CHECK_INT(bench.broker.reload.n_unlogged, 0);
    bench_deinit(&bench);
}

static void a_reload_has_its_time(void)
{
    enum tb_code code;
    begin();
    tb_reload_begin(&bench.broker, 5);
    CHECK_INT(bench.broker.reload.state, TB_RELOAD_COMPILING);
    bench.broker.reload.deadline_ns = 1;
    bench.broker.next_deadline_ns = 1;
    tb_broker_deadlines(&bench.broker);
    CHECK_INT(bench.broker.reload.state, TB_RELOAD_IDLE);
    bench_run(&bench); /* what the supervisor still answers is not wanted any more */
    CHECK(told(&code));
    CHECK_INT(code, TB_CODE_TIMEOUT);
    CHECK(!told(&code));
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_withdrawn_handle_is_denied_once_and_then_a_violation),
        TEST(no_handle_of_a_revoked_command_is_issued),
        TEST(fewer_handles_hold_at_once_and_so_do_more),
        TEST(never_more_handles_than_welcome_said),
        TEST(what_was_revoked_does_not_come_back),
        TEST(live_calls_of_a_revoked_command_are_denied_and_others_go_on),
        TEST(another_scope_or_hull_stops_the_plugin),
        TEST(the_same_policy_touches_nothing),
        TEST(a_grant_that_cannot_be_made_changes_nothing),
        TEST(without_a_log_nothing_is_reloaded),
        TEST(before_welcome_a_revoked_command_is_not_named),
        TEST(the_eleventh_in_a_second_is_refused_and_counted),
        TEST(a_reload_has_its_time),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
