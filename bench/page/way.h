/* The ways of the page: contenders that are timed by the page itself. */
#pragma once

#include "bench/contender.h"
#include "bench/page/window.h"

struct way {
    const char *name; /* as bench/page/bench.js has it */
    struct window *window;
};

/* The contender borrows the way. What runs below this process is known by then. */
struct bench_contender way_contender(struct way *way);
