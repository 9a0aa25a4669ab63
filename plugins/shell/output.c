#include "plugins/shell/output.h"

static size_t line_end(struct tb_bytes held)
{
    const uint8_t *end = held.n > 0 ? memchr(held.data, '\n', held.n) : NULL;
    if (!end && held.n > 0)
        end = memchr(held.data, '\r', held.n);
    return end ? (size_t)(end - held.data) + 1 : 0;
}

/* Back to where a character of UTF-8 begins; of another encoding that is not known. */
static size_t whole_characters(const struct shell_encoding *encoding, struct tb_bytes held,
                               size_t n)
{
    size_t back = 0;
    if (encoding->kind != SHELL_UTF8)
        return n;
    while (back < 3 && back < n && (held.data[n - back] & 0xc0) == 0x80)
        back++;
    return n - back > 0 ? n - back : n;
}

bool shell_output_next(const struct shell_encoding *encoding, struct tb_bytes held, bool last,
                       size_t most, struct tb_bytes *ret_piece)
{
    if (held.n == 0)
        return false;
    size_t n = encoding->kind == SHELL_RAW ? held.n : line_end(held);
    if (n == 0 && (last || held.n > most))
        n = held.n;
    if (n == 0)
        return false;
    if (n > most)
        n = whole_characters(encoding, held, most);
    *ret_piece = tb_bytes_of(held.data, n);
    return true;
}
