#include "scribe/args.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>

static void put_value(struct tb_text *text, const msgpack_object *value);

static void put_float(struct tb_text *text, double v)
{
    char number[40];
    if (isfinite(v))
        (void)snprintf(number, sizeof number, "%.17g", v);
    else
        (void)snprintf(number, sizeof number, "\"%s\"", isnan(v) ? "NaN" : v > 0 ? "inf" : "-inf");
    tb_text_puts(text, number);
}

/* JSON readers keep 64 bits with a sign; what is beyond is written as a string. */
static void put_large(struct tb_text *text, uint64_t v)
{
    char number[40];
    if (v <= INT64_MAX)
        return tb_text_number(text, v);
    (void)snprintf(number, sizeof number, "\"%" PRIu64 "\"", v);
    tb_text_puts(text, number);
}

static void put_negative(struct tb_text *text, int64_t v)
{
    char number[40];
    (void)snprintf(number, sizeof number, "%" PRId64, v);
    tb_text_puts(text, number);
}

static void put_bytes(struct tb_text *text, struct tb_bytes bytes)
{
    const int variant = sodium_base64_VARIANT_ORIGINAL;
    tb_text_puts(text, "\"base64:");
    size_t n = bytes.n < text->cap ? sodium_base64_encoded_len(bytes.n, variant) : SIZE_MAX;
    if (text->full || n > text->cap - text->n) {
        text->full = true;
        return;
    }
    sodium_bin2base64(text->p + text->n, n, bytes.data, bytes.n, variant);
    text->n += n - 1; /* its NUL is overwritten by the quote */
    tb_text_puts(text, "\"");
}

static void put_array(struct tb_text *text, const msgpack_object_array *array)
{
    tb_text_puts(text, "[");
    for (size_t i = 0; i < array->size && !text->full; i++) {
        tb_text_puts(text, i > 0 ? "," : "");
        put_value(text, &array->ptr[i]);
    }
    tb_text_puts(text, "]");
}

static void put_map(struct tb_text *text, const msgpack_object_map *map)
{
    tb_text_puts(text, "{");
    for (size_t i = 0; i < map->size && !text->full; i++) {
        struct tb_bytes key = tb_object_bytes(&map->ptr[i].key);
        if (key.n > 0 && memchr(key.data, 0, key.n))
            text->full = true;
        tb_text_puts(text, i > 0 ? "," : "");
        tb_text_whole_string(text, key);
        tb_text_puts(text, ":");
        put_value(text, &map->ptr[i].val);
    }
    tb_text_puts(text, "}");
}

/* As deep as the scan allows, 32. */
static void put_value(struct tb_text *text, const msgpack_object *value)
{
    switch (value->type) {
    case MSGPACK_OBJECT_NIL:
        return tb_text_puts(text, "null");
    case MSGPACK_OBJECT_BOOLEAN:
        return tb_text_puts(text, value->via.boolean ? "true" : "false");
    case MSGPACK_OBJECT_POSITIVE_INTEGER:
        return put_large(text, value->via.u64);
    case MSGPACK_OBJECT_NEGATIVE_INTEGER:
        return put_negative(text, value->via.i64);
    case MSGPACK_OBJECT_FLOAT32:
    case MSGPACK_OBJECT_FLOAT64:
        return put_float(text, value->via.f64);
    case MSGPACK_OBJECT_STR:
        return tb_text_whole_string(text, tb_object_bytes(value));
    case MSGPACK_OBJECT_BIN:
        return put_bytes(text, tb_object_bytes(value));
    case MSGPACK_OBJECT_ARRAY:
        return put_array(text, &value->via.array);
    case MSGPACK_OBJECT_MAP:
        return put_map(text, &value->via.map);
    case MSGPACK_OBJECT_EXT:
        break;
    }
    text->full = true; /* the scan lets no extension through */
}

static bool put_full(struct tb_text *text, struct tb_unpacker *unpacker, struct tb_bytes args)
{
    const msgpack_object *root;
    if (tb_unpack(unpacker, &tb_scan_peer, args, &root) != TB_OK ||
        root->type != MSGPACK_OBJECT_MAP)
        return false;
    struct tb_text part = tb_text_init(text->p + text->n, text->cap - text->n);
    put_value(&part, root);
    if (!part.full)
        text->n += part.n;
    return !part.full;
}

static void put_digest(struct tb_text *text, const uint8_t digest[static TB_DIGEST_SIZE])
{
    tb_text_puts(text, "\"blake2b:");
    tb_text_hex(text, digest, TB_DIGEST_SIZE);
    tb_text_puts(text, "\"");
}

void tb_args_put(struct tb_text *text, struct tb_unpacker *unpacker, const struct tb_record *record)
{
    uint8_t digest[TB_DIGEST_SIZE];
    if (record->args_kind == TB_ARGS_NONE)
        return tb_text_puts(text, "\"\"");
    if (record->args_kind == TB_ARGS_HASHED)
        return put_digest(text, record->args.data);
    if (record->args_kind == TB_ARGS_FULL && put_full(text, unpacker, record->args))
        return;
    crypto_generichash(digest, sizeof digest, record->args.data, record->args.n, NULL, 0);
    put_digest(text, digest);
}
