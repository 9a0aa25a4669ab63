/*
 * What judging one call may cost. Every value that is looked at, every key that is compared and
 * every four bytes that are walked cost a step, whatever rule looks at them, so that a page cannot
 * buy more of the broker's time with a clever shape of args than with a plain one: all steps
 * together take some 20 ms. A call that runs out is denied: what was decided after that is not
 * worth anything.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { TB_FILTER_STEPS = 2 * 1024 * 1024 };

struct tb_filter_cost {
    uint64_t left;
    bool spent;
};

static inline struct tb_filter_cost tb_filter_cost_new(void)
{
    return (struct tb_filter_cost){.left = TB_FILTER_STEPS};
}

/* False: not so many are left, and nothing that follows can be paid for either. */
static inline bool tb_filter_pay(struct tb_filter_cost *cost, uint64_t steps)
{
    if (cost->spent || steps > cost->left) {
        cost->spent = true;
        return false;
    }
    cost->left -= steps;
    return true;
}

static inline bool tb_filter_pay_bytes(struct tb_filter_cost *cost, size_t n)
{
    return tb_filter_pay(cost, 1 + n / 4);
}
