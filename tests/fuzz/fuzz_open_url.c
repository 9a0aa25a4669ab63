/* A URL, a NUL, a pattern: what is taken is clean, is taken again as it is, and matches no pattern
 * of another scheme or host. */
#include "base/compiler.h"
#include "host/webkitgtk/open_url.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_clean(struct tb_bytes url)
{
    for (size_t i = 0; i < url.n; i++)
        tb_assert(url.data[i] > 0x20 && url.data[i] < 0x7f && !strchr("\"<>\\`", url.data[i]));
}

static void check_stays(const char *url)
{
    const char *wrong;
    g_autofree char *again = tb_open_url(tb_bytes_of_string(url), &wrong);
    tb_assert(!again || strcmp(again, url) == 0);
}

static void check_match(const struct tb_open_parts *parts, struct tb_bytes pattern)
{
    static const char host[] = "https://example.com/";
    size_t n = sizeof host - 1;
    if (!tb_open_url_matches(parts, pattern))
        return;
    tb_assert(pattern.n > 0 && memchr(pattern.data, ':', pattern.n));
    if (pattern.n < n || memcmp(pattern.data, host, n) != 0)
        return;
    tb_assert(tb_bytes_are(parts->scheme, "https") &&
              tb_bytes_are(parts->authority, "example.com"));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    const char *wrong = NULL;
    const uint8_t *end = n > 0 ? memchr(data, 0, n) : NULL;
    struct tb_bytes text = tb_bytes_of(data, end ? (size_t)(end - data) : n);
    struct tb_bytes pattern = end ? tb_bytes_of(end + 1, n - text.n - 1) : text;
    g_autofree char *url = tb_open_url(text, &wrong);
    tb_assert(url || wrong);
    if (!url)
        return 0;
    check_clean(tb_bytes_of_string(url));
    check_stays(url);
    struct tb_open_parts parts = tb_open_parts_of(tb_bytes_of_string(url));
    check_match(&parts, pattern);
    return 0;
}
