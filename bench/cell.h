/*
 * One cell of the table: a message size and a number of messages in flight, measured for the floor,
 * for Trollbridge, and for those that the load asks for: Trollbridge that records behind, has a
 * large policy, rules, a hook, or a hook for another command.
 */
#pragma once

#include "bench/contest.h"

struct bench_setup {
    const char *echo; /* path of the echo plugin's program */
    const char *page; /* path of the program that measures the page's rows; NULL: no display */
    bool has_hook;    /* its program is installed */
    unsigned rounds;
    uint64_t round_ns;
};

/* The rows' ratios are by the floor's; of what changes the policy alone, by BENCH_PLAIN's. */
struct bench_cell {
    struct bench_row rows[BENCH_CONTENDERS]; /* the floor's first */
    size_t n_rows;
    double start_ms;      /* from before the spawn to the first reply, of BENCH_PLAIN */
    double open_ms;       /* from OPEN to WELCOME, of BENCH_PLAIN */
    double open_large_ms; /* of BENCH_LARGE; 0: it took no part */
};

/* NULL, or what went wrong: a literal; stderr may have more. */
tb_must_check const char *bench_cell_measure(const struct bench_setup *setup,
                                             const struct bench_load *load,
                                             struct bench_cell *ret_cell);
