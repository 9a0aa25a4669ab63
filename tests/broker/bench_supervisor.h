/* The bench as the supervisor: what the broker asks it for is there at once. */
#pragma once

#include "tests/broker/bench.h"

/* Whether it had something to do. */
bool bench_supervise(struct bench *bench);
