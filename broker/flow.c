#include "broker/flow.h"

#include "proto/limits.h"

/*
 * `reserve` is by how much the receiver's credit begins above the sender's, and stays so.
 *
 * To the plugin, a part grows by the call's number: the shortest one, 9 bytes from the endpoint, to
 * 23. So the receiver's credit is never less than `growth` times the sender's.
 * To the endpoint, no chunk is longer than it came, because what is encoded anew is as short as can
 * be and the call's number falls away; but the first one has `next`, which the reserve covers.
 */
static const struct {
    uint32_t first;
    uint32_t reserve;
    uint32_t growth;
} ways[] = {
    [TB_TO_PLUGIN] = {TB_CREDIT_FIRST, TB_CREDIT_FIRST_TO_PLUGIN - TB_CREDIT_FIRST, 3},
    [TB_TO_ENDPOINT] = {TB_CREDIT_FIRST_PLUGIN, TB_CREDIT_FIRST - TB_CREDIT_FIRST_PLUGIN, 1},
};
_Static_assert(3 * TB_CREDIT_FIRST <= TB_CREDIT_FIRST_TO_PLUGIN, "growth from the first byte on");

/* Less is not worth a frame. Sender and receiver may each hold back half of what a stream begins
 * with, and a whole CHUNK still has credit. */
enum { LEAST = 16 * 1024, CHUNK_COST_MAX = TB_CHUNK_RAW_MAX + 64 };
_Static_assert(TB_CREDIT_FIRST_PLUGIN - TB_CREDIT_FIRST / 2 - LEAST > CHUNK_COST_MAX,
               "no standstill");

struct tb_flow tb_flow_begin(enum tb_way way)
{
    uint32_t first = ways[way].first;
    return (struct tb_flow){.way = way, .from = first, .to = first + ways[way].reserve};
}

bool tb_flow_take(struct tb_flow *flow, uint64_t untrusted_cost)
{
    if (untrusted_cost > flow->from)
        return false;
    flow->from -= (uint32_t)untrusted_cost;
    return true;
}

void tb_flow_hold(struct tb_flow *flow, uint64_t cost)
{
    flow->held += (uint32_t)cost;
}

void tb_flow_let_go(struct tb_flow *flow, uint64_t cost)
{
    tb_assert(cost <= flow->held);
    flow->held -= (uint32_t)cost;
}

bool tb_flow_fits(const struct tb_flow *flow, uint64_t cost)
{
    return cost <= flow->to;
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
    uint32_t reserve = ways[flow->way].reserve;
    uint32_t above = flow->to > reserve ? flow->to - reserve : 0;
    uint32_t fit = flow->to / ways[flow->way].growth;
    return above < fit ? above : fit;
}

uint32_t tb_flow_due(const struct tb_flow *flow)
{
    uint32_t n = most(flow);
    uint32_t out = flow->from + flow->held;
    return n >= out + LEAST ? n - out : 0;
}

void tb_flow_given(struct tb_flow *flow, uint32_t bytes)
{
    flow->from += bytes;
}

bool tb_flow_open(const struct tb_flow *flow)
{
    return flow->from >= CHUNK_COST_MAX;
}
