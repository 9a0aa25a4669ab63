#include "plugins/sdk/value.h"

/* Beyond 2^53 floats have gaps: which whole number was meant cannot be told. */
#define WHOLE_MAX 9007199254740992.0

enum tb_value_type tb_value_type(const struct tb_value *value)
{
    const msgpack_object *object = tb_value_object(value);
    switch (object ? object->type : MSGPACK_OBJECT_NIL) {
    case MSGPACK_OBJECT_BOOLEAN:
        return TB_VALUE_BOOL;
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return TB_VALUE_NUMBER;
    case MSGPACK_OBJECT_STR:
        return TB_VALUE_STR;
    case MSGPACK_OBJECT_BIN:
        return TB_VALUE_BYTES;
    case MSGPACK_OBJECT_ARRAY:
        return TB_VALUE_ARRAY;
    case MSGPACK_OBJECT_MAP:
        return TB_VALUE_MAP;
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_EXT: /* never gets past the scan */
        break;
    }
    return TB_VALUE_NULL;
}

static const msgpack_object *typed(const struct tb_value *value, msgpack_object_type type)
{
    const msgpack_object *object = tb_value_object(value);
    return object && object->type == type ? object : NULL;
}

bool tb_value_str(const struct tb_value *value, struct tb_bytes *ret_text)
{
    const msgpack_object *object = typed(value, MSGPACK_OBJECT_STR);
    if (object)
        *ret_text = tb_object_bytes(object);
    return object != NULL;
}

bool tb_value_bytes(const struct tb_value *value, struct tb_bytes *ret_bytes)
{
    const msgpack_object *object = typed(value, MSGPACK_OBJECT_BIN);
    if (object)
        *ret_bytes = tb_object_bytes(object);
    return object != NULL;
}

bool tb_value_bool(const struct tb_value *value, bool *ret_value)
{
    const msgpack_object *object = typed(value, MSGPACK_OBJECT_BOOLEAN);
    if (object)
        *ret_value = object->via.boolean;
    return object != NULL;
}

static const double *float_of(const struct tb_value *value)
{
    const msgpack_object *object = typed(value, MSGPACK_OBJECT_FLOAT64);
    if (!object)
        object = typed(value, MSGPACK_OBJECT_FLOAT32);
    return object ? &object->via.f64 : NULL;
}

bool tb_value_int(const struct tb_value *value, int64_t *ret_value)
{
    const msgpack_object *object = tb_value_object(value);
    const double *number = float_of(value);
    int64_t result;
    if (typed(value, MSGPACK_OBJECT_NEGATIVE_INTEGER)) {
        result = object->via.i64;
    } else if (typed(value, MSGPACK_OBJECT_POSITIVE_INTEGER)) {
        if (object->via.u64 > INT64_MAX)
            return false;
        result = (int64_t)object->via.u64;
    } else {
        /* The range comes first: converting a float that is outside, or no number, is undefined. */
        if (!number || !(*number >= -WHOLE_MAX && *number <= WHOLE_MAX))
            return false;
        result = (int64_t)*number;
        if ((double)result < *number || (double)result > *number)
            return false;
    }
    *ret_value = result;
    return true;
}

bool tb_value_uint(const struct tb_value *value, uint64_t *ret_value)
{
    const msgpack_object *object = typed(value, MSGPACK_OBJECT_POSITIVE_INTEGER);
    int64_t number;
    if (object) {
        *ret_value = object->via.u64;
        return true;
    }
    if (!tb_value_int(value, &number) || number < 0)
        return false;
    *ret_value = (uint64_t)number;
    return true;
}

bool tb_value_double(const struct tb_value *value, double *ret_value)
{
    const msgpack_object *object = tb_value_object(value);
    const double *number = float_of(value);
    if (number)
        *ret_value = *number;
    else if (typed(value, MSGPACK_OBJECT_POSITIVE_INTEGER))
        *ret_value = (double)object->via.u64;
    else if (typed(value, MSGPACK_OBJECT_NEGATIVE_INTEGER))
        *ret_value = (double)object->via.i64;
    else
        return false;
    return true;
}

uint32_t tb_value_n(const struct tb_value *value)
{
    const msgpack_object *array = typed(value, MSGPACK_OBJECT_ARRAY);
    const msgpack_object *map = typed(value, MSGPACK_OBJECT_MAP);
    return array ? array->via.array.size : map ? map->via.map.size : 0;
}

const struct tb_value *tb_value_at(const struct tb_value *value, uint32_t i)
{
    const msgpack_object *object = tb_value_object(value);
    if (i >= tb_value_n(value))
        return NULL;
    return tb_value_of(typed(value, MSGPACK_OBJECT_ARRAY) ? &object->via.array.ptr[i]
                                                          : &object->via.map.ptr[i].val);
}

struct tb_bytes tb_value_key(const struct tb_value *map, uint32_t i)
{
    const msgpack_object *object = typed(map, MSGPACK_OBJECT_MAP);
    return object && i < object->via.map.size ? tb_object_bytes(&object->via.map.ptr[i].key)
                                              : (struct tb_bytes){0};
}

const struct tb_value *tb_value_get(const struct tb_value *map, const char *key)
{
    uint32_t n = tb_value_type(map) == TB_VALUE_MAP ? tb_value_n(map) : 0;
    for (uint32_t i = 0; i < n; i++)
        if (tb_bytes_are(tb_value_key(map, i), key))
            return tb_value_at(map, i);
    return NULL;
}
