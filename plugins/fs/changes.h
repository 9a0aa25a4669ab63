/*
 * Changes that a page has not been told of yet, one for each path, as the bits of what has happened
 * to it: however much happens, they take no more room than paths do.
 */
#pragma once

#include "plugins/fs/scope.h"

enum { FS_CHANGES_MAX = 1024 };

enum fs_change_bits {
    FS_CHANGE_CREATED = 1 << 0,
    FS_CHANGE_CAME = 1 << 1, /* under this name from another */
    FS_CHANGE_WRITTEN = 1 << 2,
    FS_CHANGE_META = 1 << 3,   /* mode, times, owner */
    FS_CHANGE_CLOSED = 1 << 4, /* by somebody who could write */
    FS_CHANGE_LEFT = 1 << 5,
    FS_CHANGE_REMOVED = 1 << 6,
    FS_CHANGE_FOLDER = 1 << 7,
};

struct fs_change {
    char *path;
    uint32_t hash;
    uint32_t bits;
};

struct fs_changes {
    struct fs_change items[FS_CHANGES_MAX];
    uint32_t n;
    bool lost; /* there were more, or the kernel had more */
};

void fs_changes_add(struct fs_changes *changes, const struct fs_path *path, uint32_t bits);
/* What is left out where changes were collected for a while: a new file has also been written. */
void fs_changes_condense(struct fs_changes *changes);
void fs_changes_clear(struct fs_changes *changes);

/* Takes the next thing to tell out of it. `is_there` is asked whether something is under the path
 * now, where it matters for the order. *ret_bits: one of the bits, with FOLDER; *ret_path NULL: it
 * is of all that is watched: something was lost. False: there is nothing. The path is valid until
 * the changes are changed. */
struct fs_telling {
    const char *path;
    uint32_t bit;
    bool folder;
};
bool fs_changes_next(struct fs_changes *changes, bool (*is_there)(void *data, const char *path),
                     void *data, struct fs_telling *ret_telling);
/* It has been told. */
void fs_changes_told(struct fs_changes *changes, const struct fs_telling *telling);

/* Packs it as plugin-fs' WatchEvent. `paths`, n of them, are what something lost is told of. */
void fs_telling_pack(const struct fs_telling *telling, const char *const *paths, size_t n,
                     struct tb_packer *packer);
