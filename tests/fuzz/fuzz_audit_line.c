/* A log of any content: the verifier reaches a verdict, and escaped text is plain, valid UTF-8. */
#include "audit/chain.h"
#include "base/escape.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static void judges(struct tb_bytes text)
{
    struct tb_chain chain;
    tb_chain_init(&chain);
    while (text.n > 0) {
        const uint8_t *newline = memchr(text.data, '\n', text.n);
        size_t end = newline ? (size_t)(newline - text.data) : text.n;
        const struct tb_piece piece = {
            .bytes = tb_bytes_of(text.data, end), .starts = true, .ends = newline != NULL};
        tb_chain_add(&chain, &piece);
        end += newline != NULL;
        text = tb_bytes_of(text.data + end, text.n - end);
    }
    enum tb_chain_verdict verdict = tb_chain_verdict(&chain);
    tb_assert((verdict == TB_CHAIN_TAMPERED) == (chain.bad_why != NULL));
    tb_assert(verdict != TB_CHAIN_EMPTY || chain.n_records == 0);
    tb_assert(tb_chain_verdict_name(verdict)[0] != 0);
}

static void escapes(struct tb_bytes text, size_t cap)
{
    char *out = malloc(cap);
    tb_assert(out);
    struct tb_escaped escaped = tb_escape(text, out, cap);
    tb_assert(escaped.n <= cap && tb_utf8_valid(tb_bytes_of(out, escaped.n)));
    for (size_t i = 0; i < escaped.n; i++)
        tb_assert((uint8_t)out[i] >= 0x20 && out[i] != 0x7f);
    free(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tb_bytes text = tb_bytes_of(data, n);
    judges(text);
    escapes(text, TB_ESCAPE_UNIT + n % 512);
    escapes(text, TB_ESCAPE_UNIT * (n + 1));
    return 0;
}
