/*
 * The scopes of a view's commands, compiled once from INIT. A path is in a scope if an allowed
 * pattern matches it and no denied pattern matches it or a folder above it. Denied wins; nothing is
 * allowed unless a pattern says so. In a denied pattern wildcards match leading dots too: a rule
 * that takes away must not be escaped by naming a file `.x`.
 */
#pragma once

#include "plugins/fs/denied.h"
#include "plugins/fs/picks.h"
#include "plugins/sdk/trollbridge-plugin.h"

enum { FS_PATTERNS_MAX = 1024 };

struct fs_allowed {
    struct tb_glob *glob;
    uint32_t root;
};

struct fs_scope {
    struct fs_allowed *allowed;
    uint32_t n_allowed;
    struct tb_glob **denied_globs;
    uint32_t n_denied_globs;
    uint32_t *denied; /* indexes of the names among them */
    uint32_t n_denied;
    bool broken; /* a denied entry cannot be understood: then everything is denied */
};

struct fs_space {
    struct fs_roots roots;
    struct fs_picks picks; /* what all scopes have besides, unless they deny it */
    struct fs_denied_list denied;
    struct fs_scope *scopes;
    uint32_t n_scopes;
};

/* Compiles all scopes and opens what they begin with. TB_OK, TB_TOO_LARGE or -errno. Returns a new
 * space, which borrows the anchors. */
tb_must_check int fs_space_new(const struct tb_plugin_scope *scopes, uint32_t n_scopes,
                               const struct fs_anchors *anchors, struct fs_space **ret_space);
void fs_space_free(struct fs_space *space);

/* Names that are denied to it, its own and those that no scope gives: one after another, NULL at
 * the end. */
struct fs_denied *fs_scope_denied(struct fs_space *space, uint32_t scope, uint32_t i);

/* By name alone: the root to resolve it from, or NULL if it is outside. */
const struct fs_root *fs_scope_find(const struct fs_space *space, uint32_t scope,
                                    const struct fs_path *path);
