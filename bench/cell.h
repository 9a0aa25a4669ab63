/*
 * One cell of the table: a message size and a number of messages in flight, measured for the floor,
 * for Trollbridge, for Trollbridge that records behind, and, where the load asks for it, for
 * Trollbridge with a large policy. Rounds alternate, and a ratio is taken within each turn, so that
 * what slows the machine down for a while slows all of them.
 */
#pragma once

#include "bench/contender.h"

enum { BENCH_CONTENDERS = 4, BENCH_ROUNDS_MAX = 1000 };

struct bench_setup {
    const char *echo; /* path of the echo plugin's program */
    unsigned rounds;
    uint64_t round_ns;
};

/* Medians over the rounds. With one in flight `ratio` is the time of a call by the floor's, with
 * more the calls per second by the floor's; lo and hi are the 10th and 90th percentile of the
 * turns. The floor's own are against its own median: its spread. BENCH_LARGE's are against
 * BENCH_PLAIN in the place of the floor. */
struct bench_row {
    const char *name;
    size_t bytes;
    unsigned in_flight;
    double p50_us;
    double p99_us;
    double calls_s;
    double mib_s;
    double cpu_us; /* user and system of all processes, this one included, by call */
    double ratio;
    double ratio_lo;
    double ratio_hi;
};

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
