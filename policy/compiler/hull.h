/*
 * What the kernel holds a plugin to: from the path scopes of a view's commands to folders.
 *
 * `read` and `write` hold, for the commands that need files to read or to write, the longest
 * literal folder of each allowed pattern. `mask` are subtrees that every one of these commands is
 * denied: what one of them may still use cannot be covered. `make` are the folders below the app's
 * own ones ($APPDATA and so on) that have to be there first: roots of patterns with a wildcard; for
 * a single file the folder that it lies in. What the programs need that a launcher may start is in
 * it too: they are held to no more than that, each to its own part of it.
 */
#pragma once

#include "policy/compiler/resolve.h"

struct tb_path_list {
    struct tb_bytes *items; /* sorted, each once; of `mask` none below another */
    size_t n;
};

struct tb_hull {
    struct tb_path_list read;
    struct tb_path_list write;
    struct tb_path_list make;
    struct tb_path_list mask;
    struct tb_path_list exec; /* programs, and folders of such */
    bool network;
    bool jit;
    uint64_t memory_mib; /* as much as the largest of its programs may have */
};

/* For the plugin of that index in the snapshot. TB_OK or TB_MALFORMED: not a pattern. */
tb_must_check int tb_hull_of(struct tb_arena *arena, const struct tb_snapshot *snapshot,
                             const struct tb_resolved *resolved, uint32_t plugin,
                             struct tb_hull *ret_hull);

void tb_path_list_pack(struct tb_packer *packer, const char *key, const struct tb_path_list *list);
