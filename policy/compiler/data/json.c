/*
 * The JSON reader: RFC 8259 and nothing more (no comments, no trailing commas, no byte order mark);
 * with `json5` set JSON5 1.0, whose own spaces, strings, names and numbers are in json5.c.
 *
 * Every value keeps its line, and a map keeps all its members also where a key comes twice, since
 * which of them counts is for the policy mode to say.
 */
#include "policy/compiler/data/json.h"

#include <math.h>
#include <stdlib.h>

static bool read_value(struct tb_json *reader, struct tb_value *parent, struct tb_bytes key,
                       uint32_t line);

static bool skip_space(struct tb_json *reader)
{
    if (reader->json5)
        return tb_json5_space(reader);
    for (int c = tb_json_peek(reader); c == ' ' || c == '\t' || c == '\r' || c == '\n';
         c = tb_json_peek(reader)) {
        reader->line += c == '\n';
        reader->p++;
    }
    return true;
}

/* The four digits of \uXXXX; -1 if they are not there. */
static int32_t read_hex4(struct tb_json *reader)
{
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = tb_hex_digit(tb_json_peek(reader));
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
        reader->p++;
    }
    return code;
}

bool tb_json_unicode(struct tb_json *reader, uint32_t *ret_code)
{
    int32_t code = read_hex4(reader);
    if (code >= 0xd800 && code <= 0xdbff) {
        int32_t low = tb_json_take_all(reader, "\\u") ? read_hex4(reader) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return tb_json_fail(reader, "half of a surrogate pair in a string");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code < 0 || (code >= 0xdc00 && code <= 0xdfff))
        return tb_json_fail(reader, "a \\u escape needs four hexadecimal digits of a character");
    *ret_code = (uint32_t)code;
    return true;
}

static bool read_escape(struct tb_json *reader, uint8_t *out, size_t *n)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    int c = tb_json_peek(reader);
    uint32_t code;
    if (tb_json_take(reader, 'u')) {
        if (!tb_json_unicode(reader, &code))
            return false;
        *n += tb_utf8_put(code, out + *n);
        return true;
    }
    const char *at = c > 0 ? strchr(from, c) : NULL;
    if (!at)
        return tb_json_fail(reader, "an escape that JSON does not have in a string");
    reader->p++;
    out[(*n)++] = (uint8_t)to[at - from];
    return true;
}

/* Behind the opening quote. What an escape stands for is never longer than the escape, so the room
 * that the rest of the string takes in the text is enough. */
static bool read_string(struct tb_json *reader, struct tb_bytes *ret_text)
{
    size_t left = (size_t)(reader->end - reader->p);
    size_t room = 0;
    while (room < left && reader->p[room] != '"')
        room += reader->p[room] == '\\' ? 2 : 1;
    if (room >= left)
        return tb_json_fail(reader, "a string without its closing quote");
    uint8_t *out = tb_arena_get(reader->tree->report->arena, room + 1, 1);
    size_t n = 0;
    while (!tb_json_take(reader, '"')) {
        int c = tb_json_peek(reader);
        if (c < 0x20)
            return tb_json_fail(reader, "a control character in a string: write it as an escape");
        reader->p++;
        if (c != '\\')
            out[n++] = (uint8_t)c;
        else if (!read_escape(reader, out, &n))
            return false;
    }
    *ret_text = tb_bytes_of(out, n);
    return true;
}

static bool skip_digits(struct tb_json *reader)
{
    const uint8_t *from = reader->p;
    while (tb_json_peek(reader) >= '0' && tb_json_peek(reader) <= '9')
        reader->p++;
    return reader->p > from;
}

/* Moves over a number; says whether it is whole. */
static bool skip_number(struct tb_json *reader, bool *ret_whole)
{
    bool whole = true;
    tb_json_take(reader, '-');
    if (!tb_json_take(reader, '0') && !skip_digits(reader))
        return false;
    if (tb_json_take(reader, '.')) {
        whole = false;
        if (!skip_digits(reader))
            return false;
    }
    if (tb_json_take(reader, 'e') || tb_json_take(reader, 'E')) {
        whole = false;
        if (!tb_json_take(reader, '+'))
            tb_json_take(reader, '-');
        if (!skip_digits(reader))
            return false;
    }
    *ret_whole = whole;
    return true;
}

/* -0 is none: Tauri keeps its sign. */
static bool to_integer(struct tb_bytes text, int64_t *ret_integer)
{
    bool negative = text.data[0] == '-';
    int64_t integer = 0;
    for (size_t i = negative; i < text.n; i++) {
        int64_t digit = text.data[i] - '0';
        if (__builtin_mul_overflow(integer, 10, &integer) ||
            __builtin_add_overflow(integer, negative ? -digit : digit, &integer))
            return false;
    }
    *ret_integer = integer;
    return integer != 0 || !negative;
}

bool tb_json_number(struct tb_json *reader, struct tb_value *value)
{
    const uint8_t *from = reader->p;
    bool whole;
    if (!skip_number(reader, &whole))
        return tb_json_fail(reader,
                            "not a value: a number, string, list, table, true, false or null");
    struct tb_bytes text = tb_bytes_of(from, (size_t)(reader->p - from));
    value->type = whole && to_integer(text, &value->integer) ? TB_VALUE_INT : TB_VALUE_REAL;
    value->real = strtod(tb_arena_string(reader->tree->report->arena, text), NULL);
    return isfinite(value->real) || tb_json_fail(reader, "a number too large to be one");
}

static bool read_number(struct tb_json *reader, struct tb_value *parent, struct tb_bytes key,
                        uint32_t line)
{
    struct tb_value number = {.integer = 0};
    if (!(reader->json5 ? tb_json5_number : tb_json_number)(reader, &number))
        return false;
    struct tb_value *value = tb_tree_add(reader->tree, parent, key, line, number.type);
    if (!value)
        return false;
    value->integer = number.type == TB_VALUE_INT ? number.integer : 0;
    value->real = number.real;
    return true;
}

static bool read_word(struct tb_json *reader, struct tb_value *parent, struct tb_bytes key,
                      uint32_t line)
{
    static const struct {
        const char *text;
        enum tb_value_type type;
    } words[] = {{"null", TB_VALUE_NULL}, {"true", TB_VALUE_BOOL}, {"false", TB_VALUE_BOOL}};
    for (size_t i = 0; i < TB_ARRAY_LEN(words); i++) {
        if (!tb_json_take_all(reader, words[i].text))
            continue;
        struct tb_value *value = tb_tree_add(reader->tree, parent, key, line, words[i].type);
        if (value)
            value->boolean = words[i].text[0] == 't';
        return value != NULL;
    }
    return read_number(reader, parent, key, line);
}

static bool read_key(struct tb_json *reader, struct tb_bytes *ret_key)
{
    if (reader->json5)
        return tb_json5_key(reader, ret_key);
    if (!tb_json_take(reader, '"'))
        return tb_json_fail(reader, "a key must be a string in double quotes");
    return read_string(reader, ret_key);
}

static bool read_member(struct tb_json *reader, struct tb_value *map)
{
    struct tb_bytes key;
    uint32_t line = reader->line;
    if (!read_key(reader, &key) || !skip_space(reader))
        return false;
    if (!tb_json_take(reader, ':'))
        return tb_json_fail(reader, "a key must be followed by a colon");
    return skip_space(reader) && read_value(reader, map, key, line);
}

static bool read_child(struct tb_json *reader, struct tb_value *value)
{
    bool ok = value->type == TB_VALUE_MAP
                  ? read_member(reader, value)
                  : read_value(reader, value, (struct tb_bytes){0}, reader->line);
    return ok && skip_space(reader);
}

/* Behind the opening bracket of a list or map, up to the closing one. */
static bool read_children(struct tb_json *reader, struct tb_value *value, char close)
{
    if (!skip_space(reader))
        return false;
    while (!tb_json_take(reader, close)) {
        if (!read_child(reader, value))
            return false;
        if (tb_json_take(reader, close))
            return true;
        if (!tb_json_take(reader, ','))
            return tb_json_fail(reader, "a comma or the closing bracket is missing");
        if (!skip_space(reader))
            return false;
        if (!reader->json5 && tb_json_peek(reader) == close)
            return tb_json_fail(reader, "a comma before the closing bracket: remove it");
    }
    return true;
}

static bool read_container(struct tb_json *reader, struct tb_value *parent, struct tb_bytes key,
                           uint32_t line, enum tb_value_type type)
{
    struct tb_value *value = tb_tree_add(reader->tree, parent, key, line, type);
    if (!value)
        return false;
    return read_children(reader, value, type == TB_VALUE_MAP ? '}' : ']');
}

static bool read_text(struct tb_json *reader, struct tb_value *parent, struct tb_bytes key,
                      uint32_t line)
{
    struct tb_bytes text;
    bool ok = reader->json5 ? tb_json5_string(reader, &text)
                            : tb_json_take(reader, '"') && read_string(reader, &text);
    struct tb_value *value =
        ok ? tb_tree_add(reader->tree, parent, key, line, TB_VALUE_STRING) : NULL;
    if (value)
        value->string = text;
    return value != NULL;
}

static bool read_value(struct tb_json *reader, struct tb_value *parent, struct tb_bytes key,
                       uint32_t line)
{
    int c = tb_json_peek(reader);
    if (tb_json_take(reader, '{'))
        return read_container(reader, parent, key, line, TB_VALUE_MAP);
    if (tb_json_take(reader, '['))
        return read_container(reader, parent, key, line, TB_VALUE_LIST);
    if (c == '"' || (c == '\'' && reader->json5))
        return read_text(reader, parent, key, line);
    return read_word(reader, parent, key, line);
}

bool tb_json_read(struct tb_tree *tree, struct tb_bytes text, bool json5)
{
    struct tb_json reader = {
        .tree = tree, .p = text.data, .end = text.data + text.n, .line = 1, .json5 = json5};
    if (!skip_space(&reader) || !read_value(&reader, NULL, (struct tb_bytes){0}, reader.line) ||
        !skip_space(&reader))
        return false;
    if (reader.p < reader.end)
        return tb_json_fail(&reader, "text behind the end of the value");
    return true;
}
