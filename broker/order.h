/*
 * The calls of one session to one plugin that wait for their turn, in the order in which they came:
 * they are dispatched in that order. A call that waits for the hook is in it, and one behind such a
 * one; a call that waits for a person is not, and holds nobody back.
 */
#pragma once

#include <stdbool.h>
#include <stdint.h>

struct tb_turn {
    uint64_t number; /* of the call: later ones have greater numbers */
    bool ready;      /* it waits for its turn alone */
    struct tb_turn *before;
    struct tb_turn *behind;
};

struct tb_order {
    struct tb_turn *first;
    struct tb_turn *last;
    bool due; /* whose turn it is may have changed */
};

void tb_order_add(struct tb_order *order, struct tb_turn *turn);
void tb_order_remove(struct tb_order *order, struct tb_turn *turn);

/* Whether an earlier call than that one waits. */
static inline bool tb_order_holds(const struct tb_order *order, uint64_t number)
{
    return order->first && order->first->number < number;
}
