/*
 * Contenders that are measured in turn: rounds alternate, and a ratio is taken within each turn, so
 * that what slows the machine down for a while slows all of them.
 */
#pragma once

#include "bench/contender.h"

enum { BENCH_CONTENDERS = 7, BENCH_ROUNDS_MAX = 1000 };

/* Medians over the rounds. With one in flight `ratio` is the time of a call by the base's, with
 * more the calls per second by the base's; lo and hi are the 10th and 90th percentile of the
 * turns. The first contender's own are against its own median: its spread. */
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

/* What the rounds of one contender gave. */
struct bench_series {
    struct bench_contender contender;
    size_t base; /* whom its ratios are by; only the first is its own */
    double *p50_ns;
    double *p99_ns;
    double *calls_s;
    double *ratio;
    uint64_t n_calls;
    uint64_t cpu_ns;
};

struct bench_contest {
    const struct bench_load *load;
    unsigned rounds;
    uint64_t round_ns;
    struct bench_series series[BENCH_CONTENDERS];
    size_t n; /* of the series: how many take part */
    uint32_t *latency_ns;
};

/* Takes memory for the `n` series; whoever asks fills in their contenders. False: out of memory. */
tb_must_check bool bench_contest_begin(struct bench_contest *contest);
/* False: a call got lost or came back wrong. */
tb_must_check bool bench_contest_run(struct bench_contest *contest);
/* One row for each series, after a run. */
void bench_contest_rows(struct bench_contest *contest, struct bench_row *ret_rows);
void bench_contest_end(struct bench_contest *contest); /* half-begun is fine */
