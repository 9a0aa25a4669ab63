#include "proto/pack.h"

#include "base/result.h"
#include "base/wipe.h"

#include <errno.h>

enum { ZONE_CHUNK = 8192 };

int tb_unpacker_init(struct tb_unpacker *unpacker, const struct tb_scan_limits *limits)
{
    *unpacker = (struct tb_unpacker){0};
    if (!msgpack_zone_init(&unpacker->zone, ZONE_CHUNK))
        return -ENOMEM;
    unpacker->scanner = tb_scanner_new(limits);
    if (!unpacker->scanner) {
        msgpack_zone_destroy(&unpacker->zone);
        return -ENOMEM;
    }
    return 0;
}

void tb_unpacker_deinit(struct tb_unpacker *unpacker)
{
    if (!unpacker->scanner)
        return;
    msgpack_zone_destroy(&unpacker->zone);
    tb_scanner_free(unpacker->scanner);
    *unpacker = (struct tb_unpacker){0};
}

/* As deep as a scan allows. Strings are not here but in the text. */
static void wipe_object(msgpack_object *object)
{
    if (object->type == MSGPACK_OBJECT_ARRAY) {
        for (uint32_t i = 0; i < object->via.array.size; i++)
            wipe_object(&object->via.array.ptr[i]);
    } else if (object->type == MSGPACK_OBJECT_MAP) {
        for (uint32_t i = 0; i < object->via.map.size; i++) {
            wipe_object(&object->via.map.ptr[i].key);
            wipe_object(&object->via.map.ptr[i].val);
        }
    }
    tb_wipe_now(object, sizeof *object);
}

void tb_unpacker_forget(struct tb_unpacker *unpacker)
{
    wipe_object(&unpacker->root);
}

int tb_unpack(struct tb_unpacker *unpacker, const struct tb_scan_limits *limits,
              struct tb_bytes text, const msgpack_object **ret_root)
{
    int r = tb_scan(unpacker->scanner, limits, text);
    if (r != TB_OK)
        return r;
    if (tb_wiping)
        tb_unpacker_forget(unpacker);
    msgpack_zone_clear(&unpacker->zone);
    unpacker->root = (msgpack_object){0}; /* what it was points into the zone */
    size_t at = 0;
    msgpack_unpack_return got =
        msgpack_unpack((const char *)text.data, text.n, &at, &unpacker->zone, &unpacker->root);
    if (got == MSGPACK_UNPACK_NOMEM_ERROR)
        return -ENOMEM;
    if (got != MSGPACK_UNPACK_SUCCESS || at != text.n)
        return TB_MALFORMED;
    *ret_root = &unpacker->root;
    return TB_OK;
}

static int read_uint(const struct tb_field *field, const msgpack_object *value)
{
    if (value->type != MSGPACK_OBJECT_POSITIVE_INTEGER)
        return TB_MALFORMED;
    if (field->max != 0 && value->via.u64 > field->max)
        return TB_TOO_LARGE;
    *(uint64_t *)field->ret = value->via.u64;
    return TB_OK;
}

static int read_int(const struct tb_field *field, const msgpack_object *value)
{
    if (value->type == MSGPACK_OBJECT_NEGATIVE_INTEGER)
        *(int64_t *)field->ret = value->via.i64;
    else if (value->type == MSGPACK_OBJECT_POSITIVE_INTEGER && value->via.u64 <= INT64_MAX)
        *(int64_t *)field->ret = (int64_t)value->via.u64;
    else
        return TB_MALFORMED;
    return TB_OK;
}

static int read_bytes(const struct tb_field *field, const msgpack_object *value)
{
    /* str and bin have the same layout in msgpack_object. */
    if (value->type != (field->type == TB_STR ? MSGPACK_OBJECT_STR : MSGPACK_OBJECT_BIN))
        return TB_MALFORMED;
    if (field->max != 0 && value->via.str.size > field->max)
        return TB_TOO_LARGE;
    *(struct tb_bytes *)field->ret = tb_object_bytes(value);
    return TB_OK;
}

static int read_object(const struct tb_field *field, const msgpack_object *value)
{
    if ((field->type == TB_MAP && value->type != MSGPACK_OBJECT_MAP) ||
        (field->type == TB_ARRAY && value->type != MSGPACK_OBJECT_ARRAY))
        return TB_MALFORMED;
    /* map and array have the same layout in msgpack_object. */
    if (field->type != TB_ANY && field->max != 0 && value->via.array.size > field->max)
        return TB_TOO_LARGE;
    *(const msgpack_object **)field->ret = value;
    return TB_OK;
}

static int read_field(const struct tb_field *field, const msgpack_object *value)
{
    switch (field->type) {
    case TB_UINT:
        return read_uint(field, value);
    case TB_INT:
        return read_int(field, value);
    case TB_BOOL:
        if (value->type != MSGPACK_OBJECT_BOOLEAN)
            return TB_MALFORMED;
        *(bool *)field->ret = value->via.boolean;
        return TB_OK;
    case TB_STR:
    case TB_BIN:
        return read_bytes(field, value);
    case TB_MAP:
    case TB_ARRAY:
    case TB_ANY:
        return read_object(field, value);
    }
    return TB_MALFORMED;
}

int tb_map_read(const msgpack_object *map, const struct tb_field *fields, size_t n_fields)
{
    if (map->type != MSGPACK_OBJECT_MAP)
        return TB_MALFORMED;
    uint32_t seen = 0;
    tb_assert(n_fields <= 32);
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object_kv *entry = &map->via.map.ptr[i];
        if (entry->key.type != MSGPACK_OBJECT_STR)
            return TB_MALFORMED;
        struct tb_bytes key = tb_object_bytes(&entry->key);
        size_t f = 0;
        while (f < n_fields && !tb_bytes_are(key, fields[f].key))
            f++;
        if (f == n_fields)
            return TB_MALFORMED;
        int r = read_field(&fields[f], &entry->val);
        if (r != TB_OK)
            return r;
        seen |= 1u << f;
    }
    for (size_t f = 0; f < n_fields; f++) {
        bool has = (seen >> f & 1) != 0;
        if (fields[f].ret_has)
            *fields[f].ret_has = has;
        else if (!has)
            return TB_MALFORMED;
    }
    return TB_OK;
}

static int write_into(void *data, const char *bytes, size_t n)
{
    struct tb_packer *packer = data;
    if (!packer->failed && !tb_buffer_append(packer->out, tb_bytes_of(bytes, n)))
        packer->failed = true;
    return packer->failed ? -1 : 0;
}

void tb_packer_init(struct tb_packer *packer, struct tb_buffer *out)
{
    *packer = (struct tb_packer){.out = out};
    msgpack_packer_init(&packer->packer, packer, write_into);
}

/* The results of msgpack-c's packing calls are what write_into returned; `failed` has kept it. */

void tb_pack_map(struct tb_packer *packer, size_t n)
{
    (void)msgpack_pack_map(&packer->packer, n);
}

void tb_pack_array(struct tb_packer *packer, size_t n)
{
    (void)msgpack_pack_array(&packer->packer, n);
}

void tb_pack_key(struct tb_packer *packer, const char *key)
{
    tb_pack_str(packer, tb_bytes_of_string(key));
}

void tb_pack_uint(struct tb_packer *packer, uint64_t v)
{
    (void)msgpack_pack_uint64(&packer->packer, v);
}

void tb_pack_int(struct tb_packer *packer, int64_t v)
{
    (void)msgpack_pack_int64(&packer->packer, v);
}

void tb_pack_bool(struct tb_packer *packer, bool v)
{
    (void)(v ? msgpack_pack_true(&packer->packer) : msgpack_pack_false(&packer->packer));
}

void tb_pack_nil(struct tb_packer *packer)
{
    (void)msgpack_pack_nil(&packer->packer);
}

void tb_pack_double(struct tb_packer *packer, double v)
{
    (void)msgpack_pack_double(&packer->packer, v);
}

void tb_pack_str(struct tb_packer *packer, struct tb_bytes text)
{
    (void)msgpack_pack_str(&packer->packer, text.n);
    (void)msgpack_pack_str_body(&packer->packer, text.data, text.n);
}

void tb_pack_bin(struct tb_packer *packer, struct tb_bytes bytes)
{
    (void)msgpack_pack_bin(&packer->packer, bytes.n);
    (void)msgpack_pack_bin_body(&packer->packer, bytes.data, bytes.n);
}

void tb_pack_object(struct tb_packer *packer, const msgpack_object *object)
{
    (void)msgpack_pack_object(&packer->packer, *object);
}

void tb_pack_key_uint(struct tb_packer *packer, const char *key, uint64_t v)
{
    tb_pack_key(packer, key);
    tb_pack_uint(packer, v);
}

void tb_pack_key_bool(struct tb_packer *packer, const char *key, bool v)
{
    tb_pack_key(packer, key);
    tb_pack_bool(packer, v);
}

void tb_pack_key_str(struct tb_packer *packer, const char *key, struct tb_bytes text)
{
    tb_pack_key(packer, key);
    tb_pack_str(packer, text);
}

void tb_pack_key_text(struct tb_packer *packer, const char *key, const char *text)
{
    tb_pack_key_str(packer, key, tb_bytes_of_string(text));
}
