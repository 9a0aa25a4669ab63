#include "policy/compiler/spelling.h"

#include "policy/compiler/data/report.h"

static struct tb_bytes from(struct tb_bytes text, size_t at)
{
    return tb_bytes_of(text.data + at, text.n - at);
}

static struct tb_bytes without(struct tb_bytes text, const char *prefix)
{
    return tb_bytes_begin(text, prefix) ? from(text, strlen(prefix)) : text;
}

/* The place of the first bar, else of the last colon, else of the first dot; text.n: none. */
static size_t find_separator(struct tb_bytes text)
{
    size_t colon = text.n;
    size_t dot = text.n;
    for (size_t i = 0; i < text.n; i++) {
        if (text.data[i] == '|')
            return i;
        if (text.data[i] == ':')
            colon = i;
        if (text.data[i] == '.' && dot == text.n)
            dot = i;
    }
    return colon < text.n ? colon : dot;
}

struct tb_spelling tb_spelling_read(struct tb_bytes text)
{
    struct tb_spelling spelling = {.of_plugin = tb_bytes_begin(text, "plugin:")};
    struct tb_bytes rest = without(text, "plugin:");
    size_t at = find_separator(rest);
    if (at == rest.n) {
        *(spelling.of_plugin ? &spelling.plugin : &spelling.local) = rest;
        return spelling;
    }
    spelling.dotted = !spelling.of_plugin && rest.data[at] == '.';
    spelling.of_plugin = true;
    struct tb_bytes plugin = tb_bytes_of(rest.data, at);
    spelling.plugin = without(without(plugin, "core:"), "tauri-plugin-");
    spelling.local = from(rest, at + 1);
    const uint8_t *bar =
        spelling.local.n ? memchr(spelling.local.data, '|', spelling.local.n) : NULL;
    if (bar)
        spelling.local.n = (size_t)(bar - spelling.local.data);
    return spelling;
}

struct tb_bytes tb_spelling_snake(struct tb_arena *arena, struct tb_bytes text)
{
    uint8_t *out = tb_arena_get(arena, 2 * text.n + 1, 1);
    size_t n = 0;
    for (size_t i = 0; i < text.n; i++) {
        uint8_t c = text.data[i];
        bool upper = c >= 'A' && c <= 'Z';
        if (upper && i > 0 && out[n - 1] != '_')
            out[n++] = '_';
        out[n++] = upper ? (uint8_t)(c - 'A' + 'a') : c == '-' ? '_' : c;
    }
    return tb_bytes_of(out, n);
}

struct tb_bytes tb_spelling_hyphens(struct tb_arena *arena, struct tb_bytes text)
{
    uint8_t *out = tb_arena_get(arena, text.n + 1, 1);
    for (size_t i = 0; i < text.n; i++)
        out[i] = text.data[i] == '_' || text.data[i] == '.' ? '-' : text.data[i];
    return tb_bytes_of(out, text.n);
}

struct tb_bytes tb_spelling_bare(struct tb_bytes text)
{
    return without(without(text, "allow-"), "deny-");
}

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* How many letters have to be put in, taken out or changed. Both are at most TB_SPELLING_MAX. */
static size_t distance(struct tb_bytes a, struct tb_bytes b)
{
    size_t row[TB_SPELLING_MAX + 1];
    for (size_t k = 0; k <= b.n; k++)
        row[k] = k;
    for (size_t i = 1; i <= a.n; i++) {
        size_t corner = row[0];
        row[0] = i;
        for (size_t k = 1; k <= b.n; k++) {
            size_t above = row[k];
            row[k] = least(above + 1, row[k - 1] + 1, corner + (a.data[i - 1] != b.data[k - 1]));
            corner = above;
        }
    }
    return row[b.n];
}

/* Kept in order: by distance, and of two as near the one that was offered first. */
static void keep(struct tb_nearest *nearest, struct tb_bytes name, size_t away)
{
    size_t at = nearest->n < TB_NEAREST_MAX ? nearest->n++ : TB_NEAREST_MAX - 1;
    for (; at > 0 && nearest->distances[at - 1] > away; at--) {
        nearest->names[at] = nearest->names[at - 1];
        nearest->distances[at] = nearest->distances[at - 1];
    }
    nearest->names[at] = name;
    nearest->distances[at] = away;
}

void tb_nearest_offer(struct tb_nearest *nearest, struct tb_bytes name)
{
    struct tb_bytes wanted = nearest->wanted;
    size_t most = wanted.n < 6 ? (wanted.n + 1) / 2 : wanted.n / 3;
    if (wanted.n > TB_SPELLING_MAX || name.n > TB_SPELLING_MAX || name.n > wanted.n + most ||
        wanted.n > name.n + most)
        return;
    for (size_t i = 0; i < nearest->n; i++)
        if (tb_bytes_equal(nearest->names[i], name))
            return;
    size_t away = distance(wanted, name);
    bool full = nearest->n == TB_NEAREST_MAX;
    if (away <= most && !(full && nearest->distances[TB_NEAREST_MAX - 1] <= away))
        keep(nearest, name, away);
}

const char *tb_nearest_text(struct tb_arena *arena, const struct tb_nearest *nearest,
                            const char *prefix)
{
    const char *text = "";
    for (size_t i = 0; i < nearest->n; i++)
        text = tb_report_text(arena, "%s%s`%s%.*s`", text, i == 0 ? "" : " or ", prefix,
                              TB_SHOWN(nearest->names[i]));
    return text;
}
