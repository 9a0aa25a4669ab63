/*
 * What it means for two values of args to be equal, or of a type. One meaning for rules and
 * schemas: docs/rules.md.
 *
 * Numbers are compared as numbers, exactly: 1 and 1.0 are equal, 2^53 + 1 is not the real number
 * 2^53, -0 is 0, and what is not a number equals nothing and is in no range. A string never equals
 * bytes. The order of keys in a map does not count.
 */
#pragma once

#include "base/compiler.h"
#include "policy/filter/cost.h"
#include "proto/pack.h"

enum tb_filter_type { /* bits of a mask */
                      TB_TYPE_STRING = 1,
                      TB_TYPE_NUMBER = 2,  /* finite */
                      TB_TYPE_INTEGER = 4, /* a number without a fraction, however it is written */
                      TB_TYPE_BOOLEAN = 8,
                      TB_TYPE_NULL = 16,
                      TB_TYPE_ARRAY = 32,
                      TB_TYPE_OBJECT = 64,
                      TB_TYPE_BYTES = 128,
                      TB_TYPES_ALL = 255,
};

/* All that the value is: a whole number is an integer and a number; NaN is nothing. */
uint32_t tb_filter_types(const msgpack_object *value);

/* Their names, as the manifest has them: [i] is that of the bit 1 << i. */
extern const char *const tb_filter_type_names[8];

bool tb_filter_equal(const msgpack_object *a, const msgpack_object *b, struct tb_filter_cost *cost);
/* Whether the value equals one of the array's. */
bool tb_filter_among(const msgpack_object *value, const msgpack_object *array,
                     struct tb_filter_cost *cost);

/* Both ends count; NULL: there is none. */
struct tb_filter_range {
    const msgpack_object *min;
    const msgpack_object *max;
};

/* The keys `min` and `max`, each NULL where absent. False: one is no finite number, or min is more
 * than max. */
tb_must_check bool tb_filter_range_valid(const struct tb_filter_range *range);

enum tb_filter_place { TB_RANGE_IN, TB_RANGE_BELOW, TB_RANGE_ABOVE, TB_RANGE_NONE };
/* TB_RANGE_NONE: not a number. */
enum tb_filter_place tb_filter_range_place(const struct tb_filter_range *range,
                                           const msgpack_object *value);
/* How long a string or bytes (in bytes), an array or a map is. False: it has no length. */
bool tb_filter_length(const msgpack_object *value, uint64_t *ret_n);
bool tb_filter_range_has(const struct tb_filter_range *range, uint64_t n);
