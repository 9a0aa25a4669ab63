/* The app of the benchmark: a folder with a manifest, one capability, and the echo plugin, written
 * into the temporary folder and removed afterwards with the log that it has led to. */
#pragma once

#include "bench/filters.h"

#include <limits.h>
#include <stdbool.h>
#include <stdint.h>

#define BENCH_COMMAND "plugin:echo|echo"

struct bench_app {
    char folder[PATH_MAX]; /* empty: none */
    char log[PATH_MAX];    /* the audit log */
};

/* What surrounds the one command that is called. */
struct bench_kind {
    const char *mode; /* of the log: `before` or `behind` */
    bool page;        /* a frontend too, that of bench/page/ */
    bool large;       /* among 3,000 others of its view, in 1,000 capabilities; else alone */
    enum bench_filter filter;
};

/* `echo` is the path of the plugin's program; it is copied. 0 or -errno. */
tb_must_check int bench_app_make(struct bench_app *app, const char *echo,
                                 const struct bench_kind *kind);
void bench_app_remove(struct bench_app *app); /* an app never made is fine */

/* How many calls the log says were done. 0 or -errno. */
tb_must_check int bench_app_count_done(const struct bench_app *app, uint64_t *ret_n);
