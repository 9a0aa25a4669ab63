#include "base/escape.h"

struct range {
    uint32_t first;
    uint32_t last;
};

static const struct range hidden[] = {
    {0x00, 0x1f},       {0x7f, 0x9f},     {0xad, 0xad},     /* C0, DEL and C1, soft hyphen */
    {0x61c, 0x61c},     {0x180e, 0x180e}, {0x200b, 0x200f}, /* marks, zero-width */
    {0x2028, 0x202e},   {0x2060, 0x206f},                   /* separators, bidi */
    {0xfeff, 0xfeff},   {0xfff9, 0xfffd}, {0xfffe, 0xffff}, /* BOM, annotations, replacement */
    {0xe0000, 0xe0fff},                                     /* tags, variation selectors */
};

static bool is_hidden(uint32_t c)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(hidden); i++)
        if (c >= hidden[i].first && c <= hidden[i].last)
            return true;
    return false;
}

static bool is_plain(uint8_t c)
{
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

/* The character at the front and how many bytes it has; one byte that is not UTF-8 is U+FFFD. */
static uint32_t decode(struct tb_bytes text, size_t *ret_n)
{
    uint8_t lead = text.data[0];
    size_t n = lead < 0x80 ? 1 : lead < 0xe0 ? 2 : lead < 0xf0 ? 3 : 4;
    if (n > text.n || !tb_utf8_valid(tb_bytes_of(text.data, n))) {
        *ret_n = 1;
        return 0xfffd;
    }
    static const uint8_t masks[] = {0, 0x7f, 0x1f, 0x0f, 0x07};
    uint32_t c = lead & masks[n];
    for (size_t i = 1; i < n; i++)
        c = c << 6 | (text.data[i] & 0x3f);
    *ret_n = n;
    return c;
}

static size_t put_unit(uint32_t unit, char *out)
{
    const uint8_t bytes[] = {(uint8_t)(unit >> 8), (uint8_t)unit};
    char hex[5];
    tb_hex(bytes, sizeof bytes, hex);
    out[0] = '\\';
    out[1] = 'u';
    memcpy(out + 2, hex, 4);
    return 6;
}

static size_t put_escape(uint32_t c, char *out)
{
    if (c < 0x10000)
        return put_unit(c, out);
    size_t n = put_unit(0xd800 + ((c - 0x10000) >> 10), out);
    return n + put_unit(0xdc00 + ((c - 0x10000) & 0x3ff), out + n);
}

/* One character from the front of the text; how many bytes of it were used is *ret_used. */
static size_t put_character(struct tb_bytes text, bool quoted, char *out, size_t *ret_used)
{
    uint32_t c = decode(text, ret_used);
    if (quoted && (c == '"' || c == '\\')) {
        out[0] = '\\';
        out[1] = (char)c;
        return 2;
    }
    if (is_hidden(c))
        return put_escape(c, out);
    memcpy(out, text.data, *ret_used);
    return *ret_used;
}

static size_t plain_run(struct tb_bytes text, size_t most)
{
    size_t n = 0;
    while (n < text.n && n < most && is_plain(text.data[n]))
        n++;
    return n;
}

static struct tb_escaped escape(struct tb_bytes untrusted_text, bool quoted, char *ret_out,
                                size_t cap)
{
    static const char marker[] = "\xe2\x80\xa6";
    const size_t n_marker = sizeof marker - 1;
    tb_assert(cap >= TB_ESCAPE_UNIT);
    struct tb_bytes left = untrusted_text;
    size_t n = 0;
    size_t cut_at = 0; /* the longest end that the marker still fits behind */
    while (left.n > 0) {
        char unit[TB_ESCAPE_UNIT];
        size_t used = n < cap - n_marker ? plain_run(left, cap - n_marker - n) : 0;
        if (used > 0) {
            memcpy(ret_out + n, left.data, used);
            n += used;
        } else {
            size_t n_unit = put_character(left, quoted, unit, &used);
            if (n_unit > cap - n) {
                memcpy(ret_out + cut_at, marker, n_marker);
                return (struct tb_escaped){.n = cut_at + n_marker, .cut = true};
            }
            memcpy(ret_out + n, unit, n_unit);
            n += n_unit;
        }
        if (n <= cap - n_marker)
            cut_at = n;
        left = tb_bytes_of(left.data + used, left.n - used);
    }
    return (struct tb_escaped){.n = n, .cut = false};
}

struct tb_escaped tb_escape(struct tb_bytes untrusted_text, char *ret_out, size_t cap)
{
    return escape(untrusted_text, true, ret_out, cap);
}

struct tb_escaped tb_escape_shown(struct tb_bytes untrusted_text, char *ret_out, size_t cap)
{
    return escape(untrusted_text, false, ret_out, cap);
}

bool tb_is_plain_line(struct tb_bytes untrusted_text)
{
    struct tb_bytes left = untrusted_text;
    while (left.n > 0) {
        size_t n;
        if (is_hidden(decode(left, &n)))
            return false;
        left = tb_bytes_of(left.data + n, left.n - n);
    }
    return true;
}
