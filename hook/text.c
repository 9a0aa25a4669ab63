#include "hook/text.h"

#include "base/result.h"

#include <stdlib.h>

enum { REPLACEMENT = 0xFFFD };

static void free_units(JSChar **units)
{
    free(*units);
}

static void free_text(char **text)
{
    free(*text);
}

/* How many bytes follow the first one, and in which range the second has to be: the table of
 * well-formed sequences. -1: it begins none. */
static int follows(uint8_t first, uint8_t *ret_low, uint8_t *ret_high)
{
    *ret_low = first == 0xE0 ? 0xA0 : first == 0xF0 ? 0x90 : 0x80;
    *ret_high = first == 0xED ? 0x9F : first == 0xF4 ? 0x8F : 0xBF;
    if (first < 0x80)
        return 0;
    if (first >= 0xC2 && first <= 0xDF)
        return 1;
    if (first >= 0xE0 && first <= 0xEF)
        return 2;
    return first >= 0xF0 && first <= 0xF4 ? 3 : -1;
}

/* Takes one character off the front; of bytes that are none, the longest beginning of one, as the
 * encoding standard counts errors. False: it was none. */
static bool take(struct tb_bytes *text, uint32_t *ret_code)
{
    uint8_t low;
    uint8_t high;
    uint8_t first = text->data[0];
    int n = follows(first, &low, &high);
    uint32_t code = n <= 0 ? first : first & (0x3Fu >> n);
    size_t at = 1;
    for (; n > 0 && at < text->n && text->data[at] >= low && text->data[at] <= high; n--) {
        code = code << 6 | (text->data[at++] & 0x3Fu);
        low = 0x80;
        high = 0xBF;
    }
    *text = tb_bytes_of(text->data + at, text->n - at);
    *ret_code = n == 0 ? code : REPLACEMENT;
    return n == 0;
}

static size_t put_unit(JSChar *units, size_t n, uint32_t code)
{
    if (code < 0x10000) {
        units[n++] = (JSChar)code;
    } else {
        units[n++] = (JSChar)(0xD800 + ((code - 0x10000) >> 10));
        units[n++] = (JSChar)(0xDC00 + ((code - 0x10000) & 0x3FF));
    }
    return n;
}

JSStringRef hook_string_decode(struct tb_bytes untrusted_bytes, bool fatal)
{
    tb_cleanup(free_units) JSChar *units = malloc((untrusted_bytes.n + 1) * sizeof *units);
    size_t n = 0;
    if (!units)
        return NULL;
    while (untrusted_bytes.n > 0) {
        uint32_t code;
        if (!take(&untrusted_bytes, &code) && fatal)
            return NULL;
        n = put_unit(units, n, code); /* never more units than bytes */
    }
    return JSStringCreateWithCharacters(units, n);
}

/* The engine's own way keeps ASCII at one byte a character, but ends at a NUL. */
JSStringRef hook_string_new(struct tb_bytes text)
{
    enum { SHORT = 256 };
    char small[SHORT];
    if (text.n > 0 && memchr(text.data, 0, text.n))
        return hook_string_decode(text, true);
    tb_cleanup(free_text) char *large = text.n < SHORT ? NULL : malloc(text.n + 1);
    char *copy = text.n < SHORT ? small : large;
    if (!copy)
        return NULL;
    if (text.n > 0)
        memcpy(copy, text.data, text.n);
    copy[text.n] = 0;
    return JSStringCreateWithUTF8CString(copy);
}

static size_t put_bytes(uint8_t *out, uint32_t code)
{
    if (code < 0x80) {
        out[0] = (uint8_t)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (uint8_t)(0xC0 | code >> 6);
        out[1] = (uint8_t)(0x80 | (code & 0x3F));
        return 2;
    }
    if (code < 0x10000) {
        out[0] = (uint8_t)(0xE0 | code >> 12);
        out[1] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
        out[2] = (uint8_t)(0x80 | (code & 0x3F));
        return 3;
    }
    out[0] = (uint8_t)(0xF0 | code >> 18);
    out[1] = (uint8_t)(0x80 | (code >> 12 & 0x3F));
    out[2] = (uint8_t)(0x80 | (code >> 6 & 0x3F));
    out[3] = (uint8_t)(0x80 | (code & 0x3F));
    return 4;
}

static bool is_high(JSChar unit)
{
    return unit >= 0xD800 && unit <= 0xDBFF;
}

static bool is_low(JSChar unit)
{
    return unit >= 0xDC00 && unit <= 0xDFFF;
}

int hook_string_append(JSStringRef string, struct tb_buffer *out, bool *ret_whole)
{
    size_t n = JSStringGetLength(string);
    const JSChar *units = n > 0 ? JSStringGetCharactersPtr(string) : NULL;
    bool whole = true;
    /* Three bytes for each unit are the most: a pair is four bytes for two. */
    uint8_t *room = n <= out->max ? tb_buffer_reserve(out, n > 0 ? 3 * n : 1) : NULL;
    size_t at = 0;
    if (!room)
        return TB_FULL;
    for (size_t i = 0; i < n; i++) {
        uint32_t code = units[i];
        if (is_high(units[i]) && i + 1 < n && is_low(units[i + 1]))
            code = 0x10000 + ((code & 0x3FF) << 10) + (units[++i] & 0x3FFu);
        else if (is_high(units[i]) || is_low(units[i])) {
            code = REPLACEMENT;
            whole = false;
        }
        at += put_bytes(room + at, code);
    }
    tb_buffer_commit(out, at);
    if (ret_whole)
        *ret_whole = whole;
    return TB_OK;
}
