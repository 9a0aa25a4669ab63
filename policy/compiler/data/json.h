/* What the JSON reader and its JSON5 part share. value.h has what the rest of the compiler uses. */
#pragma once

#include "policy/compiler/data/value.h"

struct tb_json {
    struct tb_tree *tree;
    const uint8_t *p;
    const uint8_t *end;
    uint32_t line;
    bool json5;
};

static inline bool tb_json_fail(struct tb_json *reader, const char *message)
{
    tb_tree_fail(reader->tree, reader->line, message);
    return false;
}

static inline int tb_json_peek(const struct tb_json *reader)
{
    return reader->p < reader->end ? *reader->p : -1;
}

static inline bool tb_json_take(struct tb_json *reader, char wanted)
{
    if (tb_json_peek(reader) != (unsigned char)wanted)
        return false;
    reader->p++;
    return true;
}

static inline bool tb_json_take_all(struct tb_json *reader, const char *wanted)
{
    size_t n = strlen(wanted);
    if ((size_t)(reader->end - reader->p) < n || memcmp(reader->p, wanted, n) != 0)
        return false;
    reader->p += n;
    return true;
}

/* Behind "\u": one code point, from a pair of surrogates where it takes one. */
tb_must_check bool tb_json_unicode(struct tb_json *reader, uint32_t *ret_code);

/* A number that fits `tb_value`: whole where it is written so and fits. */
tb_must_check bool tb_json_number(struct tb_json *reader, struct tb_value *value);

/* ---- json5.c: what JSON5 has in another way ---- */

/* White space and comments. False: a comment does not end. */
tb_must_check bool tb_json5_space(struct tb_json *reader);
/* At its quote, single or double. */
tb_must_check bool tb_json5_string(struct tb_json *reader, struct tb_bytes *ret_text);
/* A string, or a name without quotes. */
tb_must_check bool tb_json5_key(struct tb_json *reader, struct tb_bytes *ret_key);
tb_must_check bool tb_json5_number(struct tb_json *reader, struct tb_value *value);
