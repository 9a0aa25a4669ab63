#include "plugins/fs/scope.h"

#include "base/result.h"

#include <errno.h>
#include <stdlib.h>

/* An entry is a pattern, or {path: pattern}. */
static bool entry_pattern(const struct tb_value *entry, struct tb_bytes *ret_pattern)
{
    if (tb_value_type(entry) == TB_VALUE_MAP)
        entry = tb_value_get(entry, "path");
    return tb_value_str(entry, ret_pattern);
}

/* TB_OK, a positive result if the entry is not a pattern, or -errno. */
static int entry_glob(const struct tb_value *entry, struct tb_glob **ret_glob)
{
    struct tb_bytes pattern;
    return entry_pattern(entry, &pattern) ? tb_glob_compile(pattern, ret_glob) : TB_MALFORMED;
}

static struct tb_bytes parent_of(struct tb_bytes path)
{
    size_t n = path.n;
    while (n > 1 && path.data[n - 1] != '/')
        n--;
    return tb_bytes_of(path.data, n > 1 ? n - 1 : 1);
}

/* A pattern that names one thing is resolved from the folder around it. */
static int add_allowed(struct fs_space *space, struct fs_scope *scope, struct tb_glob *glob)
{
    bool whole;
    bool below;
    struct tb_bytes root = tb_glob_root(glob, &whole, &below);
    struct fs_allowed *allowed = &scope->allowed[scope->n_allowed++];
    allowed->glob = glob;
    return fs_roots_add(&space->roots, whole ? parent_of(root) : root, &allowed->root);
}

static int compile_allowed(struct fs_space *space, struct fs_scope *scope,
                           const struct tb_value *entries)
{
    scope->allowed = calloc(tb_value_n(entries) + 1, sizeof *scope->allowed);
    if (!scope->allowed)
        return -ENOMEM;
    for (uint32_t i = 0; i < tb_value_n(entries); i++) {
        struct tb_glob *glob;
        int r = entry_glob(tb_value_at(entries, i), &glob);
        if (r > 0)
            continue; /* what is no pattern allows nothing */
        if (r == TB_OK)
            r = add_allowed(space, scope, glob);
        if (r != TB_OK)
            return r;
    }
    return TB_OK;
}

static int add_denied(struct fs_space *space, struct fs_scope *scope, struct tb_glob *glob)
{
    bool whole;
    bool below;
    struct tb_bytes root = tb_glob_root(glob, &whole, &below);
    scope->denied_globs[scope->n_denied_globs++] = glob;
    if (!whole && !below)
        return TB_OK;
    return fs_denied_add(&space->denied, root, below, &scope->denied[scope->n_denied++]);
}

static int compile_denied(struct fs_space *space, struct fs_scope *scope,
                          const struct tb_value *entries)
{
    scope->denied_globs = calloc(tb_value_n(entries) + 1, sizeof(struct tb_glob *));
    scope->denied = calloc(tb_value_n(entries) + 1, sizeof *scope->denied);
    if (!scope->denied_globs || !scope->denied)
        return -ENOMEM;
    for (uint32_t i = 0; i < tb_value_n(entries) && !scope->broken; i++) {
        struct tb_glob *glob;
        int r = entry_glob(tb_value_at(entries, i), &glob);
        scope->broken = r > 0;
        if (r == TB_OK)
            r = add_denied(space, scope, glob);
        if (r != TB_OK && !scope->broken)
            return r;
    }
    return TB_OK;
}

static int compile(struct fs_space *space, const struct tb_plugin_scope *from,
                   struct fs_scope *scope)
{
    const struct tb_value *allow = from->allow;
    const struct tb_value *deny = from->deny;
    if (tb_value_n(allow) > FS_PATTERNS_MAX || tb_value_n(deny) > FS_PATTERNS_MAX)
        return TB_TOO_LARGE;
    int r = compile_allowed(space, scope, allow);
    return r != TB_OK ? r : compile_denied(space, scope, deny);
}

static void free_space(struct fs_space **space)
{
    fs_space_free(*space);
}

int fs_space_new(const struct tb_plugin_scope *scopes, uint32_t n_scopes,
                 const struct fs_anchors *anchors, struct fs_space **ret_space)
{
    tb_cleanup(free_space) struct fs_space *space = calloc(1, sizeof *space);
    if (!space)
        return -ENOMEM;
    space->denied.top = -1;
    space->roots.anchors = *anchors;
    space->scopes = calloc(n_scopes + 1, sizeof *space->scopes);
    if (!space->scopes)
        return -ENOMEM;
    for (; space->n_scopes < n_scopes; space->n_scopes++) {
        int r = compile(space, &scopes[space->n_scopes], &space->scopes[space->n_scopes]);
        if (r != TB_OK)
            return r;
    }
    int r = fs_denied_start(&space->denied, &space->roots);
    if (r != TB_OK)
        return r;
    *ret_space = space;
    space = NULL;
    return TB_OK;
}

static void scope_deinit(struct fs_scope *scope)
{
    for (uint32_t i = 0; i < scope->n_allowed; i++)
        tb_glob_free(scope->allowed[i].glob);
    for (uint32_t i = 0; i < scope->n_denied_globs; i++)
        tb_glob_free(scope->denied_globs[i]);
    free(scope->allowed);
    free(scope->denied_globs);
    free(scope->denied);
}

void fs_space_free(struct fs_space *space)
{
    if (!space)
        return;
    /* One more than n_scopes: it may have been left half done. */
    for (uint32_t i = 0; space->scopes && i <= space->n_scopes; i++)
        scope_deinit(&space->scopes[i]);
    free(space->scopes);
    fs_denied_deinit(&space->denied);
    fs_roots_deinit(&space->roots);
    fs_picks_deinit(&space->picks);
    free(space);
}

struct fs_denied *fs_scope_denied(struct fs_space *space, uint32_t index, uint32_t i)
{
    const struct fs_scope *scope = &space->scopes[index];
    struct fs_denied_list *list = &space->denied;
    if (i < scope->n_denied)
        return &list->items[scope->denied[i]];
    i -= scope->n_denied;
    return i < list->n_kept ? &list->items[list->kept[i]] : NULL;
}

static bool denied_by_name(const struct fs_scope *scope, struct tb_bytes path)
{
    for (uint32_t i = 0; i < scope->n_denied_globs; i++)
        if (tb_glob_covers(scope->denied_globs[i], path, TB_DOTS_ANY))
            return true;
    return scope->broken;
}

const struct fs_root *fs_scope_find(const struct fs_space *space, uint32_t index,
                                    const struct fs_path *path)
{
    if (index >= space->n_scopes)
        return NULL;
    const struct fs_scope *scope = &space->scopes[index];
    const struct fs_root *found = NULL;
    if (denied_by_name(scope, fs_path_bytes(path)) || fs_denied_keeps(&space->denied, path->text))
        return NULL;
    /* The deepest root that exists; a missing one is for saying that the file is not there. */
    for (uint32_t i = 0; i < scope->n_allowed; i++) {
        const struct fs_root *root = &space->roots.items[scope->allowed[i].root];
        if (!tb_glob_matches(scope->allowed[i].glob, fs_path_bytes(path), TB_DOTS_LITERAL))
            continue;
        if (!found || (root->fd >= 0 && (found->fd < 0 || root->n > found->n)))
            found = root;
    }
    const struct fs_root *pick = fs_picks_find(&space->picks, path);
    return pick && (!found || found->fd < 0) ? pick : found;
}
