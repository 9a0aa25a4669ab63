/* What the parts of the TOML reader share. value.h has what the rest of the compiler uses. */
#pragma once

#include "policy/compiler/data/table.h"
#include "policy/compiler/data/value.h"

struct tb_toml {
    struct tb_tree *tree;
    struct tb_table keys; /* the values of tables, by table and key */
    const uint8_t *p;
    const uint8_t *end;
    uint32_t line;
    unsigned depth; /* of lists and inline tables around this place */
};

static inline int tb_toml_peek(const struct tb_toml *reader)
{
    return reader->p < reader->end ? *reader->p : -1;
}

static inline bool tb_toml_take(struct tb_toml *reader, char wanted)
{
    if (tb_toml_peek(reader) != (unsigned char)wanted)
        return false;
    reader->p++;
    return true;
}

static inline bool tb_toml_take_all(struct tb_toml *reader, const char *wanted)
{
    size_t n = strlen(wanted);
    if ((size_t)(reader->end - reader->p) < n || memcmp(reader->p, wanted, n) != 0)
        return false;
    reader->p += n;
    return true;
}

static inline bool tb_toml_fail(struct tb_toml *reader, const char *message)
{
    tb_tree_fail(reader->tree, reader->line, message);
    return false;
}

/* Takes a line's end, `\n` or `\r\n`. */
bool tb_toml_newline(struct tb_toml *reader);

/* At its opening quote. A block string only where `block` allows one. */
tb_must_check bool tb_toml_string(struct tb_toml *reader, bool block, struct tb_bytes *ret_text);

/* A boolean, number, date or time, as a new value in `parent`. */
tb_must_check bool tb_toml_scalar(struct tb_toml *reader, struct tb_value *parent,
                                  struct tb_bytes key, uint32_t line);
