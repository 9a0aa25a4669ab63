#include "host/webkitgtk/ask_text.h"

#include "base/bytes.h"
#include "base/escape.h"

#include <stdbool.h>

/* What they are escaped from in `json` they are here for: a line that begins from the left, and a
 * string whose direction is its own. */
#define FROM_LEFT "\xe2\x80\x8e"
#define ISOLATE   "\xe2\x81\xa8"
#define TOGETHER  "\xe2\x81\xa9"

enum { INDENT = 2, INDENT_MAX = 32 };

char *tb_ask_plain(const char *untrusted_text)
{
    struct tb_bytes text = tb_bytes_of_string(untrusted_text);
    size_t cap = 6 * text.n + TB_ESCAPE_UNIT;
    char *plain = g_malloc(cap + 1);
    plain[tb_escape(text, plain, cap).n] = 0;
    return plain;
}

/* From its quote to the one that ends it; returns what is behind. */
static const char *put_string(GString *out, const char *at)
{
    const char *end = at + 1;
    while (*end && *end != '"')
        end += *end == '\\' && end[1] ? 2 : 1;
    end += *end ? 1 : 0;
    g_string_append(out, ISOLATE);
    g_string_append_len(out, at, end - at);
    g_string_append(out, TOGETHER);
    return end;
}

static void put_line_start(GString *out, unsigned depth)
{
    g_string_append(out, "\n" FROM_LEFT);
    g_string_append_printf(out, "%*s", (int)(INDENT * MIN(depth, INDENT_MAX)), "");
}

static bool is_empty_pair(const char *at)
{
    return (at[0] == '{' && at[1] == '}') || (at[0] == '[' && at[1] == ']');
}

/* One character outside of strings. */
static void put_mark(GString *out, char mark, unsigned *depth)
{
    if (mark == '}' || mark == ']') {
        *depth -= *depth > 0;
        put_line_start(out, *depth);
    }
    g_string_append_c(out, mark);
    if (mark == ':')
        g_string_append_c(out, ' ');
    if (mark == '{' || mark == '[')
        ++*depth;
    if (mark == '{' || mark == '[' || mark == ',')
        put_line_start(out, *depth);
}

char *tb_ask_lines(const char *json)
{
    GString *out = g_string_new(FROM_LEFT);
    unsigned depth = 0;
    for (const char *at = json; *at;) {
        if (*at == '"') {
            at = put_string(out, at);
        } else if (is_empty_pair(at)) {
            g_string_append_len(out, at, 2);
            at += 2;
        } else {
            put_mark(out, *at++, &depth);
        }
    }
    return g_string_free(out, FALSE);
}

char *tb_ask_days(const struct trollbridge_ask *ask)
{
    if (ask->remember_days == 0)
        return NULL;
    return ask->remember_days == 1 ? g_strdup("1 day")
                                   : g_strdup_printf("%u days", ask->remember_days);
}
