/* What streams may send, and how long they have. */
#include "tests/unit/stream_call.h"

#include "base/clock.h"

#include <sodium.h>

/* ---- credit ---- */

/* As much as there is; what was sent is what it cost. */
static uint64_t fill_from_plugin(uint64_t number)
{
    uint64_t n = 0;
    while (stream_live(&bench, &bench_session(&bench)->calls.slots[0].handle)->stream.out.from >
           65536 + 32) {
        plugin_sends(&bench, number, 65536);
        n++;
    }
    return n;
}

static void a_page_that_takes_nothing_stops_the_plugin_and_credit_lets_it_go_on(void)
{
    uint64_t number;
    uint64_t cost = 0;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    uint64_t n = fill_from_plugin(number);
    CHECK_INT(n, 3);
    for (uint64_t i = 0; i < n; i++)
        cost += stream_take(&bench, TB_CHUNK, &handle, i).cost;
    struct stream_told told;
    CHECK(!plugin_told(&bench, &told));
    stream_credit(&bench, &handle, 1, (uint32_t)cost);
    told = plugin_takes(&bench, TB_PLUGIN_CREDIT, number);
    CHECK(told.bytes >= cost && told.bytes < cost + 100); /* what the call's number costs */
    CHECK_INT(stream_live(&bench, &handle)->stream.out.to, TB_CREDIT_FIRST);
    bench_deinit(&bench);
}

static void a_plugin_that_sends_more_than_it_may_is_ended(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    uint64_t n = fill_from_plugin(number);
    for (uint64_t i = 0; i < n; i++)
        (void)stream_take(&bench, TB_CHUNK, &handle, i);
    plugin_sends(&bench, number, 65536);
    check_plugin_ended(&handle, n);
    bench_deinit(&bench);
}

/* The messages are shorter for the endpoint than they came: the difference must not starve the
 * plugin of an endpoint that has taken everything, but not enough for a CREDIT. */
static void small_messages_do_not_use_up_what_nobody_holds_back(void)
{
    uint64_t number;
    uint64_t cost = 0;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    for (uint64_t i = 0; cost < TB_CREDIT_FIRST / 2; i++) {
        plugin_says(&bench, number, "message", 1);
        CHECK(token() != 0);
        cost += stream_take(&bench, TB_CHUNK, &handle, i).cost;
    }
    CHECK(plugin_takes(&bench, TB_PLUGIN_CREDIT, number).bytes >= 16 * 1024);
    bench_deinit(&bench);
}

static void tiny_parts_never_overrun_the_plugin(void)
{
    uint64_t number;
    uint64_t told = 0;
    uint64_t counter = 1;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    const struct tb_flow *in = &stream_live(&bench, &handle)->stream.in;
    while (in->from >= 9)
        stream_part(&bench, &handle, counter++, 1, false);
    while (tb_buffer_n(&bench.to_plugin) > 0)
        told += plugin_takes(&bench, TB_PLUGIN_CHUNK, number).cost;
    CHECK(told > TB_CREDIT_FIRST && told <= TB_CREDIT_FIRST_TO_PLUGIN);
    CHECK(stream_quiet(&bench)); /* nothing is granted that the plugin has not */
    plugin_credits(&bench, number, told);
    CHECK_INT(in->from, TB_CREDIT_FIRST);
    CHECK_INT(in->to, TB_CREDIT_FIRST_TO_PLUGIN);
    CHECK(stream_take(&bench, TB_CREDIT, &handle, 1).credit > TB_CREDIT_FIRST - 16);
    bench_deinit(&bench);
}

static void parts_beyond_the_credit_are_a_violation(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    for (uint64_t i = 1; i <= 3; i++)
        stream_part(&bench, &handle, i, 65536, false);
    CHECK_INT(n_violations(), 0);
    bench_send_sealed(&bench, TB_CHUNK, 0, &handle, 4,
                      tb_bytes_of("\x81\xa5"
                                  "bytes\xce\x00\x01\x00\x00",
                                  12),
                      tb_bytes_of(stream_zeros, 65536));
    CHECK(!bench_session(&bench) && n_violations() == 1);
    bench_deinit(&bench);
}

static void more_credit_than_may_be_outstanding_is_a_violation_of_either_side(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_DENY);
    struct tb_handle handle = begin(&number);
    stream_credit(&bench, &handle, 1, TB_CREDIT_MOST - TB_CREDIT_FIRST);
    CHECK_INT(n_violations(), 0);
    stream_credit(&bench, &handle, 2, 1);
    CHECK_INT(n_violations(), 1);
    stream_credit(&bench, &handle, 2, 0);
    CHECK_INT(n_violations(), 2);

    CHECK(plugin_takes(&bench, TB_PLUGIN_CREDIT, number).bytes < TB_CREDIT_MOST);
    plugin_credits(&bench, number, TB_CREDIT_MOST - TB_CREDIT_FIRST_TO_PLUGIN);
    CHECK(token() != 0);
    plugin_credits(&bench, number, 1);
    check_plugin_ended(&handle, 0);
    bench_deinit(&bench);
}

/* ---- deadlines ---- */

/* The first call's deadline comes, and the broker sees it. */
static void deadline_comes(void)
{
    struct tb_session *session = bench_session(&bench);
    struct tb_live_call *call = &session->calls.slots[0];
    if (call->deadline_ns != TB_NEVER)
        call->deadline_ns = 1;
    session->next_deadline_ns = bench.broker.next_deadline_ns = 1;
    bench_run(&bench);
    bench_check(&bench);
}

static void a_body_has_no_deadline_while_the_endpoint_can_go_on(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    stream_part(&bench, &handle, 1, 65536, false);
    deadline_comes();
    CHECK(stream_quiet(&bench));
    stream_part(&bench, &handle, 2, 65536, false);
    stream_part(&bench, &handle, 3, 65536, false);
    CHECK(stream_live(&bench, &handle)->deadline_ns != TB_NEVER);
    deadline_comes();
    CHECK_INT(stream_take(&bench, TB_REPLY, &handle, 1).code, TB_CODE_TIMEOUT);
    bench_deinit(&bench);
}

static void a_plugin_that_credits_a_body_has_its_time_anew(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin_body(&number);
    stream_part(&bench, &handle, 1, 1000, true);
    struct tb_live_call *call = stream_live(&bench, &handle);
    CHECK(call->deadline_ns != TB_NEVER);
    call->deadline_ns = 1;
    plugin_credits(&bench, number, 1000);
    CHECK(stream_quiet(&bench) && call->deadline_ns > bench.broker.now_ns);
    plugin_says(&bench, number, "message", 1);
    (void)stream_take(&bench, TB_CHUNK, &handle, 1);
    CHECK(call->deadline_ns == TB_NEVER);
    plugin_credits(&bench, number, 1);
    CHECK(call->deadline_ns == TB_NEVER);
    bench_deinit(&bench);
}

static void credit_for_a_call_without_a_body_buys_no_time(void)
{
    uint64_t number;
    session_begin(&bench, TB_ON_VIOLATION_LOCK);
    struct tb_handle handle = begin(&number);
    uint64_t deadline_ns = stream_live(&bench, &handle)->deadline_ns;
    plugin_credits(&bench, number, 1);
    CHECK(stream_live(&bench, &handle)->deadline_ns == deadline_ns);
    bench_deinit(&bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_page_that_takes_nothing_stops_the_plugin_and_credit_lets_it_go_on),
        TEST(a_plugin_that_sends_more_than_it_may_is_ended),
        TEST(small_messages_do_not_use_up_what_nobody_holds_back),
        TEST(tiny_parts_never_overrun_the_plugin),
        TEST(parts_beyond_the_credit_are_a_violation),
        TEST(more_credit_than_may_be_outstanding_is_a_violation_of_either_side),
        TEST(a_body_has_no_deadline_while_the_endpoint_can_go_on),
        TEST(a_plugin_that_credits_a_body_has_its_time_anew),
        TEST(credit_for_a_call_without_a_body_buys_no_time),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
