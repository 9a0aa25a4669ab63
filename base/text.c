#include "base/text.h"

#include "base/escape.h"

struct tb_text tb_text_init(char *memory, size_t cap)
{
    return (struct tb_text){.p = memory, .cap = cap};
}

static char *take(struct tb_text *text, size_t n)
{
    if (text->full || n > text->cap - text->n) {
        text->full = true;
        return NULL;
    }
    char *at = text->p + text->n;
    text->n += n;
    return at;
}

void tb_text_put(struct tb_text *text, struct tb_bytes bytes)
{
    char *at = take(text, bytes.n);
    if (at && bytes.n > 0)
        memcpy(at, bytes.data, bytes.n);
}

void tb_text_puts(struct tb_text *text, const char *string)
{
    tb_text_put(text, tb_bytes_of_string(string));
}

void tb_text_hex(struct tb_text *text, const uint8_t *bytes, size_t n)
{
    char hex[2 * 32 + 1];
    tb_assert(n <= 32);
    tb_hex(bytes, n, hex);
    tb_text_put(text, tb_bytes_of(hex, 2 * n));
}

void tb_text_number(struct tb_text *text, uint64_t v)
{
    char digits[20];
    size_t at = sizeof digits;
    uint64_t left = v < INT64_MAX ? v : INT64_MAX;
    do
        digits[--at] = (char)('0' + left % 10);
    while ((left /= 10) > 0);
    tb_text_put(text, tb_bytes_of(digits + at, sizeof digits - at));
}

/* Returns whether the string was cut. */
static bool put_string(struct tb_text *text, struct tb_bytes string, size_t most)
{
    tb_text_puts(text, "\"");
    size_t room = text->cap - text->n;
    size_t cap = room < most ? room : most;
    if (text->full || cap < TB_ESCAPE_UNIT) {
        text->full = true;
        return true;
    }
    struct tb_escaped escaped = tb_escape(string, text->p + text->n, cap);
    text->n += escaped.n;
    tb_text_puts(text, "\"");
    return escaped.cut;
}

void tb_text_string(struct tb_text *text, struct tb_bytes untrusted_string, size_t most)
{
    (void)put_string(text, untrusted_string, most);
}

void tb_text_whole_string(struct tb_text *text, struct tb_bytes untrusted_string)
{
    if (put_string(text, untrusted_string, SIZE_MAX))
        text->full = true;
}
