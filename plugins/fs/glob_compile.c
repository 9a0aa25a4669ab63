#include "base/result.h"
#include "plugins/fs/glob_parts.h"

#include <errno.h>
#include <stdlib.h>

struct source {
    struct tb_glob *glob;
    struct tb_bytes text;
    size_t at;
    struct part *part; /* the component at hand */
};

static bool peek(const struct source *source, char c)
{
    return source->at < source->text.n && source->text.data[source->at] == (uint8_t)c;
}

static void add(struct source *source, enum tb_glob_kind kind, uint32_t first, uint32_t n)
{
    struct tb_glob *glob = source->glob;
    glob->tokens[glob->n_tokens++] = (struct token){kind, first, n};
    source->part->n++;
    source->part->literal = source->part->literal && kind == LITERAL;
}

/* `**` has to be a component of its own; `***` means nothing. */
static int compile_star(struct source *source)
{
    size_t n = 1;
    while (peek(source, '*')) {
        source->at++;
        n++;
    }
    if (n == 1) {
        add(source, STAR, 0, 0);
        return TB_OK;
    }
    if (n > 2 || source->part->n != 0 || (source->at < source->text.n && !peek(source, '/')))
        return TB_MALFORMED;
    source->part->recursive = true;
    source->part->literal = false;
    return TB_OK;
}

/* Behind `[`: a bracket that comes first, also behind the `!`, is one of the characters. */
static int compile_class(struct source *source)
{
    struct tb_glob *glob = source->glob;
    struct tb_bytes text = source->text;
    bool none_of = peek(source, '!');
    size_t at = source->at + none_of;
    uint32_t first = glob->n_ranges;
    bool begun = false;
    while (at < text.n && (!begun || text.data[at] != ']')) {
        struct range range;
        range.low = range.high = tb_glob_next(text, &at);
        /* `a-z`; a dash right before the closing bracket is a dash. */
        if (at + 1 < text.n && text.data[at] == '-' && text.data[at + 1] != ']') {
            at++;
            range.high = tb_glob_next(text, &at);
        }
        glob->ranges[glob->n_ranges++] = range;
        begun = true;
    }
    if (at >= text.n)
        return TB_MALFORMED;
    source->at = at + 1;
    /* `[*]` is how a star is written as itself. Not so `[.]`, which no leading dot matches. */
    struct range only = glob->ranges[first];
    if (!none_of && glob->n_ranges == first + 1 && only.low == only.high && only.low != '.' &&
        only.low != '/')
        add(source, LITERAL, only.low, 0);
    else
        add(source, none_of ? NONE_OF : ONE_OF, first, glob->n_ranges - first);
    return TB_OK;
}

/* A component ends: `.` and nothing mean the same folder, `..` is refused. */
static int end_part(struct source *source)
{
    struct tb_glob *glob = source->glob;
    struct part *part = source->part;
    bool dots = part->literal;
    for (uint32_t i = 0; i < part->n; i++)
        dots = dots && part->tokens[i].first == '.';
    if (dots && part->n == 2)
        return TB_MALFORMED;
    bool same_as_last = part->recursive && glob->n_parts > 0 && part[-1].recursive;
    if (!(dots && part->n < 2) && !same_as_last)
        glob->n_parts++;
    if (glob->n_parts >= TB_GLOB_PARTS_MAX)
        return TB_TOO_LARGE;
    source->part = &glob->parts[glob->n_parts];
    *source->part = (struct part){.tokens = glob->tokens + glob->n_tokens, .literal = true};
    return TB_OK;
}

static int compile_token(struct source *source)
{
    uint32_t character = tb_glob_next(source->text, &source->at);
    switch (character) {
    case '/':
        return end_part(source);
    case '*':
        return compile_star(source);
    case '[':
        return compile_class(source);
    case '?':
        add(source, ANY, 0, 0);
        return TB_OK;
    default:
        add(source, LITERAL, character, 0);
        return TB_OK;
    }
}

static int compile(struct tb_glob *glob, struct tb_bytes text)
{
    struct source source = {.glob = glob, .text = text, .part = glob->parts};
    glob->parts[0] = (struct part){.tokens = glob->tokens, .literal = true};
    while (source.at < text.n) {
        int r = compile_token(&source);
        if (r != TB_OK)
            return r;
    }
    return end_part(&source);
}

static size_t put_character(uint32_t c, char *out)
{
    if (c < 0x80) {
        out[0] = (char)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (char)(0x80 | (c & 0x3f));
    out[0] = (char)((0xf00u >> n & 0xf0u) | c);
    return n;
}

static void find_root(struct tb_glob *glob)
{
    size_t n = 0;
    uint32_t i = 0;
    for (; i < glob->n_parts && glob->parts[i].literal; i++) {
        glob->root[n++] = '/';
        for (uint32_t k = 0; k < glob->parts[i].n; k++)
            n += put_character(glob->parts[i].tokens[k].first, glob->root + n);
    }
    if (n == 0)
        glob->root[n++] = '/';
    glob->n_root = (uint32_t)n;
    glob->n_root_parts = i;
}

static void free_glob(struct tb_glob **glob)
{
    tb_glob_free(*glob);
}

void tb_glob_free(struct tb_glob *glob)
{
    if (!glob)
        return;
    free(glob->parts);
    free(glob->tokens);
    free(glob->ranges);
    free(glob->root);
    free(glob);
}

int tb_glob_compile(struct tb_bytes text, struct tb_glob **ret_glob)
{
    if (text.n > TB_GLOB_MAX)
        return TB_TOO_LARGE;
    if (text.n > 0 && memchr(text.data, 0, text.n))
        return TB_MALFORMED;
    /* A path never begins with anything but a slash, and of the wildcards only `**` matches one. */
    if (text.n == 0 || (text.data[0] != '/' && !(text.n > 1 && memcmp(text.data, "**", 2) == 0)))
        return TB_MALFORMED;
    tb_cleanup(free_glob) struct tb_glob *glob = calloc(1, sizeof *glob);
    if (!glob)
        return -ENOMEM;
    /* No component, token, range or character of the root comes from less than one byte. */
    size_t n_parts = text.n < TB_GLOB_PARTS_MAX ? text.n : TB_GLOB_PARTS_MAX;
    glob->parts = calloc(n_parts + 1, sizeof *glob->parts);
    glob->tokens = calloc(text.n, sizeof *glob->tokens);
    glob->ranges = calloc(text.n, sizeof *glob->ranges);
    glob->root = malloc(text.n + 1);
    if (!glob->parts || !glob->tokens || !glob->ranges || !glob->root)
        return -ENOMEM;
    int r = compile(glob, text);
    if (r != TB_OK)
        return r;
    find_root(glob);
    *ret_glob = glob;
    glob = NULL;
    return TB_OK;
}
