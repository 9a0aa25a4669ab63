/* Percentiles. */
#pragma once

#include <stddef.h>
#include <stdint.h>

/* `at` is from 0 to 1; sorts; n is at least 1. */
double bench_percentile(double *values, size_t n, double at);
double bench_percentile_u32(uint32_t *values, size_t n, double at);
