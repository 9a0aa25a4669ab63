/* Readers of numbers. */
#include "plugins/sdk/reader.h"

#include <math.h>
#include <stdio.h>

enum { EXPECTED_MAX = 80 };

/* 2^53: a range beyond it is that of the type, and of no help to anybody. */
#define TOLD_MAX INT64_C(9007199254740992)

bool tb_arg_uint(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 uint64_t max, uint64_t *ret_value)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    char expected[EXPECTED_MAX] = "a whole number of 0 or more";
    uint64_t number;
    if (tb_reading_absent(&reading))
        return true;
    if (tb_value_uint(reading.value, &number) && number <= max) {
        *ret_value = number;
        return true;
    }
    if (max <= TOLD_MAX)
        (void)snprintf(expected, sizeof expected, "a whole number from 0 to %llu",
                       (unsigned long long)max);
    return tb_reading_refuse(&reading, expected, NULL);
}

bool tb_arg_int(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                int64_t min, int64_t max, int64_t *ret_value)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    char expected[EXPECTED_MAX] = "a whole number";
    int64_t number;
    if (tb_reading_absent(&reading))
        return true;
    if (tb_value_int(reading.value, &number) && number >= min && number <= max) {
        *ret_value = number;
        return true;
    }
    if (min >= -TOLD_MAX && max <= TOLD_MAX)
        (void)snprintf(expected, sizeof expected, "a whole number from %lld to %lld",
                       (long long)min, (long long)max);
    return tb_reading_refuse(&reading, expected, NULL);
}

bool tb_arg_double(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                   double *ret_value)
{
    struct tb_reading reading = tb_reading_of(call, args, key, need);
    double number;
    if (tb_reading_absent(&reading))
        return true;
    if (tb_value_double(reading.value, &number) && isfinite(number)) {
        *ret_value = number;
        return true;
    }
    return tb_reading_refuse(&reading, "a finite number", NULL);
}
