#include "cli/json.h"

#include <math.h>
#include <sodium.h>
#include <stdlib.h>

static void pack_object(struct tb_packer *packer, const json_t *value)
{
    const char *key;
    const json_t *item;
    tb_pack_map(packer, json_object_size(value));
    json_object_foreach((json_t *)(uintptr_t)value, key, item)
    {
        tb_pack_key(packer, key);
        cli_json_pack(packer, item);
    }
}

static void pack_array(struct tb_packer *packer, const json_t *value)
{
    tb_pack_array(packer, json_array_size(value));
    for (size_t i = 0; i < json_array_size(value); i++)
        cli_json_pack(packer, json_array_get(value, i));
}

void cli_json_pack(struct tb_packer *packer, const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_OBJECT:
        pack_object(packer, value);
        break;
    case JSON_ARRAY:
        pack_array(packer, value);
        break;
    case JSON_STRING:
        tb_pack_str(packer, tb_bytes_of(json_string_value(value), json_string_length(value)));
        break;
    case JSON_INTEGER:
        tb_pack_int(packer, json_integer_value(value));
        break;
    case JSON_REAL:
        tb_pack_double(packer, json_real_value(value));
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        tb_pack_bool(packer, json_is_true(value));
        break;
    case JSON_NULL:
        tb_pack_nil(packer);
        break;
    }
}

json_t *cli_json_base64(struct tb_bytes bytes)
{
    size_t size = sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
    char *text = malloc(size);
    if (!text)
        return NULL;
    sodium_bin2base64(text, size, bytes.data, bytes.n, sodium_base64_VARIANT_ORIGINAL);
    json_t *json = json_string(text);
    free(text);
    return json;
}

static json_t *array_of(const msgpack_object *object)
{
    json_t *array = json_array();
    for (uint32_t i = 0; i < object->via.array.size; i++)
        json_array_append_new(array, cli_json_of(&object->via.array.ptr[i]));
    return array;
}

static json_t *object_of(const msgpack_object *object)
{
    json_t *map = json_object();
    for (uint32_t i = 0; i < object->via.map.size; i++) {
        const msgpack_object_kv *entry = &object->via.map.ptr[i];
        json_object_setn_new(map, entry->key.via.str.ptr, entry->key.via.str.size,
                             cli_json_of(&entry->val));
    }
    return map;
}

/* JSON has no name for what is not a number. */
static json_t *number_of(double v)
{
    return isfinite(v) ? json_real(v) : json_null();
}

json_t *cli_json_of(const msgpack_object *object)
{
    switch (object->type) {
    case MSGPACK_OBJECT_NIL:
    case MSGPACK_OBJECT_EXT:
        return json_null();
    case MSGPACK_OBJECT_BOOLEAN:
        return json_boolean(object->via.boolean);
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return object->via.u64 <= INT64_MAX ? json_integer((json_int_t)object->via.u64)
                                            : number_of((double)object->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return json_integer(object->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return number_of(object->via.f64);
    case MSGPACK_OBJECT_STR:
        return json_stringn(object->via.str.ptr, object->via.str.size);
    case MSGPACK_OBJECT_BIN:
        return cli_json_base64(tb_bytes_of(object->via.bin.ptr, object->via.bin.size));
    case MSGPACK_OBJECT_ARRAY:
        return array_of(object);
    case MSGPACK_OBJECT_MAP:
        return object_of(object);
    }
    return NULL;
}

void cli_json_free(json_t **json)
{
    json_decref(*json);
}
