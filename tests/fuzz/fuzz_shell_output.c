/* The first byte chooses an encoding and how long a piece is; the rest is written by a program.
 * Nothing is lost or made up, no piece is too long, and what was UTF-8 stays so. */
#include "base/result.h"
#include "plugins/shell/output.h"
#include "tests/fuzz/fuzz.h"

enum { LONG = 16 * 1024, TEXT_MAX = 8 * LONG };

static void check_text(const struct shell_encoding *encoding, struct tb_bytes piece)
{
    struct tb_buffer text;
    tb_buffer_init(&text, TEXT_MAX);
    int r = shell_encoding_decode(encoding, piece, &text);
    tb_assert(r == TB_OK || (r == TB_MALFORMED && encoding->kind == SHELL_UTF8));
    if (r == TB_OK && encoding->kind != SHELL_RAW)
        tb_assert(tb_utf8_valid(tb_buffer_bytes(&text)));
    tb_buffer_deinit(&text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const labels[] = {"raw", "windows-1252", "utf-16le", "iso-2022-jp"};
    struct shell_encoding encoding = {.kind = SHELL_UTF8};
    if (size == 0 || size > LONG)
        return 0;
    if (data[0] & 8)
        tb_assert(shell_encoding_find(tb_bytes_of_string(labels[data[0] & 3]), &encoding));
    size_t most = data[0] & 16 ? LONG : 4;
    struct tb_bytes held = tb_bytes_of(data + 1, size - 1);
    bool valid = tb_utf8_valid(held);
    struct tb_bytes piece;
    while (shell_output_next(&encoding, held, true, most, &piece)) {
        tb_assert(piece.data == held.data && piece.n > 0 && piece.n <= most && piece.n <= held.n);
        if (valid && encoding.kind == SHELL_UTF8)
            tb_assert(tb_utf8_valid(piece));
        check_text(&encoding, piece);
        held = tb_bytes_of(held.data + piece.n, held.n - piece.n);
    }
    tb_assert(held.n == 0);
    return 0;
}
