/* The result as a table for people and as JSON for programs. */
#pragma once

#include "bench/bench.h"

#include <stdio.h>

void bench_report_table(const struct bench_result *result, FILE *out);
/* One JSON object and a newline. False: out of memory or not written. */
tb_must_check bool bench_report_json(const struct bench_result *result, FILE *out);
