/* A document: the nonce's places lie in order, each behind the name of a tag, and nothing else of
 * the text is changed. */
#include "base/result.h"
#include "frontend/html.h"

#include <strings.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n);

static bool behind(struct tb_bytes text, size_t place, const char *name)
{
    size_t n = strlen(name);
    return place >= n && strncasecmp((const char *)text.data + place - n, name, n) == 0;
}

static void check(const struct tb_html *html, struct tb_bytes text)
{
    static const char attribute[] = " nonce=\"N\"";
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, 2 * TB_HTML_MAX);
    for (size_t i = 0; i < html->n_places; i++) {
        size_t place = html->places[i];
        tb_assert(place < text.n && (i == 0 || html->places[i - 1] < place));
        tb_assert(behind(text, place, "<script") || behind(text, place, "<style") ||
                  behind(text, place, "<link"));
    }
    tb_assert(tb_html_write(html, text, "N", &out));
    tb_assert(tb_buffer_n(&out) == text.n + html->n_places * (sizeof attribute - 1));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_cleanup(tb_html_deinit) struct tb_html html = {0};
    struct tb_bytes text = tb_bytes_of(data, n);
    if (tb_html_read(text, &html) == TB_OK)
        check(&html, text);
    return 0;
}
