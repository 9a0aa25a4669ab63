/*
 * What JSON5 1.0 adds to JSON: comments, more white space, single quotes, lines that go on, more
 * escapes, names without quotes, hexadecimal numbers, signs, points at either end, Infinity and
 * NaN. Trailing commas are in json.c, as the lists and maps are.
 *
 * The text is UTF-8: that has been checked before.
 */
#include "policy/compiler/data/json.h"

#include <math.h>
#include <stdlib.h>
#include <unictype.h>

/* ---- characters ---- */

/* The character at `p`; *ret_n is how many bytes it takes, 0 at the end. */
static uint32_t decode(const struct tb_json *reader, size_t *ret_n)
{
    int lead = tb_json_peek(reader);
    size_t n = lead < 0 ? 0 : lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    uint32_t code = n < 2 ? (uint32_t)(lead & 0x7f) : (uint32_t)lead & (0x7fU >> n);
    for (size_t i = 1; i < n; i++)
        code = code << 6 | (reader->p[i] & 0x3fU);
    *ret_n = n;
    return code;
}

static bool is_line_end(uint32_t code)
{
    return code == '\n' || code == '\r' || code == 0x2028 || code == 0x2029;
}

static bool is_space(uint32_t code)
{
    return code == ' ' || (code >= '\t' && code <= '\r') || is_line_end(code) || code == 0xa0 ||
           code == 0x1680 || (code >= 0x2000 && code <= 0x200a) || code == 0x202f ||
           code == 0x205f || code == 0x3000 || code == 0xfeff;
}

/* Takes one character and counts the lines as editors do: the two separators are none to them. */
static void pass(struct tb_json *reader, size_t n)
{
    bool pair = reader->p + 1 < reader->end && reader->p[1] == '\n';
    reader->line += *reader->p == '\n' || (*reader->p == '\r' && !pair);
    reader->p += n;
}

/* ---- space ---- */

static bool skip_block_comment(struct tb_json *reader)
{
    uint32_t line = reader->line;
    while (reader->p < reader->end) {
        if (tb_json_take_all(reader, "*/"))
            return true;
        pass(reader, 1);
    }
    reader->line = line;
    return tb_json_fail(reader, "a comment without its end");
}

static void skip_line_comment(struct tb_json *reader)
{
    size_t n;
    for (uint32_t c = decode(reader, &n); n > 0 && !is_line_end(c); c = decode(reader, &n))
        reader->p += n;
}

bool tb_json5_space(struct tb_json *reader)
{
    for (;;) {
        size_t n;
        uint32_t c = decode(reader, &n);
        if (n > 0 && is_space(c))
            pass(reader, n);
        else if (tb_json_take_all(reader, "//"))
            skip_line_comment(reader);
        else if (!tb_json_take_all(reader, "/*"))
            return true;
        else if (!skip_block_comment(reader))
            return false;
    }
}

/* ---- strings ---- */

static bool put(uint32_t code, uint8_t *out, size_t *n)
{
    *n += tb_utf8_put(code, out + *n);
    return true;
}

/* \xHH */
static bool put_hex2(struct tb_json *reader, uint8_t *out, size_t *n)
{
    uint32_t code = 0;
    for (int i = 0; i < 2; i++) {
        int digit = tb_hex_digit(tb_json_peek(reader));
        if (digit < 0)
            return tb_json_fail(reader, "a \\x escape needs two hexadecimal digits");
        code = code << 4 | (uint32_t)digit;
        reader->p++;
    }
    return put(code, out, n);
}

/* What stands behind a backslash. A line's end stands for nothing, an ordinary character for
 * itself. */
static bool read_escape(struct tb_json *reader, uint8_t *out, size_t *n)
{
    static const char from[] = "bfnrtv";
    static const char to[] = "\b\f\n\r\t\v";
    size_t n_bytes;
    uint32_t c = decode(reader, &n_bytes);
    const char *at = c > 0 && c < 0x80 ? strchr(from, (int)c) : NULL;
    if (n_bytes == 0)
        return tb_json_fail(reader, "a string without its closing quote");
    if (c == '\r' && reader->p + 1 < reader->end && reader->p[1] == '\n')
        reader->p++;
    pass(reader, n_bytes);
    int after = tb_json_peek(reader);
    if (is_line_end(c))
        return true;
    if (c == 'x')
        return put_hex2(reader, out, n);
    if (c == 'u')
        return tb_json_unicode(reader, &c) && put(c, out, n);
    if (c >= '0' && c <= '9' && (c != '0' || (after >= '0' && after <= '9')))
        return tb_json_fail(reader, "an escape of digits: write \\xHH");
    return put(c == '0' ? 0 : at ? (uint32_t)to[at - from] : c, out, n);
}

/* How many bytes there are up to the closing quote. */
static size_t measure(const struct tb_json *reader, int quote)
{
    size_t left = (size_t)(reader->end - reader->p);
    size_t n = 0;
    while (n < left && reader->p[n] != quote)
        n += reader->p[n] == '\\' ? 2 : 1;
    return n < left ? n : left;
}

/* What an escape stands for is never longer than the escape, so the room is enough. */
bool tb_json5_string(struct tb_json *reader, struct tb_bytes *ret_text)
{
    int quote = *reader->p++;
    uint8_t *out = tb_arena_get(reader->tree->report->arena, measure(reader, quote) + 1, 1);
    size_t n = 0;
    while (!tb_json_take(reader, (char)quote)) {
        int c = tb_json_peek(reader);
        if (c < 0 || c == '\n' || c == '\r')
            return tb_json_fail(reader, "a string without its closing quote in this line");
        reader->p++;
        if (c != '\\')
            out[n++] = (uint8_t)c;
        else if (!read_escape(reader, out, &n))
            return false;
    }
    *ret_text = tb_bytes_of(out, n);
    return true;
}

/* ---- names ---- */

/* As ECMAScript 5.1 has them: letters of any script; behind the first also marks, digits and the
 * two joiners. */
static bool belongs_to_name(uint32_t code, bool first)
{
    static const uint32_t letters = UC_CATEGORY_MASK_L | UC_CATEGORY_MASK_Nl;
    static const uint32_t others =
        UC_CATEGORY_MASK_Mn | UC_CATEGORY_MASK_Mc | UC_CATEGORY_MASK_Nd | UC_CATEGORY_MASK_Pc;
    if (code == '$' || code == '_')
        return true;
    if (!first && (code == 0x200c || code == 0x200d))
        return true;
    return uc_is_general_category_withtable(code, first ? letters : letters | others);
}

static bool read_name_character(struct tb_json *reader, uint32_t *ret_code, bool *ret_escaped)
{
    size_t n;
    *ret_escaped = tb_json_take_all(reader, "\\u");
    if (*ret_escaped)
        return tb_json_unicode(reader, ret_code);
    *ret_code = decode(reader, &n);
    reader->p += n;
    return true;
}

static bool read_name(struct tb_json *reader, struct tb_bytes *ret_name)
{
    const uint8_t *before = reader->p;
    uint8_t *name = NULL;
    size_t n = 0;
    for (;;) {
        uint32_t code;
        bool escaped;
        const uint8_t *from = reader->p;
        if (!read_name_character(reader, &code, &escaped))
            return false;
        if (reader->p == from || !belongs_to_name(code, n == 0)) {
            reader->p = from;
            if (escaped)
                return tb_json_fail(reader, "an escape in a name that stands for no letter");
            break;
        }
        uint8_t utf8[4];
        size_t n_utf8 = tb_utf8_put(code, utf8);
        for (size_t i = 0; i < n_utf8; i++) {
            name = tb_arena_grow(reader->tree->report->arena, name, n, 1);
            name[n++] = utf8[i];
        }
    }
    *ret_name = tb_bytes_of(name, n);
    return reader->p > before ||
           tb_json_fail(reader, "a key must be a string, or a name of letters and digits");
}

bool tb_json5_key(struct tb_json *reader, struct tb_bytes *ret_key)
{
    int c = tb_json_peek(reader);
    return c == '"' || c == '\'' ? tb_json5_string(reader, ret_key) : read_name(reader, ret_key);
}

/* ---- numbers ---- */

/* Behind 0x. Integers are made downwards, as there is one more below zero than above. */
static bool read_hex(struct tb_json *reader, struct tb_value *value)
{
    const uint8_t *from = reader->p;
    value->type = TB_VALUE_INT;
    for (int digit; (digit = tb_hex_digit(tb_json_peek(reader))) >= 0; reader->p++) {
        value->real = value->real * 16 + digit;
        if (__builtin_mul_overflow(value->integer, 16, &value->integer) ||
            __builtin_sub_overflow(value->integer, digit, &value->integer))
            value->type = TB_VALUE_REAL;
    }
    if (!isfinite(value->real))
        return tb_json_fail(reader, "a number too large to be one");
    return reader->p > from || tb_json_fail(reader, "hexadecimal digits are missing behind 0x");
}

static size_t skip_digits(struct tb_json *reader)
{
    const uint8_t *from = reader->p;
    while (tb_json_peek(reader) >= '0' && tb_json_peek(reader) <= '9')
        reader->p++;
    return (size_t)(reader->p - from);
}

/* A decimal number with a point at its beginning or end: what JSON does not have. */
static bool skip_pointed(struct tb_json *reader)
{
    size_t n_digits = tb_json_take(reader, '0') ? 1 : skip_digits(reader);
    if (tb_json_take(reader, '.'))
        n_digits += skip_digits(reader);
    if (n_digits == 0)
        return false;
    if (tb_json_take(reader, 'e') || tb_json_take(reader, 'E')) {
        if (!tb_json_take(reader, '+'))
            (void)tb_json_take(reader, '-');
        return skip_digits(reader) > 0;
    }
    return true;
}

static bool read_decimal(struct tb_json *reader, struct tb_value *value)
{
    const uint8_t *from = reader->p;
    if (!skip_pointed(reader))
        return tb_json_fail(reader,
                            "not a value: a number, string, list, table, true, false or null");
    struct tb_bytes text = tb_bytes_of(from, (size_t)(reader->p - from));
    value->type = TB_VALUE_INT;
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] < '0' || text.data[i] > '9' ||
            __builtin_mul_overflow(value->integer, 10, &value->integer) ||
            __builtin_sub_overflow(value->integer, text.data[i] - '0', &value->integer))
            value->type = TB_VALUE_REAL;
    value->real = strtod(tb_arena_string(reader->tree->report->arena, text), NULL);
    return isfinite(value->real) || tb_json_fail(reader, "a number too large to be one");
}

static bool read_unsigned(struct tb_json *reader, struct tb_value *value)
{
    value->type = TB_VALUE_REAL;
    if (tb_json_take_all(reader, "Infinity"))
        value->real = (double)INFINITY;
    else if (tb_json_take_all(reader, "NaN"))
        value->real = (double)NAN;
    else if (tb_json_take_all(reader, "0x") || tb_json_take_all(reader, "0X"))
        return read_hex(reader, value);
    else
        return read_decimal(reader, value);
    return true;
}

bool tb_json5_number(struct tb_json *reader, struct tb_value *value)
{
    bool negative = tb_json_take(reader, '-');
    if (!negative)
        (void)tb_json_take(reader, '+');
    if (!read_unsigned(reader, value))
        return false;
    value->real = negative ? -value->real : value->real;
    if (!negative && __builtin_sub_overflow((int64_t)0, value->integer, &value->integer))
        value->type = TB_VALUE_REAL;
    return true;
}
