#include "broker/flow.h"

#include "proto/limits.h"

/*
 * To the plugin, the shortest part (1 byte, a map of 8) is 9 bytes from the endpoint and at most 23
 * with the longest number of a call: less than GROWTH times as much.
 * To the endpoint, no chunk is longer than it came, because what is encoded anew is as short as can
 * be and the call's number falls away; but the first one has `next`, which NEXT_MOST covers.
 */
enum { GROWTH = 4, NEXT_MOST = TB_CREDIT_FIRST - TB_CREDIT_FIRST_PLUGIN };
_Static_assert(TB_CREDIT_FIRST_TO_PLUGIN == GROWTH * TB_CREDIT_FIRST, "both begin in step");

/* Less is not worth a frame. Sender and receiver may each hold back half of what a stream begins
 * with, and a whole CHUNK still has credit. */
enum { LEAST = 16 * 1024, CHUNK_COST_MAX = TB_CHUNK_RAW_MAX + 64 };
_Static_assert(TB_CREDIT_FIRST_PLUGIN - TB_CREDIT_FIRST / 2 - LEAST > CHUNK_COST_MAX,
               "no standstill");

struct tb_flow tb_flow_begin(enum tb_way way)
{
    if (way == TB_TO_PLUGIN)
        return (struct tb_flow){way, TB_CREDIT_FIRST, TB_CREDIT_FIRST_TO_PLUGIN};
    return (struct tb_flow){way, TB_CREDIT_FIRST_PLUGIN, TB_CREDIT_FIRST};
}

bool tb_flow_take(struct tb_flow *flow, uint64_t untrusted_cost)
{
    if (untrusted_cost > flow->from)
        return false;
    flow->from -= (uint32_t)untrusted_cost;
    return true;
}

void tb_flow_pass(struct tb_flow *flow, uint64_t cost)
{
    tb_assert(cost <= flow->to);
    flow->to -= (uint32_t)cost;
}

bool tb_flow_grant(struct tb_flow *flow, uint32_t untrusted_bytes)
{
    if (untrusted_bytes > TB_CREDIT_MOST - flow->to)
        return false;
    flow->to += untrusted_bytes;
    return true;
}

/* The most that the sender may have. */
static uint32_t most(const struct tb_flow *flow)
{
    if (flow->way == TB_TO_PLUGIN)
        return flow->to / GROWTH;
    return flow->to > NEXT_MOST ? flow->to - NEXT_MOST : 0;
}

uint32_t tb_flow_due(const struct tb_flow *flow)
{
    uint32_t n = most(flow);
    return n >= flow->from + LEAST ? n - flow->from : 0;
}

void tb_flow_given(struct tb_flow *flow, uint32_t bytes)
{
    flow->from += bytes;
}

bool tb_flow_open(const struct tb_flow *flow)
{
    return flow->from >= CHUNK_COST_MAX;
}
