/* What the numbers have to be. */
#pragma once

#include "bench/bench.h"

/* Fills in the gates from rows and idle. A goal whose value could not be measured is left out. */
void bench_gates_judge(struct bench_result *result);
