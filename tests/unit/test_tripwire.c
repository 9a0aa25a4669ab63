/* Tripwires: what a call of one does, granted, denied or revoked. */
#include "tests/unit/event_call.h"

#include <sodium.h>

#define ALL ((1u << BENCH_ALL) - 1)

static const struct bench_policy wired = {
    .commands = ALL, .memory_mib = 64, .tripwires = 1u << BENCH_OTHER};
static const struct bench_policy wired_not_granted = {
    .commands = ALL & ~(1u << BENCH_OTHER), .memory_mib = 64, .tripwires = 1u << BENCH_OTHER};

static void begin(enum tb_violation_action action, const struct bench_policy *policy)
{
    bench_init(&bench, TB_MODE_RELAY, action, BENCH_ALL);
    bench_hello(&bench, secret);
    bench_reload(&bench, policy);
    forget_welcome();
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
}

/* The next alert that the host was told; its message is not looked at. */
static bool alerted(const char *event)
{
    struct tb_unpacker unpacker;
    struct tb_frame frame;
    struct tb_alert alert;
    size_t size;
    if (tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&bench.to_host), &frame, &size) != TB_OK)
        return false;
    CHECK_INT(frame.kind, TB_ALERT);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    CHECK_INT(tb_alert_read(&unpacker, frame.body, &alert), TB_OK);
    bool is = tb_bytes_are(alert.view, "main") && tb_bytes_are(alert.event, event);
    tb_unpacker_deinit(&unpacker);
    tb_buffer_consume(&bench.to_host, size);
    return is;
}

/* The endpoint is told no more than that it has broken a rule. */
static void check_locked(void)
{
    struct tb_frame frame;
    size_t size;
    CHECK(!bench_session(&bench));
    CHECK_INT(
        tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(&bench.end.from_broker), &frame, &size),
        TB_OK);
    CHECK_INT(frame.kind, TB_CLOSE);
    CHECK_INT(frame.body.data[0], TB_CLOSE_VIOLATION);
    CHECK(alerted("tripwire"));
    CHECK(alerted("locked"));
    CHECK_INT(n_violations(), 1);
    CHECK_INT(bench.broker.views.slots[0].n_locks, 1);
}

static void miss(const char *name)
{
    struct tb_buffer out;
    const struct tb_miss miss = {.name = tb_bytes_of_string(name), .count = 1};
    const struct tb_envelope envelope = {.key = bench.end.keys.to_broker,
                                         .counter = bench_session(&bench)->n_received};
    tb_buffer_init(&out, 1024);
    CHECK_INT(tb_miss_write(&out, &envelope, &miss), TB_OK);
    bench_send(&bench, tb_buffer_bytes(&out));
    tb_buffer_deinit(&out);
}

static void one_that_is_granted_locks_whatever_violations_do(void)
{
    begin(TB_ON_VIOLATION_DENY, &wired);
    struct tb_handle handle = session_issued(&bench, BENCH_OTHER);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, NO_ARGS, none);
    check_locked();
    CHECK(!bench.broker.ending);
    CHECK_INT(tb_buffer_n(&bench.to_plugin), 0);
    bench_deinit(&bench);
}

static void one_that_is_not_granted_locks_by_its_name(void)
{
    begin(TB_ON_VIOLATION_DENY, &wired_not_granted);
    miss("othe");
    miss("other ");
    CHECK(bench_session(&bench));
    miss("other");
    check_locked();
    bench_deinit(&bench);
}

static void a_flood_of_misses_hides_none(void)
{
    begin(TB_ON_VIOLATION_LOCK, &wired_not_granted);
    for (int i = 0; i < 100; i++)
        miss("nobody");
    CHECK(bench_session(&bench));
    miss("other");
    check_locked();
    bench_deinit(&bench);
}

/* A reload made it one and took it away; its handle is still there. */
static void a_withdrawn_handle_of_one_locks(void)
{
    begin(TB_ON_VIOLATION_LOCK, &wired);
    struct tb_handle handle = session_issued(&bench, BENCH_OTHER);
    bench_reload(&bench, &wired_not_granted);
    tb_buffer_consume(&bench.to_host, tb_buffer_n(&bench.to_host));
    forget_welcome();
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, NO_ARGS, none);
    check_locked();
    bench_deinit(&bench);
}

/* A call that would not be let in for other reasons is looked at first. */
static void it_is_looked_at_before_anything_else(void)
{
    struct bench_policy policy = wired;
    policy.bytes_in = 1;
    begin(TB_ON_VIOLATION_LOCK, &policy);
    tb_audit_lost(&bench.broker.audit);
    bench_session(&bench)->n_bytes_live = TB_SESSION_BYTES + 1;
    struct tb_handle handle = session_issued(&bench, BENCH_OTHER);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, NO_ARGS, none);
    check_locked();
    bench_deinit(&bench);
}

static void a_call_without_a_slot_locks_too(void)
{
    begin(TB_ON_VIOLATION_LOCK, &wired);
    while (tb_calls_new(&bench_session(&bench)->calls)) {
    }
    struct tb_handle handle = session_issued(&bench, BENCH_OTHER);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, NO_ARGS, none);
    check_locked();
    bench_deinit(&bench);
}

static void a_forged_call_of_one_is_a_violation_and_no_alert(void)
{
    begin(TB_ON_VIOLATION_DENY, &wired);
    struct tb_handle handle = session_issued(&bench, BENCH_OTHER);
    bench.end.keys.to_broker[0] ^= 1;
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, NO_ARGS, none);
    CHECK(bench_session(&bench));
    CHECK(alerted("violation"));
    bench_deinit(&bench);
}

static void three_of_them_lock_the_view_out(void)
{
    begin(TB_ON_VIOLATION_DENY, &wired_not_granted);
    for (int i = 0; i < 3; i++) {
        CHECK(!bench.broker.views.slots[0].locked_out);
        miss("other");
        if (i < 2) {
            bench_open_again(&bench);
            bench_hello(&bench, secret);
        }
    }
    CHECK(bench.broker.views.slots[0].locked_out);
    bench_deinit(&bench);
}

static void exit_ends_more_than_the_session(void)
{
    begin(TB_ON_VIOLATION_EXIT, &wired);
    struct tb_handle handle = session_issued(&bench, BENCH_OTHER);
    bench_send_sealed(&bench, TB_CALL, 0, &handle, 0, NO_ARGS, none);
    check_locked();
    CHECK(bench.broker.ending && bench.broker.exit_status == 1);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(one_that_is_granted_locks_whatever_violations_do),
        TEST(one_that_is_not_granted_locks_by_its_name),
        TEST(a_flood_of_misses_hides_none),
        TEST(a_withdrawn_handle_of_one_locks),
        TEST(it_is_looked_at_before_anything_else),
        TEST(a_call_without_a_slot_locks_too),
        TEST(a_forged_call_of_one_is_a_violation_and_no_alert),
        TEST(three_of_them_lock_the_view_out),
        TEST(exit_ends_more_than_the_session),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
