#include "plugins/fs/glob_parts.h"

struct tb_bytes tb_glob_root(const struct tb_glob *glob, bool *ret_whole, bool *ret_below)
{
    *ret_whole = glob->n_root_parts == glob->n_parts;
    *ret_below =
        glob->n_root_parts + 1 == glob->n_parts && glob->parts[glob->n_root_parts].recursive;
    return tb_bytes_of(glob->root, glob->n_root);
}

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
        uint32_t character = tb_glob_next(name, &next);
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
            tb_glob_next(name, &star_at);
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
