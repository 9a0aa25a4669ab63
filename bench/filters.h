/* What may look at the calls of the benchmark's app: rules and a schema, or a hook. */
#pragma once

#include "base/compiler.h"

#define BENCH_OTHER_COMMAND "plugin:echo|other" /* granted beside, never called */

enum bench_filter {
    BENCH_UNFILTERED,
    BENCH_RULED,
    BENCH_HOOKED,
    BENCH_HOOKED_ELSEWHERE, /* the same hook, for the other command of the same view */
    BENCH_N_FILTERS
};

/* What the manifest says of it, after all else. */
const char *bench_filters_manifest(enum bench_filter filter);
/* What the capability lists beside the permission that is used. */
const char *bench_filters_permission(enum bench_filter filter);
/* Writes the hook, if there is one, into the app folder. 0 or -errno. */
tb_must_check int bench_filters_write(const char *app, enum bench_filter filter);
