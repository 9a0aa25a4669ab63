/*
 * The benchmark: Trollbridge beside the bare relay, interleaved in one run, with the processes
 * where the scheduler puts them and with all of them on one CPU. Absolute times depend on the
 * machine; the gates are ratios.
 */
#pragma once

#include "bench/page.h"
#include "bench/policy.h"

#include <sched.h>

enum { BENCH_ROWS_MAX = 128, BENCH_GATES_MAX = 24 };

struct bench_placed_row {
    const char *placement; /* "free" or "one" */
    struct bench_row row;
};

struct bench_gate {
    const char *name;
    double limit;
    double value;
    bool at_least; /* the value must not be lower; else it must not be higher */
    bool goal;     /* of later work: told, and never a failure */
    bool ok;
};

/* KiB; -1: not ours to read. */
struct bench_idle {
    int64_t supervisor_kib;
    int64_t broker_kib;
    int64_t scribe_kib;
    int64_t total_kib;
};

struct bench_result {
    unsigned rounds;
    double round_ms;
    long n_cpus;
    bool quiet;
    bool has_hook;
    struct bench_placed_row rows[BENCH_ROWS_MAX];
    size_t n_rows;
    struct bench_gate gates[BENCH_GATES_MAX];
    size_t n_gates;
    struct bench_idle idle;
    bool has_page;
    struct bench_page page; /* when the processes are where the scheduler puts them */
    double start_ms;        /* from before the spawn to the first reply, median */
    double open_ms;         /* from OPEN to WELCOME, median */
    double open_large_ms;   /* the same with the large policy */
    struct bench_policy policies[BENCH_POLICIES];
};

/* Runs all of it; `progress` (may be NULL) is told what is measured next. NULL, or what went wrong:
 * a literal; stderr may have more. */
tb_must_check const char *bench_run(const struct bench_setup *setup,
                                    void (*progress)(const char *placement,
                                                     const struct bench_load *load),
                                    struct bench_result *ret_result);

/* Whether every gate that is no goal holds. */
bool bench_passed(const struct bench_result *result);
