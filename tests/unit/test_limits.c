/* Token buckets, by a clock that the test moves. */
#include "base/clock.h"
#include "broker/limits.h"
#include "proto/limits.h"
#include "tests/unit/test.h"

/* Late enough for anything to be earlier. */
#define START (1000 * TB_S_NS)

static uint32_t calls_that_pass(struct tb_meter *meter, const struct tb_grant_rates *rates,
                                uint32_t n, uint64_t now_ns)
{
    uint32_t n_passed = 0;
    for (uint32_t i = 0; i < n; i++)
        n_passed += tb_meter_call(meter, rates, 0, now_ns) == 0;
    return n_passed;
}

static void a_burst_passes_then_the_rate(void)
{
    struct tb_meter meter = {0};
    const struct tb_grant_rates rates = {.calls_per_s = 10, .burst = 25};
    CHECK_INT(calls_that_pass(&meter, &rates, 100, START), 25);
    for (uint64_t s = 1; s <= 20; s++)
        CHECK_INT(calls_that_pass(&meter, &rates, 100, START + s * TB_S_NS), 10);
    CHECK_INT(calls_that_pass(&meter, &rates, 100, START + 1000 * TB_S_NS), 25);
}

/* No rate loses a call of its burst by rounding, and none gains one in the long run. */
static void odd_rates_come_out_even(void)
{
    static const uint32_t odd[] = {1, 3, 7, 999, 60000, 999983, TB_CALLS_PER_S_MAX};
    for (size_t i = 0; i < TB_ARRAY_LEN(odd); i++) {
        struct tb_meter meter = {0};
        const struct tb_grant_rates rates = {.calls_per_s = odd[i], .burst = 7};
        CHECK_INT(calls_that_pass(&meter, &rates, 20, START), 7);
    }
    struct tb_meter meter = {0};
    const struct tb_grant_rates rates = {.calls_per_s = 7, .burst = 1};
    uint64_t n = 0;
    for (uint64_t ms = 0; ms < 100000; ms++)
        n += tb_meter_call(&meter, &rates, 0, START + ms * TB_MS_NS) == 0;
    CHECK(n <= 700 && n >= 690);
}

/* Whatever was used up: after retry_ms one more passes, and a millisecond sooner none does. */
static void retry_ms_is_honest(void)
{
    static const struct tb_grant_rates all[] = {
        {.calls_per_s = 1, .burst = 1},
        {.calls_per_s = 3, .burst = 9},
        {.calls_per_s = 4000, .burst = 1},
        {.bytes_in = 1000},
        {.bytes_in = 1},
        {.bytes_out = 333},
        {.bytes_in = 350, .bytes_out = TB_BYTES_PER_S_MAX},
        {.calls_per_s = 2, .burst = 2, .bytes_in = 50, .bytes_out = 70},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(all); i++) {
        struct tb_meter meter = {0};
        uint64_t ns = 0;
        while (ns == 0) {
            ns = tb_meter_call(&meter, &all[i], 400, START);
            if (ns == 0)
                ns = tb_meter_out(&meter, &all[i], 300, START);
        }
        uint32_t ms = tb_meter_retry_ms(ns);
        CHECK(ms > 0);
        struct tb_meter later = meter;
        CHECK(tb_meter_call(&later, &all[i], 400, START + (ms - 1) * TB_MS_NS) > 0);
        CHECK_INT(tb_meter_call(&meter, &all[i], 400, START + ms * TB_MS_NS), 0);
    }
}

static void what_is_refused_takes_nothing(void)
{
    struct tb_meter meter = {0};
    const struct tb_grant_rates rates = {.calls_per_s = 1, .burst = 1, .bytes_in = 10};
    CHECK_INT(tb_meter_call(&meter, &rates, 5, START), 0);
    const struct tb_meter before = meter;
    CHECK_INT(calls_that_pass(&meter, &rates, 1000, START), 0);
    CHECK_INT(meter.calls_ns, before.calls_ns);
    CHECK_INT(meter.in_ns, before.in_ns);
}

static void bytes_go_into_debt_by_one_call(void)
{
    struct tb_meter meter = {0};
    const struct tb_grant_rates rates = {.bytes_in = 1000};
    CHECK_INT(tb_meter_call(&meter, &rates, 999, START), 0);
    CHECK_INT(tb_meter_call(&meter, &rates, 50000, START), 0);
    CHECK_INT(tb_meter_retry_ms(tb_meter_call(&meter, &rates, 0, START)), 50000);
    CHECK(tb_meter_call(&meter, &rates, 0, START + 49999 * TB_MS_NS) > 0);
    CHECK_INT(tb_meter_call(&meter, &rates, 1, START + 50 * TB_S_NS), 0);
}

/* As much as is let through a second, over a long time, is the rate. */
static void a_stream_is_stopped_by_its_debt(void)
{
    struct tb_meter meter = {0};
    const struct tb_grant_rates rates = {.bytes_in = 1000, .bytes_out = 1000};
    uint64_t n = 0;
    for (uint64_t ms = 0; ms < 100000; ms++)
        if (tb_meter_out(&meter, &rates, 64, START + ms * TB_MS_NS) == 0)
            n += 64;
    CHECK(n >= 100 * 1000 && n <= 102 * 1000 + 64);
    meter = (struct tb_meter){0};
    CHECK_INT(tb_meter_in(&meter, &rates, 1999, START), 0);
    CHECK_INT(tb_meter_in(&meter, &rates, TB_CHUNK_MAX, START), 0);
    CHECK_INT(tb_meter_retry_ms(tb_meter_in(&meter, &rates, 1, START)),
              (uint64_t)TB_CHUNK_MAX + 1000);
}

static void what_came_back_keeps_calls_out(void)
{
    struct tb_meter meter = {0};
    const struct tb_grant_rates rates = {.bytes_out = 1000};
    CHECK_INT(tb_meter_call(&meter, &rates, 0, START), 0);
    CHECK_INT(tb_meter_out(&meter, &rates, 3000, START), 0);
    CHECK_INT(tb_meter_retry_ms(tb_meter_call(&meter, &rates, 0, START)), 2001);
}

static void no_limit_refuses_nothing(void)
{
    struct tb_meter meter = {0};
    const struct tb_grant_rates rates = {0};
    CHECK_INT(calls_that_pass(&meter, &rates, 10000, START), 10000);
    CHECK_INT(tb_meter_in(&meter, &rates, UINT64_MAX, START), 0);
    CHECK_INT(tb_meter_out(&meter, &rates, UINT64_MAX, START), 0);
}

/* A reload in between: what was used up stays so, but no longer than the new rate would have it. */
static void a_new_rate_keeps_what_was_used_up(void)
{
    struct tb_meter meter = {0};
    const struct tb_grant_rates slow = {.calls_per_s = 1, .burst = 1000, .bytes_in = 1};
    const struct tb_grant_rates fast = {.calls_per_s = 1000, .burst = 1000, .bytes_in = 1000000};
    CHECK_INT(calls_that_pass(&meter, &slow, 1000, START), 1000);
    CHECK_INT(tb_meter_in(&meter, &slow, TB_FRAME_MAX, START), 0);
    CHECK(tb_meter_call(&meter, &fast, 0, START) > 0);
    CHECK_INT(tb_meter_call(&meter, &fast, 0, START + 4 * TB_S_NS), 0);
    CHECK(tb_meter_retry_ms(tb_meter_call(&meter, &slow, 0, START + 4 * TB_S_NS)) <= 1000);
}

/* ---- the table ---- */

static struct tb_bytes name_of(char text[static 16], uint32_t i)
{
    return tb_bytes_of(text, (size_t)snprintf(text, 16, "command_%u", i));
}

static void each_name_has_one_meter(void)
{
    struct tb_limits limits = {0};
    struct tb_meter *meters[500];
    char text[16];
    for (uint32_t i = 0; i < 500; i++)
        meters[i] = tb_limits_meter(&limits, name_of(text, (i * 337) % 500));
    for (uint32_t i = 0; i < 500; i++) {
        struct tb_bytes name = name_of(text, (i * 337) % 500);
        CHECK(tb_limits_meter(&limits, name) == meters[i]);
        CHECK(tb_bytes_equal(meters[i]->name, name));
    }
    CHECK_INT(limits.n_meters, 500);
    tb_limits_deinit(&limits);
}

static void only_full_buckets_are_forgotten(void)
{
    struct tb_limits limits = {0};
    const struct tb_grant_rates rates = {.calls_per_s = 1, .burst = 5};
    struct tb_meter *used = tb_limits_meter(&limits, tb_bytes_of_string("used"));
    CHECK(tb_limits_meter(&limits, tb_bytes_of_string("unused")));
    CHECK_INT(tb_meter_call(used, &rates, 0, START), 0);
    tb_limits_forget(&limits, START + TB_S_NS - 1);
    CHECK_INT(limits.n_meters, 1);
    CHECK(tb_limits_meter(&limits, tb_bytes_of_string("used")) == used);
    tb_limits_forget(&limits, START + TB_S_NS);
    CHECK_INT(limits.n_meters, 0);
    tb_limits_deinit(&limits);
}

static void the_table_is_bounded(void)
{
    struct tb_limits limits = {0};
    char text[16];
    uint32_t n = 0;
    while (n < 100000 && tb_limits_meter(&limits, name_of(text, n)))
        n++;
    CHECK(n >= TB_COMMANDS_MAX && n <= 2 * TB_COMMANDS_MAX);
    CHECK(tb_limits_meter(&limits, name_of(text, 0))); /* one that is there still is */
    tb_limits_deinit(&limits);
}

/* Ten a second of each kind; the others are counted, and none is lost. */
static void a_flood_is_told_of_in_part(void)
{
    struct tb_limits told = {0};
    const struct tb_bytes kinds[] = {tb_bytes_of_string("one"), tb_bytes_of_string("other")};
    uint64_t n_told = 0;
    uint64_t n_counted = 0;
    uint64_t n = 0;
    for (uint64_t ms = 0; ms < 10000; ms++)
        if (tb_limits_tell(&told, kinds[0], START + ms * TB_MS_NS, &n)) {
            n_told++;
            n_counted += n + 1;
        }
    CHECK(n_told >= 100 && n_told <= 110);
    CHECK(tb_limits_tell(&told, kinds[1], START + 10 * TB_S_NS, &n));
    CHECK_INT(n, 0);
    CHECK(tb_limits_tell(&told, kinds[0], START + 60 * TB_S_NS, &n));
    CHECK_INT(n_counted + n, 10000);
    tb_limits_deinit(&told);
}

/* What was not told of is not forgotten. */
static void an_untold_event_is_kept(void)
{
    struct tb_limits told = {0};
    uint64_t n = 0;
    for (int i = 0; i < 30; i++)
        (void)tb_limits_tell(&told, tb_bytes_of_string("one"), START, &n);
    tb_limits_forget(&told, START + 60 * TB_S_NS);
    CHECK(tb_limits_tell(&told, tb_bytes_of_string("one"), START + 60 * TB_S_NS, &n));
    CHECK_INT(n, 30 - TB_TOLD_PER_S);
    tb_limits_forget(&told, START + 120 * TB_S_NS);
    CHECK_INT(told.n_meters, 0);
    tb_limits_deinit(&told);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_burst_passes_then_the_rate),
        TEST(odd_rates_come_out_even),
        TEST(retry_ms_is_honest),
        TEST(what_is_refused_takes_nothing),
        TEST(bytes_go_into_debt_by_one_call),
        TEST(a_stream_is_stopped_by_its_debt),
        TEST(what_came_back_keeps_calls_out),
        TEST(no_limit_refuses_nothing),
        TEST(a_new_rate_keeps_what_was_used_up),
        TEST(each_name_has_one_meter),
        TEST(only_full_buckets_are_forgotten),
        TEST(the_table_is_bounded),
        TEST(a_flood_is_told_of_in_part),
        TEST(an_untold_event_is_kept),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
