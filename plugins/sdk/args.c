#include "plugins/sdk/args.h"

#include "plugins/sdk/stream.h"

const msgpack_object *tb_map_find(const msgpack_object *map, const char *key)
{
    if (!map || map->type != MSGPACK_OBJECT_MAP)
        return NULL;
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *entry = &map->via.map.ptr[i];
        if (entry->key.type == MSGPACK_OBJECT_STR &&
            tb_bytes_are(tb_object_bytes(&entry->key), key))
            return &entry->val;
    }
    return NULL;
}

static bool refuse(struct tb_call *call, struct tb_args args, const char *key, const char *expected)
{
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s%s%s: expected %s", args.name ? args.name : "",
                   args.name ? "." : "", key, expected);
    return false;
}

/* Whether there is a value to look at, in *ret_value; else *ret_result is the reader's result. */
static bool find(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 const char *expected, const msgpack_object **ret_value, bool *ret_result)
{
    const msgpack_object *value = tb_map_find(args.map, key);
    if (value && value->type != MSGPACK_OBJECT_NIL) {
        *ret_value = value;
        return true;
    }
    *ret_result = need == TB_OPTIONAL || refuse(call, args, key, expected);
    return false;
}

bool tb_arg_str(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                struct tb_bytes *ret_text)
{
    static const char expected[] = "a string";
    const msgpack_object *value;
    bool result;
    if (!find(call, args, key, need, expected, &value, &result))
        return result;
    if (value->type != MSGPACK_OBJECT_STR)
        return refuse(call, args, key, expected);
    *ret_text = tb_object_bytes(value);
    return true;
}

bool tb_arg_bool(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 bool *ret_value)
{
    static const char expected[] = "true or false";
    const msgpack_object *value;
    bool result;
    if (!find(call, args, key, need, expected, &value, &result))
        return result;
    if (value->type != MSGPACK_OBJECT_BOOLEAN)
        return refuse(call, args, key, expected);
    *ret_value = value->via.boolean;
    return true;
}

static bool whole_number(const msgpack_object *value, uint64_t *ret_number)
{
    static const double limit = 9007199254740992.0; /* 2^53: beyond it floats have gaps */
    if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER) {
        *ret_number = value->via.u64;
        return true;
    }
    if (value->type != MSGPACK_OBJECT_FLOAT32 && value->type != MSGPACK_OBJECT_FLOAT64)
        return false;
    double number = value->via.f64;
    /* The range comes first: converting a float that is outside, or no number, is undefined. */
    if (!(number >= 0 && number <= limit) || (double)(uint64_t)number < number)
        return false;
    *ret_number = (uint64_t)number;
    return true;
}

bool tb_arg_uint(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 uint64_t max, uint64_t *ret_value)
{
    static const char expected[] = "a whole number in range";
    const msgpack_object *value;
    bool result;
    if (!find(call, args, key, need, expected, &value, &result))
        return result;
    uint64_t number;
    if (!whole_number(value, &number) || number > max)
        return refuse(call, args, key, expected);
    *ret_value = number;
    return true;
}

bool tb_arg_args(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                 struct tb_args *ret_args)
{
    static const char expected[] = "an object";
    const msgpack_object *value;
    bool result;
    if (!find(call, args, key, need, expected, &value, &result)) {
        if (result)
            *ret_args = (struct tb_args){.name = key};
        return result;
    }
    if (value->type != MSGPACK_OBJECT_MAP)
        return refuse(call, args, key, expected);
    *ret_args = (struct tb_args){.map = value, .name = key};
    return true;
}

static bool channel_number(struct tb_bytes text, uint32_t *ret_number)
{
    static const char prefix[] = "__CHANNEL__:";
    uint64_t number = 0;
    if (!tb_bytes_begin(text, prefix) || text.n == sizeof prefix - 1)
        return false;
    for (size_t i = sizeof prefix - 1; i < text.n; i++) {
        if (text.data[i] < '0' || text.data[i] > '9')
            return false;
        number = number * 10 + (uint64_t)(text.data[i] - '0');
        if (number > UINT32_MAX)
            return false;
    }
    *ret_number = (uint32_t)number;
    return true;
}

bool tb_arg_channel(struct tb_call *call, struct tb_args args, const char *key, enum tb_need need,
                    struct tb_channel *ret_channel)
{
    static const char expected[] = "a channel";
    const msgpack_object *value;
    bool result;
    if (!find(call, args, key, need, expected, &value, &result)) {
        if (result)
            *ret_channel = (struct tb_channel){0};
        return result;
    }
    uint32_t id;
    if (value->type != MSGPACK_OBJECT_STR || !channel_number(tb_object_bytes(value), &id))
        return refuse(call, args, key, expected);
    *ret_channel = (struct tb_channel){.given = true, .id = id};
    return true;
}
