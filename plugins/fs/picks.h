/*
 * What the person has picked for the page: roots besides those of the scopes, for every command
 * that the view has. A folder is the root of what is below it. A file is one name in the folder
 * where the launcher has its places for picks; the page knows it by the path that was picked.
 */
#pragma once

#include "plugins/fs/root.h"
#include "plugins/sdk/trollbridge-plugin.h"

enum { FS_PICKS_MAX = 64 };

struct fs_pick {
    struct fs_root root; /* its path is the page's name for it */
    bool recursive;      /* else of a folder what lies in it directly */
};

struct fs_picks {
    struct fs_pick items[FS_PICKS_MAX];
    uint32_t n;
};

/* Opens it where it is for this plugin. TB_OK, TB_TOO_LARGE or -errno. */
tb_must_check int fs_picks_add(struct fs_picks *picks, const struct tb_pick *pick);
void fs_picks_deinit(struct fs_picks *picks);

/* The deepest one that the path is at or below, as far as it reaches; NULL: none. */
const struct fs_root *fs_picks_find(const struct fs_picks *picks, const struct fs_path *path);
/* Whether the path is that of a pick, or of a folder above one. */
bool fs_picks_hold(const struct fs_picks *picks, struct tb_bytes path);
/* Whether one of them is this folder, whatever its name is at the moment. */
bool fs_picks_have(const struct fs_picks *picks, struct fs_identity identity);
