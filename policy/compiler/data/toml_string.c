#include "policy/compiler/data/toml.h"

/* A string being read: `out` has room for what stands between the quotes, since what an escape
 * stands for is never longer than the escape. */
struct string {
    uint8_t *out;
    size_t n;
    char quote;
    bool block;
};

static bool put_unicode(struct tb_toml *reader, struct string *string, int n_digits)
{
    uint32_t code = 0;
    for (int i = 0; i < n_digits; i++) {
        int digit = tb_hex_digit(tb_toml_peek(reader));
        if (digit < 0)
            return tb_toml_fail(reader, "a \\x escape needs 2 hexadecimal digits, \\u needs 4, "
                                        "\\U needs 8");
        code = code << 4 | (uint32_t)digit;
        reader->p++;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return tb_toml_fail(reader, "an escape that stands for no character");
    string->n += tb_utf8_put(code, string->out + string->n);
    return true;
}

static void skip_blanks_and_lines(struct tb_toml *reader)
{
    while (tb_toml_take(reader, ' ') || tb_toml_take(reader, '\t') || tb_toml_newline(reader))
        continue;
}

/* A backslash at the end of a line of a block string takes the blanks that follow with it. */
static bool line_ends_here(const struct tb_toml *reader)
{
    const uint8_t *p = reader->p;
    while (p < reader->end && (*p == ' ' || *p == '\t'))
        p++;
    return p < reader->end && (*p == '\n' || (*p == '\r' && p + 1 < reader->end && p[1] == '\n'));
}

static bool put_escape(struct tb_toml *reader, struct string *string)
{
    static const char from[] = "btnfre\"\\";
    static const char to[] = "\b\t\n\f\r\x1b\"\\";
    if (tb_toml_take(reader, 'x'))
        return put_unicode(reader, string, 2);
    if (tb_toml_take(reader, 'u'))
        return put_unicode(reader, string, 4);
    if (tb_toml_take(reader, 'U'))
        return put_unicode(reader, string, 8);
    if (string->block && line_ends_here(reader)) {
        skip_blanks_and_lines(reader);
        return true;
    }
    int c = tb_toml_peek(reader);
    const char *at = c > 0 ? strchr(from, c) : NULL;
    if (!at)
        return tb_toml_fail(reader, "an escape that TOML does not have in a string");
    reader->p++;
    string->out[string->n++] = (uint8_t)to[at - from];
    return true;
}

/* Takes the closing quotes if this is where they are. A block string may end with one or two quotes
 * of its own, right before them. */
static bool closes(struct tb_toml *reader, struct string *string)
{
    size_t n = 0;
    while (reader->p + n < reader->end && reader->p[n] == (uint8_t)string->quote && n < 5)
        n++;
    size_t needed = string->block ? 3 : 1;
    if (n < needed)
        return false;
    for (size_t i = needed; string->block && i < n; i++)
        string->out[string->n++] = (uint8_t)string->quote;
    reader->p += string->block ? n : 1;
    return true;
}

static bool put_plain(struct tb_toml *reader, struct string *string)
{
    int c = tb_toml_peek(reader);
    if (c < 0)
        return tb_toml_fail(reader, "a string without its closing quote");
    if (string->block && tb_toml_newline(reader)) {
        if (c == '\r')
            string->out[string->n++] = '\r';
        string->out[string->n++] = '\n';
        return true;
    }
    if (c == '\n' || c == '\r')
        return tb_toml_fail(reader, "a string without its closing quote in this line");
    if ((c < 0x20 && c != '\t') || c == 0x7f)
        return tb_toml_fail(reader, "a control character in a string: write it as an escape");
    reader->p++;
    string->out[string->n++] = (uint8_t)c;
    return true;
}

/* How long the string is at most: to its closing quotes or, where they are missing, the end. */
static size_t measure(const struct tb_toml *reader, const struct string *string)
{
    struct tb_bytes left = tb_bytes_of(reader->p, (size_t)(reader->end - reader->p));
    const uint8_t quotes[3] = {(uint8_t)string->quote, (uint8_t)string->quote,
                               (uint8_t)string->quote};
    size_t n_quotes = string->block ? 3 : 1;
    size_t at = 0;
    while (at < left.n) {
        if (string->quote == '"' && left.data[at] == '\\')
            at++;
        else if (left.n - at >= n_quotes && memcmp(left.data + at, quotes, n_quotes) == 0)
            break;
        else if (!string->block && left.data[at] == '\n')
            break;
        at++;
    }
    return at < left.n ? at : left.n;
}

bool tb_toml_string(struct tb_toml *reader, bool block, struct tb_bytes *ret_text)
{
    struct string string = {.quote = (char)*reader->p++};
    const char rest[] = {string.quote, string.quote, 0};
    string.block = tb_toml_take_all(reader, rest);
    if (string.block && !block)
        return tb_toml_fail(reader, "a block string cannot be a key");
    if (string.block)
        tb_toml_newline(reader); /* right behind the opening quotes it does not count */
    /* Two more for quotes right before the closing ones. */
    string.out = tb_arena_get(reader->tree->report->arena, measure(reader, &string) + 2, 1);
    while (!closes(reader, &string)) {
        bool ok = string.quote == '"' && tb_toml_take(reader, '\\') ? put_escape(reader, &string)
                                                                    : put_plain(reader, &string);
        if (!ok)
            return false;
    }
    *ret_text = tb_bytes_of(string.out, string.n);
    return true;
}
