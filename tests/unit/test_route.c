/* What the broker makes of an endpoint's frames where the vectors cannot say it: under `deny`, with
 * a plugin that does not answer, before HELLO. */
#include "tests/unit/session_bench.h"

#include <sodium.h>

static struct bench bench;

static uint64_t n_violations(void)
{
    return bench.broker.views.slots[0].n_violations;
}

static void speak(enum tb_kind kind, const struct tb_handle *handle, uint64_t counter)
{
    bench_send_sealed(&bench, kind, 0, handle, counter, kind == TB_CALL ? NO_ARGS : EMPTY_MAP,
                      none);
    bench_check(&bench);
}

static enum tb_code reply_code(const struct tb_handle *handle)
{
    return session_take_reply(&bench, handle).code;
}

static void send_hello(const uint8_t ticket[TB_TICKET_ID_SIZE], const uint8_t key[TB_KEY_SIZE])
{
    uint8_t frame[TB_HEADER_SIZE + TB_HELLO_SIZE];
    struct tb_hello hello;
    memcpy(hello.ticket_id, ticket, sizeof hello.ticket_id);
    memcpy(hello.endpoint_pk, key, sizeof hello.endpoint_pk);
    tb_frame_header(frame, TB_HELLO, 0, TB_HELLO_SIZE);
    tb_hello_write(&hello, frame + TB_HEADER_SIZE);
    bench_send(&bench, tb_bytes_of(frame, sizeof frame));
    bench_check(&bench);
}

/* Its key was of low order: broker and attacker would then share keys made of erased secrets. */
static void a_ticket_is_good_for_one_hello_even_under_deny(void)
{
    static const uint8_t low_order[TB_KEY_SIZE];
    uint8_t ticket[TB_TICKET_ID_SIZE];
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_DENY, BENCH_COMMANDS);
    memcpy(ticket, bench_session(&bench)->bootstrap.ticket_id, sizeof ticket);
    send_hello(ticket, low_order);
    CHECK_INT(n_violations(), 1);
    CHECK(!bench_session(&bench));
    bench_deinit(&bench);
}

static void a_foreign_ticket_and_an_early_frame_end_the_session_even_under_deny(void)
{
    static const uint8_t foreign[TB_TICKET_ID_SIZE] = {9};
    uint8_t pk[TB_KEY_SIZE];
    CHECK_INT(crypto_scalarmult_base(pk, secret), 0);
    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_DENY, BENCH_COMMANDS);
    send_hello(foreign, pk);
    CHECK(!bench_session(&bench) && n_violations() == 1);
    bench_deinit(&bench);

    bench_init(&bench, TB_MODE_RELAY, TB_ON_VIOLATION_DENY, BENCH_COMMANDS);
    speak(TB_CALL, &tb_handle_zero, 0);
    CHECK(!bench_session(&bench) && n_violations() == 1);
    bench_deinit(&bench);
}

static void close_is_heard_before_hello(void)
{
    static const uint8_t close_frame[] = {4, 0, 0, 0, TB_CLOSE, 0, 0, 0, 0, 0, 0, 0};
    bench_init(&bench, TB_MODE_DIRECT, TB_ON_VIOLATION_LOCK, BENCH_COMMANDS);
    bench_send(&bench, tb_bytes_of(close_frame, sizeof close_frame));
    CHECK(!bench_session(&bench) && n_violations() == 0);
    bench_deinit(&bench);
}

static void denied_calls_spend_their_handle_and_are_not_answered(void)
{
    uint32_t value;
    session_begin(&bench, TB_ON_VIOLATION_DENY);
    struct tb_handle handle = session_issued(&bench, 0);
    speak(TB_CALL, &handle, 1);
    CHECK_INT(n_violations(), 1);
    CHECK_INT(tb_buffer_n(&bench.end.from_broker), 0);
    CHECK_INT(tb_handle_pool_look(&bench_session(&bench)->handles, &handle, &value),
              TB_HANDLE_UNKNOWN);
    speak(TB_CALL, &handle, 0);
    CHECK_INT(n_violations(), 2);
    struct tb_handle other = session_issued(&bench, 1);
    speak(TB_CALL, &other, 0);
    CHECK_INT(n_violations(), 2);
    CHECK_INT(reply_code(&other), TB_CODE_UNIMPLEMENTED);
    bench_deinit(&bench);
}

static void denied_frames_move_no_counter(void)
{
    session_begin(&bench, TB_ON_VIOLATION_DENY);
    struct tb_handle handle = session_issued(&bench, 0);
    speak(TB_CALL, &handle, 0);
    speak(TB_CALL, &handle, 0);   /* live already */
    speak(TB_CHUNK, &handle, 1);  /* no stream */
    speak(TB_CANCEL, &handle, 2); /* not the next one */
    CHECK_INT(n_violations(), 3);
    speak(TB_CANCEL, &handle, 1);
    CHECK_INT(n_violations(), 3);
    CHECK_INT(reply_code(&handle), TB_CODE_CANCELLED);

    const struct tb_bytes want = tb_bytes_of("\x82\xa7"
                                             "command\0\xa5"
                                             "count\1",
                                             17);
    bench_send_sealed(&bench, TB_WANT, 0, &tb_handle_zero, 1, want, none);
    CHECK_INT(n_violations(), 4);
    bench_send_sealed(&bench, TB_WANT, 0, &tb_handle_zero, 0, EMPTY_MAP, none); /* counts */
    CHECK_INT(n_violations(), 5);
    bench_send_sealed(&bench, TB_WANT, 0, &tb_handle_zero, 1, want, none);
    CHECK_INT(n_violations(), 5);
    CHECK(tb_buffer_n(&bench.end.from_broker) > 0);
    bench_deinit(&bench);
}

/* A plugin that hangs keeps the slots of calls which were cancelled; the endpoint has done nothing
 * wrong. */
static void calls_beyond_the_slots_are_answered_with_limit(void)
{
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_session *session = bench_session(&bench);
    for (int i = 0; i < TB_SESSION_CALLS; i++) {
        struct tb_handle handle = session_issued(&bench, 0);
        speak(TB_CALL, &handle, 0);
        speak(TB_CANCEL, &handle, 1);
        CHECK_INT(reply_code(&handle), TB_CODE_CANCELLED);
    }
    CHECK_INT(session->calls.n_used, TB_SESSION_CALLS);
    for (int i = 0; i < 3; i++) {
        struct tb_handle handle = session_issued(&bench, 0);
        speak(TB_CALL, &handle, 0);
        CHECK_INT(reply_code(&handle), TB_CODE_LIMIT);
    }
    struct tb_handle handle = session_issued(&bench, 0);
    speak(TB_CALL, &handle, 1);
    CHECK(!bench_session(&bench) && n_violations() == 1);
    bench_deinit(&bench);
}

static void misses_are_logged_ten_times_a_second_and_never_a_violation(void)
{
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    const struct tb_bytes miss = tb_bytes_of("\x82\xa4"
                                             "name\xa1x\xa5"
                                             "count\xce\xff\xff\xff\xff",
                                             19);
    for (uint64_t i = 0; i < 50; i++)
        bench_send_sealed(&bench, TB_MISS, 0, &tb_handle_zero, i, miss, none);
    CHECK_INT(n_violations(), 0);
    CHECK(bench_session(&bench)->n_misses_unlogged >= 30 * (uint64_t)UINT32_MAX);
    bench_deinit(&bench);
}

/* A flush may empty a buffer without the kernel refusing anything: then no event says that there is
 * room, and the loop must not sleep. */
static void a_paused_link_with_room_again_is_not_slept_on(void)
{
    enum { FULL = 2 * 1024 * 1024 };
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_broker *broker = &bench.broker;
    struct tb_link *link = &bench_session(&bench)->link;
    CHECK(!tb_route_may_resume(broker));
    CHECK(tb_buffer_reserve(&link->out, FULL));
    tb_buffer_commit(&link->out, FULL);
    tb_flush_pause(broker, link);
    CHECK(!tb_route_may_resume(broker));
    tb_buffer_consume(&link->out, FULL);
    CHECK(tb_route_may_resume(broker));
    tb_route_resume(broker);
    CHECK(!link->paused && !tb_route_may_resume(broker));
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_ticket_is_good_for_one_hello_even_under_deny),
        TEST(a_foreign_ticket_and_an_early_frame_end_the_session_even_under_deny),
        TEST(close_is_heard_before_hello),
        TEST(denied_calls_spend_their_handle_and_are_not_answered),
        TEST(denied_frames_move_no_counter),
        TEST(calls_beyond_the_slots_are_answered_with_limit),
        TEST(misses_are_logged_ten_times_a_second_and_never_a_violation),
        TEST(a_paused_link_with_room_again_is_not_slept_on),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
