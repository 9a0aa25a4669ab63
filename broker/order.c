#include "broker/order.h"

#include "base/compiler.h"

#include <stddef.h>

static void link_behind(struct tb_order *order, struct tb_turn *before, struct tb_turn *turn)
{
    turn->before = before;
    turn->behind = before ? before->behind : order->first;
    *(before ? &before->behind : &order->first) = turn;
    *(turn->behind ? &turn->behind->before : &order->last) = turn;
}

/* From the back: nearly always it is the last that has come. */
void tb_order_add(struct tb_order *order, struct tb_turn *turn)
{
    struct tb_turn *before = order->last;
    while (before && before->number > turn->number)
        before = before->before;
    link_behind(order, before, turn);
    order->due = true;
}

void tb_order_remove(struct tb_order *order, struct tb_turn *turn)
{
    *(turn->before ? &turn->before->behind : &order->first) = turn->behind;
    *(turn->behind ? &turn->behind->before : &order->last) = turn->before;
    turn->before = turn->behind = NULL;
    order->due = true;
}
