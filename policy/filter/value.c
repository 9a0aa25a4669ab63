#include "policy/filter/value.h"

#include <math.h>

const char *const tb_filter_type_names[8] = {"string", "number", "integer", "boolean",
                                             "null",   "array",  "object",  "bytes"};

static bool is_real(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_FLOAT32 || value->type == MSGPACK_OBJECT_FLOAT64;
}

static bool is_number(const msgpack_object *value)
{
    return value->type == MSGPACK_OBJECT_POSITIVE_INTEGER ||
           value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER || is_real(value);
}

static uint32_t types_of_real(double v)
{
    if (!isfinite(v))
        return 0;
    return TB_TYPE_NUMBER | (trunc(v) == v ? TB_TYPE_INTEGER : 0u);
}

uint32_t tb_filter_types(const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_NIL:
        return TB_TYPE_NULL;
    case MSGPACK_OBJECT_BOOLEAN:
        return TB_TYPE_BOOLEAN;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return TB_TYPE_NUMBER | TB_TYPE_INTEGER;
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return types_of_real(value->via.f64);
    case MSGPACK_OBJECT_STR:
        return TB_TYPE_STRING;
    case MSGPACK_OBJECT_BIN:
        return TB_TYPE_BYTES;
    case MSGPACK_OBJECT_ARRAY:
        return TB_TYPE_ARRAY;
    case MSGPACK_OBJECT_MAP:
        return TB_TYPE_OBJECT;
    case MSGPACK_OBJECT_EXT:
        break;
    }
    return 0;
}

static int order(bool less, bool greater)
{
    return (int)greater - (int)less;
}

static int compare_integers(const msgpack_object *a, const msgpack_object *b)
{
    bool a_negative = a->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
    bool b_negative = b->type == MSGPACK_OBJECT_NEGATIVE_INTEGER;
    if (a_negative != b_negative)
        return a_negative ? -1 : 1;
    if (a_negative)
        return order(a->via.i64<b->via.i64, a->via.i64> b->via.i64);
    return order(a->via.u64<b->via.u64, a->via.u64> b->via.u64);
}

/* Exact: what is whole of the real number is compared as an integer, which it fits by then. */
static int compare_integer_with_real(const msgpack_object *a, double b)
{
    if (b >= 18446744073709551616.0)
        return -1;
    if (b < -9223372036854775808.0)
        return 1;
    double whole = trunc(b);
    msgpack_object integer;
    if (whole < 0) {
        integer.type = MSGPACK_OBJECT_NEGATIVE_INTEGER;
        integer.via.i64 = (int64_t)whole;
    } else {
        integer.type = MSGPACK_OBJECT_POSITIVE_INTEGER;
        integer.via.u64 = (uint64_t)whole;
    }
    int r = compare_integers(a, &integer);
    return r != 0 ? r : order(b > whole, b < whole);
}

/* Of two numbers. False: one of them is NaN. */
static bool compare(const msgpack_object *a, const msgpack_object *b, int *ret_order)
{
    if ((is_real(a) && isnan(a->via.f64)) || (is_real(b) && isnan(b->via.f64)))
        return false;
    if (is_real(a) && is_real(b))
        *ret_order = order(a->via.f64<b->via.f64, a->via.f64> b->via.f64);
    else if (is_real(a))
        *ret_order = -compare_integer_with_real(b, a->via.f64);
    else if (is_real(b))
        *ret_order = compare_integer_with_real(a, b->via.f64);
    else
        *ret_order = compare_integers(a, b);
    return true;
}

static bool numbers_equal(const msgpack_object *a, const msgpack_object *b)
{
    int r;
    return is_number(b) && compare(a, b, &r) && r == 0;
}

static bool arrays_equal(const msgpack_object *a, const msgpack_object *b,
                         struct tb_filter_cost *cost)
{
    if (a->via.array.size != b->via.array.size)
        return false;
    for (uint32_t i = 0; i < a->via.array.size; i++)
        if (!tb_filter_equal(&a->via.array.ptr[i], &b->via.array.ptr[i], cost))
            return false;
    return true;
}

static const msgpack_object *find(const msgpack_object *map, struct tb_bytes key,
                                  struct tb_filter_cost *cost)
{
    for (uint32_t i = 0; i < map->via.map.size && tb_filter_pay(cost, 1); i++)
        if (tb_bytes_equal(tb_object_bytes(&map->via.map.ptr[i].key), key))
            return &map->via.map.ptr[i].val;
    return NULL;
}

/* The keys of a map are distinct: as many keys, and each found, are the same keys. */
static bool maps_equal(const msgpack_object *a, const msgpack_object *b,
                       struct tb_filter_cost *cost)
{
    if (a->via.map.size != b->via.map.size)
        return false;
    for (uint32_t i = 0; i < a->via.map.size; i++) {
        const msgpack_object *other = find(b, tb_object_bytes(&a->via.map.ptr[i].key), cost);
        if (!other || !tb_filter_equal(&a->via.map.ptr[i].val, other, cost))
            return false;
    }
    return true;
}

bool tb_filter_equal(const msgpack_object *a, const msgpack_object *b, struct tb_filter_cost *cost)
{
    if (!tb_filter_pay(cost, 1))
        return false;
    if (is_number(a))
        return numbers_equal(a, b);
    if (a->type != b->type)
        return false;
    switch (a->type) {
    case MSGPACK_OBJECT_NIL:
        return true;
    case MSGPACK_OBJECT_BOOLEAN:
        return a->via.boolean == b->via.boolean;
    case MSGPACK_OBJECT_STR:
    case MSGPACK_OBJECT_BIN: /* the same layout in msgpack_object */
        return a->via.str.size == b->via.str.size && tb_filter_pay_bytes(cost, a->via.str.size) &&
               tb_bytes_equal(tb_object_bytes(a), tb_object_bytes(b));
    case MSGPACK_OBJECT_ARRAY:
        return arrays_equal(a, b, cost);
    case MSGPACK_OBJECT_MAP:
        return maps_equal(a, b, cost);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
    case MSGPACK_OBJECT_EXT:
        break;
    }
    return false;
}

bool tb_filter_among(const msgpack_object *value, const msgpack_object *array,
                     struct tb_filter_cost *cost)
{
    for (uint32_t i = 0; i < array->via.array.size; i++)
        if (tb_filter_equal(&array->via.array.ptr[i], value, cost))
            return true;
    return false;
}

bool tb_filter_range_valid(const struct tb_filter_range *range)
{
    int r = 0;
    if ((range->min && !(tb_filter_types(range->min) & TB_TYPE_NUMBER)) ||
        (range->max && !(tb_filter_types(range->max) & TB_TYPE_NUMBER)))
        return false;
    return !range->min || !range->max || (compare(range->min, range->max, &r) && r <= 0);
}

enum tb_filter_place tb_filter_range_place(const struct tb_filter_range *range,
                                           const msgpack_object *value)
{
    int r;
    if (!is_number(value) || (is_real(value) && isnan(value->via.f64)))
        return TB_RANGE_NONE;
    if (range->min && compare(value, range->min, &r) && r < 0)
        return TB_RANGE_BELOW;
    if (range->max && compare(value, range->max, &r) && r > 0)
        return TB_RANGE_ABOVE;
    return TB_RANGE_IN;
}

bool tb_filter_length(const msgpack_object *value, uint64_t *ret_n)
{
    switch (value->type) {
    case MSGPACK_OBJECT_STR:
    case MSGPACK_OBJECT_BIN:
        *ret_n = value->via.str.size;
        return true;
    case MSGPACK_OBJECT_ARRAY:
    case MSGPACK_OBJECT_MAP: /* the same layout */
        *ret_n = value->via.array.size;
        return true;
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_BOOLEAN:
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
    case MSGPACK_OBJECT_EXT:
        break;
    }
    return false;
}

bool tb_filter_range_has(const struct tb_filter_range *range, uint64_t n)
{
    const msgpack_object value = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER, .via.u64 = n};
    return tb_filter_range_place(range, &value) == TB_RANGE_IN;
}
