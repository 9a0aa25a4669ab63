/* Types of any content: what is taken stands between braces, and no brace behind it is its own. */
#include "cli/types_text.h"
#include "tests/fuzz/fuzz.h"

#include <stdlib.h>

static bool is_closed(const char *front, struct tb_bytes text, const char *back)
{
    const char *why;
    size_t line;
    size_t n_front = strlen(front);
    size_t n_back = strlen(back);
    uint8_t *whole = malloc(n_front + text.n + n_back + 1);
    tb_assert(whole);
    memcpy(whole, front, n_front);
    if (text.n > 0)
        memcpy(whole + n_front, text.data, text.n);
    memcpy(whole + n_front + text.n, back, n_back);
    bool closed = types_text_is_closed(tb_bytes_of(whole, n_front + text.n + n_back), &why, &line);
    free(whole);
    return closed;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    struct tb_bytes text = tb_bytes_of(data, n);
    const char *why = NULL;
    size_t line = 0;
    if (!types_text_is_closed(text, &why, &line)) {
        tb_assert(why && line > 0 && line <= n + 1);
        return 0;
    }
    tb_assert(is_closed("{\n", text, "\n}"));
    tb_assert(!is_closed("", text, "\n}"));
    tb_assert(!is_closed("{\n", text, "\n}}"));
    tb_assert(!is_closed("{\n", text, "\n"));
    return 0;
}
