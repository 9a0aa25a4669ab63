/* A pattern, a NUL, an argument: what is none says where, and what matches is UTF-8. */
#include "argument/pattern.h"
#include "base/result.h"
#include "tests/fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const uint8_t *end = n > 0 ? memchr(data, 0, n) : NULL;
    struct tb_bytes text = tb_bytes_of(data, end ? (size_t)(end - data) : n);
    struct tb_bytes argument = end ? tb_bytes_of(end + 1, n - text.n - 1) : text;
    struct tb_argument_pattern *pattern;
    struct tb_argument_error error = {"", SIZE_MAX};
    int r = tb_argument_pattern_new(text, &pattern, &error);
    tb_assert(r == TB_OK || r == TB_MALFORMED || r == TB_TOO_LARGE);
    if (r == TB_MALFORMED)
        tb_assert(error.at <= text.n && error.message[0]);
    if (r != TB_OK)
        return 0;
    if (tb_argument_pattern_matches(pattern, argument))
        tb_assert(tb_utf8_valid(argument));
    tb_argument_pattern_free(pattern);
    return 0;
}
