#include "plugins/fs/glob.h"

#include "base/result.h"

#include <errno.h>
#include <stdlib.h>

enum token_kind { LITERAL, ANY, STAR, ONE_OF, NONE_OF };

struct token {
    enum token_kind kind;
    uint32_t first; /* LITERAL: the character; ONE_OF, NONE_OF: index of the first range */
    uint32_t n;     /* ranges */
};

struct range {
    uint32_t low;
    uint32_t high;
};

struct part {
    const struct token *tokens;
    uint32_t n;
    bool recursive; /* ** */
    bool literal;
};

struct tb_glob {
    struct part *parts;
    uint32_t n_parts;
    struct token *tokens;
    uint32_t n_tokens;
    struct range *ranges;
    uint32_t n_ranges;
    char *root;
    uint32_t n_root;
    uint32_t n_root_parts;
};

/* Of valid UTF-8, the character at *at. */
static uint32_t next_character(struct tb_bytes text, size_t *at)
{
    uint8_t lead = text.data[(*at)++];
    if (lead < 0x80)
        return lead;
    unsigned more = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
    uint32_t character = lead & (0x3fu >> more);
    while (more-- > 0 && *at < text.n)
        character = character << 6 | (text.data[(*at)++] & 0x3fu);
    return character;
}

/* ---- compiling ---- */

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

static void add(struct source *source, enum token_kind kind, uint32_t first, uint32_t n)
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
        range.low = range.high = next_character(text, &at);
        /* `a-z`; a dash right before the closing bracket is a dash. */
        if (at + 1 < text.n && text.data[at] == '-' && text.data[at + 1] != ']') {
            at++;
            range.high = next_character(text, &at);
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
    uint32_t character = next_character(source->text, &source->at);
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

struct tb_bytes tb_glob_root(const struct tb_glob *glob, bool *ret_whole, bool *ret_below)
{
    *ret_whole = glob->n_root_parts == glob->n_parts;
    *ret_below =
        glob->n_root_parts + 1 == glob->n_parts && glob->parts[glob->n_root_parts].recursive;
    return tb_bytes_of(glob->root, glob->n_root);
}

/* ---- matching ---- */

static bool in_ranges(const struct range *ranges, uint32_t n, uint32_t character)
{
    for (uint32_t i = 0; i < n; i++)
        if (ranges[i].low <= character && character <= ranges[i].high)
            return true;
    return false;
}

static bool matches_one(const struct tb_glob *glob, const struct token *token, uint32_t character)
{
    switch (token->kind) {
    case LITERAL:
        return token->first == character;
    case ANY:
        return true;
    case ONE_OF:
        return in_ranges(glob->ranges + token->first, token->n, character);
    case NONE_OF:
        return !in_ranges(glob->ranges + token->first, token->n, character);
    case STAR:
        break;
    }
    return false;
}

/*
 * One component. Only the last star ever has to take more: what an earlier one could reach by
 * taking more, the last can too. So there is one place to go back to, and no recursion.
 */
static bool matches_part(const struct tb_glob *glob, const struct part *part, struct tb_bytes name,
                         enum tb_dots dots)
{
    bool guarded = dots == TB_DOTS_LITERAL && name.n > 0 && name.data[0] == '.';
    size_t at = 0;
    size_t star_at = 0;
    uint32_t i = 0;
    uint32_t star = UINT32_MAX;
    while (at < name.n) {
        size_t next = at;
        uint32_t character = next_character(name, &next);
        bool wild_allowed = at > 0 || !guarded;
        const struct token *token = i < part->n ? &part->tokens[i] : NULL;
        if (token && token->kind == STAR) {
            star = i++;
            star_at = at;
        } else if (token && (token->kind == LITERAL || wild_allowed) &&
                   matches_one(glob, token, character)) {
            at = next;
            i++;
        } else if (star != UINT32_MAX && (star_at > 0 || !guarded)) {
            next_character(name, &star_at);
            at = star_at;
            i = star + 1;
        } else {
            return false;
        }
    }
    while (i < part->n && part->tokens[i].kind == STAR)
        i++;
    return i == part->n;
}

struct names {
    struct tb_bytes part[TB_GLOB_PARTS_MAX];
    size_t n;
};

static bool split(struct tb_bytes path, struct names *ret_names)
{
    ret_names->n = 0;
    for (size_t at = 0; at < path.n;) {
        const uint8_t *slash = memchr(path.data + at, '/', path.n - at);
        size_t end = slash ? (size_t)(slash - path.data) : path.n;
        if (end > at && ret_names->n == TB_GLOB_PARTS_MAX)
            return false;
        if (end > at)
            ret_names->part[ret_names->n++] = tb_bytes_of(path.data + at, end - at);
        at = end + 1;
    }
    return true;
}

/* reach[k]: whether the parts so far match the first k names. */
struct reach {
    bool at[TB_GLOB_PARTS_MAX + 1];
};

/* `**`: any number of names more; at the end of a pattern at least one, since there it stands for
 * what is below a folder and not for the folder. */
static void step_recursive(const struct names *names, enum tb_dots dots, bool is_last,
                           struct reach *reach)
{
    bool below = false;
    for (size_t k = 0; k <= names->n; k++) {
        bool here = reach->at[k];
        reach->at[k] = below || (here && !is_last);
        below = (here || below) && k < names->n &&
                (dots == TB_DOTS_ANY || names->part[k].data[0] != '.');
    }
}

static bool step_part(const struct tb_glob *glob, const struct part *part,
                      const struct names *names, enum tb_dots dots, struct reach *reach)
{
    bool any = false;
    for (size_t k = names->n; k > 0; k--) {
        reach->at[k] = reach->at[k - 1] && matches_part(glob, part, names->part[k - 1], dots);
        any = any || reach->at[k];
    }
    reach->at[0] = false;
    return any;
}

/* Which numbers of leading names the whole pattern matches. False: none. */
static bool match(const struct tb_glob *glob, const struct names *names, enum tb_dots dots,
                  struct reach *ret_reach)
{
    *ret_reach = (struct reach){.at[0] = true};
    for (uint32_t i = 0; i < glob->n_parts; i++) {
        const struct part *part = &glob->parts[i];
        if (part->recursive)
            step_recursive(names, dots, i + 1 == glob->n_parts, ret_reach);
        else if (!step_part(glob, part, names, dots, ret_reach))
            return false;
    }
    return true;
}

bool tb_glob_matches(const struct tb_glob *glob, struct tb_bytes path, enum tb_dots dots)
{
    struct names names;
    struct reach reach;
    return split(path, &names) && match(glob, &names, dots, &reach) && reach.at[names.n];
}

bool tb_glob_covers(const struct tb_glob *glob, struct tb_bytes path, enum tb_dots dots)
{
    struct names names;
    struct reach reach;
    if (!split(path, &names) || !match(glob, &names, dots, &reach))
        return false;
    for (size_t k = 0; k <= names.n; k++)
        if (reach.at[k])
            return true;
    return false;
}
