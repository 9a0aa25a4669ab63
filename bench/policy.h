/*
 * What the policy program takes for apps of three sizes: the time and the memory of a compile,
 * which comes at every start, and the time of a resolve, which comes at every OPEN. The app's files
 * are written to the temporary folder, and the real program reads them in its own sandbox. The
 * sizes take turns.
 */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

enum { BENCH_POLICIES = 3, BENCH_POLICY_RUNS = 5 };

struct bench_policy {
    const char *name;
    unsigned capabilities;
    unsigned permissions;
    double compile_ms;
    double compile_mib; /* the most that was resident */
    double resolve_ms;  /* of a view that one capability is for */
};

/* Medians over the runs, at most BENCH_POLICY_RUNS. NULL, or what went wrong: a literal; stderr may
 * have more. To be called while this process is small: the kernel counts what it has resident at
 * the fork as the child's. */
tb_must_check const char *bench_policy_measure(unsigned runs,
                                               struct bench_policy ret_rows[static BENCH_POLICIES]);
