#include "bench/numbers.h"

#include "base/compiler.h"

#include <stdlib.h>

static int by_double(const void *a, const void *b)
{
    double left = *(const double *)a;
    double right = *(const double *)b;
    return (left > right) - (left < right);
}

static int by_u32(const void *a, const void *b)
{
    uint32_t left = *(const uint32_t *)a;
    uint32_t right = *(const uint32_t *)b;
    return (left > right) - (left < right);
}

/* Between two values, by the distance to each. */
static double between(double low, double high, double part)
{
    return low + (high - low) * part;
}

double bench_percentile(double *values, size_t n, double at)
{
    tb_assert(n > 0 && at >= 0 && at <= 1);
    qsort(values, n, sizeof *values, by_double);
    double position = at * (double)(n - 1);
    size_t low = (size_t)position;
    size_t high = low + 1 < n ? low + 1 : low;
    return between(values[low], values[high], position - (double)low);
}

double bench_percentile_u32(uint32_t *values, size_t n, double at)
{
    tb_assert(n > 0 && at >= 0 && at <= 1);
    qsort(values, n, sizeof *values, by_u32);
    return values[(size_t)(at * (double)(n - 1) + 0.5)];
}
