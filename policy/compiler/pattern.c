#include "policy/compiler/pattern.h"

#include "policy/settings.h"

/* A path being put together. It never grows past its array: what does not fit is remembered. */
struct text {
    uint8_t bytes[TB_PATH_MAX];
    size_t n;
    bool full;
};

static void put(struct text *text, const void *bytes, size_t n)
{
    if (text->full || n > sizeof text->bytes - text->n) {
        text->full = true;
        return;
    }
    if (n > 0)
        memcpy(text->bytes + text->n, bytes, n);
    text->n += n;
}

static struct tb_bytes finish(struct tb_arena *arena, struct text *text)
{
    if (text->n == 0)
        put(text, "/", 1);
    return tb_arena_copy(arena, tb_bytes_of(text->bytes, text->n));
}

/* The next part of a path: between slashes, never empty; false at the end. */
static bool next_part(struct tb_bytes *path, struct tb_bytes *ret_part)
{
    while (path->n > 0 && path->data[0] == '/')
        *path = tb_bytes_of(path->data + 1, path->n - 1);
    if (path->n == 0)
        return false;
    const uint8_t *slash = memchr(path->data, '/', path->n);
    size_t n = slash ? (size_t)(slash - path->data) : path->n;
    *ret_part = tb_bytes_of(path->data, n);
    *path = tb_bytes_of(path->data + n, path->n - n);
    return true;
}

static bool has_control(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (text.data[i] < 0x20 || text.data[i] == 0x7f)
            return true;
    return false;
}

bool tb_path_normalise(struct tb_arena *arena, struct tb_bytes path, struct tb_bytes *ret_path)
{
    struct text text = {.n = 0};
    struct tb_bytes part;
    if (path.n == 0 || path.data[0] != '/' || has_control(path) || !tb_utf8_valid(path))
        return false;
    while (next_part(&path, &part)) {
        if (tb_bytes_are(part, ".."))
            return false;
        if (tb_bytes_are(part, "."))
            continue;
        put(&text, "/", 1);
        put(&text, part.data, part.n);
    }
    if (text.full)
        return false;
    *ret_path = finish(arena, &text);
    return true;
}

bool tb_path_within(struct tb_bytes path, struct tb_bytes folder)
{
    if (folder.n == 0 || path.n < folder.n || memcmp(path.data, folder.data, folder.n) != 0)
        return false;
    return path.n == folder.n || folder.n == 1 || path.data[folder.n] == '/';
}

/* The end of a class that begins at `at`, or 0. A bracket or `!` that comes first is no end. */
static size_t class_end(struct tb_bytes part, size_t at)
{
    size_t from = at + 1;
    from += from < part.n && part.data[from] == '!';
    for (size_t i = from + 1; i < part.n; i++)
        if (part.data[i] == ']')
            return i;
    return 0;
}

/* NULL, or what is wrong with one part of a pattern. */
static const char *check_part(struct tb_bytes part)
{
    if (tb_bytes_are(part, ".."))
        return "`..` is not allowed in a pattern: write the folder that is meant";
    if (tb_bytes_are(part, "**"))
        return NULL;
    for (size_t i = 0; i < part.n; i++) {
        if (part.data[i] == '*' && i + 1 < part.n && part.data[i + 1] == '*')
            return "`**` must stand alone between slashes";
        if (part.data[i] != '[')
            continue;
        i = class_end(part, i);
        if (i == 0)
            return "`[` without its `]`; a literal bracket is written `[[]`";
    }
    return NULL;
}

static void put_escaped(struct text *text, struct tb_bytes path)
{
    for (size_t i = 0; i < path.n; i++) {
        bool special = memchr("*?[", path.data[i], 3) != NULL;
        if (special)
            put(text, "[", 1);
        put(text, &path.data[i], 1);
        if (special)
            put(text, "]", 1);
    }
}

/* What a pattern begins with: a variable, a slash, or `**`, which is below every folder. */
static enum tb_pattern_result put_start(const struct tb_vars *vars, struct tb_bytes *rest,
                                        struct text *text, const char **ret_wrong)
{
    struct tb_bytes part;
    if (rest->n > 0 && rest->data[0] == '/')
        return TB_PATTERN_OK;
    struct tb_bytes whole = *rest;
    bool some = next_part(rest, &part);
    if (some && tb_bytes_are(part, "**")) {
        *rest = whole;
        return TB_PATTERN_OK;
    }
    if (!some || part.data[0] != '$') {
        *ret_wrong = "a path pattern begins with `/` or a variable: write `$RESOURCE/...` for a "
                     "path in the app folder";
        return TB_PATTERN_WRONG;
    }
    enum tb_variable variable = tb_variable_of(tb_bytes_of(part.data + 1, part.n - 1));
    if (variable == TB_N_VARS) {
        *ret_wrong = "no such variable; there are RESOURCE, HOME, APPCONFIG, APPDATA, "
                     "APPLOCALDATA, APPCACHE, APPLOG, TEMP, CONFIG, DATA, LOCALDATA, CACHE, "
                     "DESKTOP, DOCUMENT, DOWNLOAD, PICTURE, AUDIO, VIDEO, PUBLIC, TEMPLATE, FONT, "
                     "EXE, RUNTIME";
        return TB_PATTERN_WRONG;
    }
    struct tb_bytes path = vars->paths[variable];
    if (path.n > 1)
        put_escaped(text, path);
    return path.n > 0 ? TB_PATTERN_OK : TB_PATTERN_UNSET;
}

static const char *put_parts(struct tb_bytes rest, struct text *text)
{
    struct tb_bytes part;
    while (next_part(&rest, &part)) {
        const char *wrong = check_part(part);
        if (wrong)
            return wrong;
        if (tb_bytes_are(part, "."))
            continue;
        put(text, "/", 1);
        put(text, part.data, part.n);
    }
    return text->full ? "a path pattern longer than 4096 bytes" : NULL;
}

enum tb_pattern_result tb_pattern_expand(struct tb_arena *arena, const struct tb_vars *vars,
                                         struct tb_bytes pattern, struct tb_bytes *ret_pattern,
                                         const char **ret_wrong)
{
    struct text text = {.n = 0};
    *ret_wrong = NULL;
    if (has_control(pattern)) {
        *ret_wrong = "a control character in a path pattern";
        return TB_PATTERN_WRONG;
    }
    enum tb_pattern_result start = put_start(vars, &pattern, &text, ret_wrong);
    if (start == TB_PATTERN_WRONG)
        return start;
    *ret_wrong = put_parts(pattern, &text);
    if (*ret_wrong)
        return TB_PATTERN_WRONG;
    if (start == TB_PATTERN_OK)
        *ret_pattern = finish(arena, &text);
    return start;
}

/* Appends what a part without wildcards stands for; false, and nothing appended, if it has some. */
static bool put_literal(struct text *text, struct tb_bytes part)
{
    size_t n = text->n;
    put(text, "/", 1);
    for (size_t i = 0; i < part.n; i++) {
        uint8_t c = part.data[i];
        /* `[!]x]` is a class: not `]`, not `x`. */
        bool escape =
            c == '[' && i + 2 < part.n && part.data[i + 1] != '!' && part.data[i + 2] == ']';
        if (!escape && memchr("*?[", c, 3)) {
            text->n = n;
            return false;
        }
        put(text, &part.data[escape ? i + 1 : i], 1);
        i += escape ? 2 : 0;
    }
    return true;
}

bool tb_pattern_root(struct tb_arena *arena, struct tb_bytes pattern, struct tb_root *ret_root)
{
    struct text text = {.n = 0};
    struct tb_bytes part;
    bool more;
    if (pattern.n == 0 || pattern.data[0] != '/' || memchr(pattern.data, 0, pattern.n))
        return false;
    while ((more = next_part(&pattern, &part)) && put_literal(&text, part))
        continue;
    if (text.full)
        return false;
    bool deep = more && tb_bytes_are(part, "**");
    *ret_root = (struct tb_root){
        .path = finish(arena, &text),
        .whole = !more,
        .subtree = !more || (deep && (pattern.n == 0 || tb_bytes_are(pattern, "/*"))),
    };
    return true;
}
