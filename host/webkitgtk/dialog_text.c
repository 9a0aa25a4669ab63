#include "host/webkitgtk/dialog_text.h"

#include "base/escape.h"

#include <glib.h>

#define CUT "\xe2\x80\xa6"

/* At most n bytes of it, whole characters. */
static struct tb_bytes cut(struct tb_bytes text, size_t n)
{
    if (text.n <= n)
        return text;
    while (n > 0 && (text.data[n] & 0xc0) == 0x80)
        n--;
    return tb_bytes_of(text.data, n);
}

static void put_line(GString *out, struct tb_bytes line)
{
    if (tb_is_plain_line(line)) {
        g_string_append_len(out, (const char *)line.data, (gssize)line.n);
        return;
    }
    size_t cap = TB_ESCAPE_UNIT * (line.n + 1);
    g_autofree char *escaped = g_malloc(cap);
    struct tb_escaped made = tb_escape(line, escaped, cap);
    g_string_append_len(out, escaped, (gssize)made.n);
}

/* Escapes make it longer. */
static char *finish(GString *out, size_t n, bool was_cut)
{
    struct tb_bytes shown = cut(tb_bytes_of(out->str, out->len), n);
    was_cut = was_cut || shown.n < out->len;
    g_string_truncate(out, shown.n);
    g_string_append(out, was_cut ? CUT : "");
    return g_string_free(out, FALSE);
}

char *tb_dialog_line(struct tb_bytes untrusted_text, size_t n)
{
    struct tb_bytes text = cut(untrusted_text, n);
    GString *out = g_string_new(NULL);
    put_line(out, text);
    return finish(out, n, text.n < untrusted_text.n);
}

/* Up to the next break; `text` becomes what is behind it. A carriage return before it is its own.
 */
static struct tb_bytes take_line(struct tb_bytes *text)
{
    const uint8_t *end = text->n > 0 ? memchr(text->data, '\n', text->n) : NULL;
    size_t n = end ? (size_t)(end - text->data) : text->n;
    struct tb_bytes line = tb_bytes_of(text->data, n);
    size_t taken = end ? n + 1 : n;
    *text = tb_bytes_of(text->data + taken, text->n - taken);
    if (end && n > 0 && line.data[n - 1] == '\r')
        line.n--;
    return line;
}

char *tb_dialog_lines(struct tb_bytes untrusted_text, size_t n)
{
    struct tb_bytes text = cut(untrusted_text, n);
    bool was_cut = text.n < untrusted_text.n;
    GString *out = g_string_new(NULL);
    for (bool first = true; text.n > 0; first = false) {
        g_string_append(out, first ? "" : "\n");
        put_line(out, take_line(&text));
    }
    return finish(out, n, was_cut);
}
