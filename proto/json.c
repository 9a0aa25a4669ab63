#include "proto/json.h"

#include <inttypes.h>
#include <math.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>

/* What snprintf writes has the point of the locale, which is the host's to choose: whatever of it
 * no number in JSON has, one character or several, is the point. */
static void put_finite(struct tb_text *text, const char *number)
{
    static const char plain[] = "0123456789+-e";
    for (const char *at = number; *at;) {
        size_t n = strspn(at, plain);
        tb_text_put(text, tb_bytes_of(at, n));
        at += n;
        n = strcspn(at, plain);
        tb_text_puts(text, n > 0 ? "." : "");
        at += n;
    }
}

static void put_float(struct tb_text *text, double v)
{
    char number[40];
    if (!isfinite(v))
        return tb_text_puts(text, isnan(v) ? "\"NaN\"" : v > 0 ? "\"inf\"" : "\"-inf\"");
    (void)snprintf(number, sizeof number, "%.17g", v);
    put_finite(text, number);
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
        tb_text_value(text, &array->ptr[i]);
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
        tb_text_value(text, &map->ptr[i].val);
    }
    tb_text_puts(text, "}");
}

void tb_text_value(struct tb_text *text, const msgpack_object *value)
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
