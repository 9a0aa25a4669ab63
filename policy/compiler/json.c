/*
 * The JSON reader: RFC 8259 and nothing more (no comments, no trailing commas, no byte order mark).
 *
 * Every value keeps its line, and a map keeps all its members also where a key comes twice, since
 * which of them counts is for the policy mode to say.
 */
#include "policy/compiler/value.h"

#include <stdlib.h>

enum { NUMBER_MAX = 64 };

struct reader {
    struct tb_tree *tree;
    const uint8_t *p;
    const uint8_t *end;
    uint32_t line;
};

static bool read_value(struct reader *reader, struct tb_value *parent, struct tb_bytes key,
                       uint32_t line);

static bool fail(struct reader *reader, const char *message)
{
    tb_tree_fail(reader->tree, reader->line, message);
    return false;
}

static int peek(const struct reader *reader)
{
    return reader->p < reader->end ? *reader->p : -1;
}

static void skip_space(struct reader *reader)
{
    for (int c = peek(reader); c == ' ' || c == '\t' || c == '\r' || c == '\n'; c = peek(reader)) {
        reader->line += c == '\n';
        reader->p++;
    }
}

static bool take(struct reader *reader, char wanted)
{
    if (peek(reader) != (unsigned char)wanted)
        return false;
    reader->p++;
    return true;
}

/* The four digits of \uXXXX; -1 if they are not there. */
static int32_t read_hex4(struct reader *reader)
{
    int32_t code = 0;
    for (int i = 0; i < 4; i++) {
        int digit = tb_hex_digit(peek(reader));
        if (digit < 0)
            return -1;
        code = code << 4 | digit;
        reader->p++;
    }
    return code;
}

/* Behind "\u": one code point, from a pair of surrogates where it takes one. */
static bool read_unicode(struct reader *reader, uint8_t *out, size_t *n)
{
    int32_t code = read_hex4(reader);
    if (code >= 0xd800 && code <= 0xdbff) {
        int32_t low = take(reader, '\\') && take(reader, 'u') ? read_hex4(reader) : -1;
        if (low < 0xdc00 || low > 0xdfff)
            return fail(reader, "half of a surrogate pair in a string");
        code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    }
    if (code < 0 || (code >= 0xdc00 && code <= 0xdfff))
        return fail(reader, "a \\u escape needs four hexadecimal digits of a character");
    *n += tb_utf8_put((uint32_t)code, out + *n);
    return true;
}

static bool read_escape(struct reader *reader, uint8_t *out, size_t *n)
{
    static const char from[] = "\"\\/bfnrt";
    static const char to[] = "\"\\/\b\f\n\r\t";
    int c = peek(reader);
    if (take(reader, 'u'))
        return read_unicode(reader, out, n);
    const char *at = c > 0 ? strchr(from, c) : NULL;
    if (!at)
        return fail(reader, "an escape that JSON does not have in a string");
    reader->p++;
    out[(*n)++] = (uint8_t)to[at - from];
    return true;
}

/* Behind the opening quote. What an escape stands for is never longer than the escape, so the room
 * that the rest of the string takes in the text is enough. */
static bool read_string(struct reader *reader, struct tb_bytes *ret_text)
{
    size_t left = (size_t)(reader->end - reader->p);
    size_t room = 0;
    while (room < left && reader->p[room] != '"')
        room += reader->p[room] == '\\' ? 2 : 1;
    if (room >= left)
        return fail(reader, "a string without its closing quote");
    uint8_t *out = tb_arena_get(reader->tree->report->arena, room + 1, 1);
    size_t n = 0;
    while (!take(reader, '"')) {
        int c = peek(reader);
        if (c < 0x20)
            return fail(reader, "a control character in a string: write it as an escape");
        reader->p++;
        if (c != '\\')
            out[n++] = (uint8_t)c;
        else if (!read_escape(reader, out, &n))
            return false;
    }
    *ret_text = tb_bytes_of(out, n);
    return true;
}

static bool skip_digits(struct reader *reader)
{
    const uint8_t *from = reader->p;
    while (peek(reader) >= '0' && peek(reader) <= '9')
        reader->p++;
    return reader->p > from;
}

/* Moves over a number; says whether it is whole. */
static bool skip_number(struct reader *reader, bool *ret_whole)
{
    bool whole = true;
    take(reader, '-');
    if (!take(reader, '0') && !skip_digits(reader))
        return false;
    if (take(reader, '.')) {
        whole = false;
        if (!skip_digits(reader))
            return false;
    }
    if (take(reader, 'e') || take(reader, 'E')) {
        whole = false;
        if (!take(reader, '+'))
            take(reader, '-');
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

static bool read_number(struct reader *reader, struct tb_value *parent, struct tb_bytes key,
                        uint32_t line)
{
    const uint8_t *from = reader->p;
    bool whole;
    if (!skip_number(reader, &whole))
        return fail(reader, "not a value: a number, string, list, table, true, false or null");
    struct tb_bytes text = tb_bytes_of(from, (size_t)(reader->p - from));
    if (text.n > NUMBER_MAX)
        return fail(reader, "a number with more than 64 characters");
    int64_t integer = 0;
    whole = whole && to_integer(text, &integer);
    struct tb_value *value =
        tb_tree_add(reader->tree, parent, key, line, whole ? TB_VALUE_INT : TB_VALUE_REAL);
    if (!value)
        return false;
    char copy[NUMBER_MAX + 1] = {0};
    memcpy(copy, text.data, text.n);
    value->integer = integer;
    value->real = strtod(copy, NULL);
    return true;
}

static bool read_word(struct reader *reader, struct tb_value *parent, struct tb_bytes key,
                      uint32_t line)
{
    static const struct {
        const char *text;
        enum tb_value_type type;
    } words[] = {{"null", TB_VALUE_NULL}, {"true", TB_VALUE_BOOL}, {"false", TB_VALUE_BOOL}};
    for (size_t i = 0; i < TB_ARRAY_LEN(words); i++) {
        size_t n = strlen(words[i].text);
        if ((size_t)(reader->end - reader->p) < n || memcmp(reader->p, words[i].text, n) != 0)
            continue;
        reader->p += n;
        struct tb_value *value = tb_tree_add(reader->tree, parent, key, line, words[i].type);
        if (value)
            value->boolean = words[i].text[0] == 't';
        return value != NULL;
    }
    return read_number(reader, parent, key, line);
}

static bool read_member(struct reader *reader, struct tb_value *map)
{
    struct tb_bytes key;
    uint32_t line = reader->line;
    if (!take(reader, '"'))
        return fail(reader, "a key must be a string in double quotes");
    if (!read_string(reader, &key))
        return false;
    skip_space(reader);
    if (!take(reader, ':'))
        return fail(reader, "a key must be followed by a colon");
    skip_space(reader);
    return read_value(reader, map, key, line);
}

/* Behind the opening bracket of a list or map, up to the closing one. */
static bool read_children(struct reader *reader, struct tb_value *value, char close)
{
    skip_space(reader);
    if (take(reader, close))
        return true;
    for (;;) {
        bool ok = value->type == TB_VALUE_MAP
                      ? read_member(reader, value)
                      : read_value(reader, value, (struct tb_bytes){0}, reader->line);
        if (!ok)
            return false;
        skip_space(reader);
        if (take(reader, close))
            return true;
        if (!take(reader, ','))
            return fail(reader, "a comma or the closing bracket is missing");
        skip_space(reader);
        if (peek(reader) == close)
            return fail(reader, "a comma before the closing bracket: remove it");
    }
}

static bool read_container(struct reader *reader, struct tb_value *parent, struct tb_bytes key,
                           uint32_t line, enum tb_value_type type)
{
    struct tb_value *value = tb_tree_add(reader->tree, parent, key, line, type);
    if (!value)
        return false;
    return read_children(reader, value, type == TB_VALUE_MAP ? '}' : ']');
}

static bool read_value(struct reader *reader, struct tb_value *parent, struct tb_bytes key,
                       uint32_t line)
{
    if (take(reader, '{'))
        return read_container(reader, parent, key, line, TB_VALUE_MAP);
    if (take(reader, '['))
        return read_container(reader, parent, key, line, TB_VALUE_LIST);
    if (!take(reader, '"'))
        return read_word(reader, parent, key, line);
    struct tb_bytes text;
    if (!read_string(reader, &text))
        return false;
    struct tb_value *value = tb_tree_add(reader->tree, parent, key, line, TB_VALUE_STRING);
    if (value)
        value->string = text;
    return value != NULL;
}

bool tb_json_read(struct tb_tree *tree, struct tb_bytes text)
{
    struct reader reader = {.tree = tree, .p = text.data, .end = text.data + text.n, .line = 1};
    skip_space(&reader);
    if (!read_value(&reader, NULL, (struct tb_bytes){0}, reader.line))
        return false;
    skip_space(&reader);
    if (reader.p < reader.end)
        return fail(&reader, "text behind the end of the value");
    return true;
}
