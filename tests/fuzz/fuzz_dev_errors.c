/* What comes through the pipe: each byte of it is handed on once, in order, and what is kept can be
 * shown to anybody. */
#include "base/result.h"
#include "dev/errors.h"
#include "tests/fuzz/fuzz.h"

static struct dev_errors errors;
static struct tb_bytes expected; /* not handed on yet */

static void expect(void *data, struct tb_bytes untrusted_line)
{
    tb_assert(data == &errors && untrusted_line.n <= DEV_LINE_MAX);
    /* The newline of a line that was handed on in pieces stands alone. */
    while (expected.n > 0 && untrusted_line.n > 0 && expected.data[0] == '\n')
        expected = tb_bytes_of(expected.data + 1, expected.n - 1);
    tb_assert(expected.n >= untrusted_line.n);
    tb_assert(tb_bytes_equal(tb_bytes_of(expected.data, untrusted_line.n), untrusted_line));
    size_t n = untrusted_line.n;
    n += n < expected.n && expected.data[n] == '\n';
    if (n > 0)
        expected = tb_bytes_of(expected.data + n, expected.n - n);
}

static bool is_shown(const char *text, size_t cap)
{
    struct tb_bytes bytes = tb_bytes_of(text, strnlen(text, cap));
    if (bytes.n == cap || !tb_utf8_valid(bytes))
        return false;
    for (size_t i = 0; i < bytes.n; i++)
        if (bytes.data[i] < 0x20 || bytes.data[i] == 0x7f)
            return false;
    return true;
}

/* The first byte says in what portions the rest comes. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    size_t portion = n > 0 ? (size_t)data[0] + 1 : 1;
    dev_errors_init(&errors, expect, &errors);
    expected = n > 0 ? tb_bytes_of(data + 1, n - 1) : tb_bytes_of(NULL, 0);
    struct tb_bytes left = expected;
    while (left.n > 0) {
        size_t some = left.n < portion ? left.n : portion;
        dev_errors_add(&errors, tb_bytes_of(left.data, some));
        left = tb_bytes_of(left.data + some, left.n - some);
    }
    dev_errors_end(&errors);
    while (expected.n > 0 && expected.data[0] == '\n')
        expected = tb_bytes_of(expected.data + 1, expected.n - 1);
    tb_assert(expected.n == 0);
    for (size_t i = 0; i < errors.n_list; i++) {
        const struct dev_error *error = &errors.list[i];
        tb_assert(error->code[0] && is_shown(error->code, sizeof error->code));
        tb_assert(is_shown(error->message, sizeof error->message));
        tb_assert(is_shown(error->file, sizeof error->file) && (error->file[0] || !error->line));
    }
    return 0;
}
