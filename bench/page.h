/*
 * The rows of the page: how long a call takes from a page in a window to a plugin and back, beside
 * a fetch that the host answers and a script message. A program of its own measures them
 * (bench/page/), so that nothing else has to bring a WebView.
 */
#pragma once

#include "bench/cell.h"

#define BENCH_PAGE         "page"
#define BENCH_PAGE_FETCH   "page fetch"
#define BENCH_PAGE_MESSAGE "page script message"

enum { BENCH_PAGE_LOADS = 5, BENCH_PAGE_WAYS = 3 };
enum { BENCH_PAGE_ROWS = BENCH_PAGE_LOADS * BENCH_PAGE_WAYS };

struct bench_page {
    struct bench_row rows[BENCH_PAGE_ROWS];
    size_t n_rows;
    double start_ms;     /* from the start of the program to the page's first reply */
    double reload_ms;    /* from a reload to the new document's first reply, median */
    double script_bytes; /* what is put into each document */
    double script_gzip_bytes;
};

/* Needs a display. NULL, or what went wrong: a literal; stderr may have more. */
tb_must_check const char *bench_page_measure(const struct bench_setup *setup,
                                             struct bench_page *ret_page);
