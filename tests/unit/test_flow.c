/* The credit of a stream, whatever sender and receiver make of it. */
#include "broker/flow.h"
#include "proto/limits.h"
#include "tests/unit/test.h"

/* The map of a CHUNK with so many raw bytes: `bytes` alone, and with the longest number of a call.
 */
static uint32_t cost_of(uint32_t n_raw, bool with_call)
{
    uint32_t n_number = n_raw < 128 ? 1 : n_raw < 256 ? 2 : n_raw < 65536 ? 3 : 5;
    return 7 + n_number + n_raw + (with_call ? 14 : 0);
}

static uint32_t state = 1;

static uint32_t draw(uint32_t below)
{
    state = state * 1664525 + 1013904223;
    return (state >> 8) % below;
}

static uint32_t draw_size(void)
{
    static const uint32_t sizes[] = {1, 2, 20, 127, 1000, 20000, 65536};
    return sizes[draw(sizeof sizes / sizeof sizes[0])];
}

static void grant(struct tb_flow *flow, uint32_t bytes)
{
    CHECK(tb_flow_grant(flow, bytes));
    tb_flow_given(flow, tb_flow_due(flow));
}

/* Random parts and credits: what is passed on always fits what was granted (tb_flow_pass asserts
 * it), and once all is acknowledged the sender has nearly all that it began with. */
static void run(enum tb_way way)
{
    struct tb_flow flow = tb_flow_begin(way);
    const uint32_t first = flow.from;
    uint32_t n_owed = 0; /* what the receiver has not acknowledged */
    for (int i = 0; i < 200000; i++) {
        uint32_t n_raw = draw_size();
        if (draw(3) == 0 && n_owed > 0) {
            uint32_t n = 1 + draw(n_owed);
            grant(&flow, n);
            n_owed -= n;
        } else if (tb_flow_take(&flow, cost_of(n_raw, way == TB_TO_ENDPOINT))) {
            tb_flow_pass(&flow, cost_of(n_raw, way == TB_TO_PLUGIN));
            n_owed += cost_of(n_raw, way == TB_TO_PLUGIN);
            tb_flow_given(&flow, tb_flow_due(&flow));
        }
        CHECK(flow.from <= flow.to);
    }
    if (n_owed > 0)
        grant(&flow, n_owed);
    CHECK(flow.from > first - 16 * 1024 && flow.from <= first);
    CHECK(tb_flow_open(&flow));
}

static void what_is_passed_on_fits_what_was_granted(void)
{
    run(TB_TO_PLUGIN);
    run(TB_TO_ENDPOINT);
}

/* The worst that a page can do: a byte at a time, to a plugin that acknowledges nothing. */
static void a_byte_at_a_time_fits_too(void)
{
    struct tb_flow flow = tb_flow_begin(TB_TO_PLUGIN);
    while (tb_flow_take(&flow, cost_of(1, false)))
        tb_flow_pass(&flow, cost_of(1, true));
    CHECK(flow.from < cost_of(1, false));
    CHECK_INT(tb_flow_due(&flow), 0);
}

/* Sender and receiver each wait for half a window before they say anything: a whole CHUNK can still
 * be sent. */
static void nobody_waits_for_the_other_for_ever(void)
{
    for (int way = TB_TO_PLUGIN; way <= TB_TO_ENDPOINT; way++) {
        struct tb_flow flow = tb_flow_begin((enum tb_way)way);
        uint32_t held = 0;
        for (int i = 0; i < 1000; i++) {
            uint32_t n = cost_of(65536, way == TB_TO_ENDPOINT);
            CHECK(tb_flow_take(&flow, n));
            tb_flow_pass(&flow, cost_of(65536, way == TB_TO_PLUGIN));
            held += cost_of(65536, way == TB_TO_PLUGIN);
            if (held >= TB_CREDIT_FIRST / 2) {
                grant(&flow, held);
                held = 0;
            }
        }
    }
}

static void credit_beyond_the_most_is_not_taken(void)
{
    struct tb_flow flow = tb_flow_begin(TB_TO_ENDPOINT);
    CHECK(tb_flow_grant(&flow, TB_CREDIT_MOST - TB_CREDIT_FIRST));
    const struct tb_flow before = flow;
    CHECK(!tb_flow_grant(&flow, 1) && !tb_flow_grant(&flow, UINT32_MAX));
    CHECK(!tb_flow_take(&flow, (uint64_t)flow.from + 1) && !tb_flow_take(&flow, UINT64_MAX));
    CHECK(memcmp(&flow, &before, sizeof flow) == 0);
}

/* What is held back is not granted anew to its sender before it has gone on. */
static void what_is_held_back_counts_until_it_goes_on(void)
{
    struct tb_flow flow = tb_flow_begin(TB_TO_ENDPOINT);
    uint32_t n = cost_of(65536, false);
    CHECK(tb_flow_take(&flow, n));
    tb_flow_hold(&flow, n);
    CHECK_INT(tb_flow_due(&flow), 0);
    CHECK(tb_flow_grant(&flow, n));
    CHECK_INT(tb_flow_due(&flow), n);
    tb_flow_given(&flow, n);
    tb_flow_let_go(&flow, n);
    CHECK(tb_flow_fits(&flow, n));
    tb_flow_pass(&flow, n);
    CHECK_INT(tb_flow_due(&flow), 0);
}

static void what_was_made_longer_has_to_fit_the_receivers_credit(void)
{
    struct tb_flow flow = tb_flow_begin(TB_TO_ENDPOINT);
    CHECK(tb_flow_take(&flow, 100));
    CHECK(tb_flow_fits(&flow, flow.to) && !tb_flow_fits(&flow, (uint64_t)flow.to + 1));
    tb_flow_pass(&flow, flow.to);
    CHECK_INT(tb_flow_due(&flow), 0); /* and its sender may still send what it was told */
    CHECK(tb_flow_take(&flow, 100) && !tb_flow_fits(&flow, 100));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(what_is_passed_on_fits_what_was_granted),
        TEST(a_byte_at_a_time_fits_too),
        TEST(nobody_waits_for_the_other_for_ever),
        TEST(credit_beyond_the_most_is_not_taken),
        TEST(what_is_held_back_counts_until_it_goes_on),
        TEST(what_was_made_longer_has_to_fit_the_receivers_credit),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
