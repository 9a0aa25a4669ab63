#include "cli/text.h"

#include "base/escape.h"

enum { PIECE = 1024 };

/* Whole characters, so that a long text is cut into pieces and shown as it would be in one. */
static size_t piece_of(struct tb_bytes text)
{
    if (text.n <= PIECE)
        return text.n;
    size_t n = PIECE;
    while (n > PIECE - 4 && (text.data[n] & 0xc0) == 0x80)
        n--;
    return n;
}

int cli_put_text(FILE *out, struct tb_bytes untrusted_text)
{
    char escaped[(PIECE + 1) * TB_ESCAPE_UNIT];
    int width = 0;
    for (struct tb_bytes rest = untrusted_text; rest.n > 0;) {
        size_t n = piece_of(rest);
        struct tb_escaped piece = tb_escape(tb_bytes_of(rest.data, n), escaped, sizeof escaped);
        fwrite(escaped, 1, piece.n, out);
        for (size_t i = 0; i < piece.n; i++)
            width += ((uint8_t)escaped[i] & 0xc0) != 0x80;
        rest = tb_bytes_of(rest.data + n, rest.n - n);
    }
    return width;
}
