/*
 * Everything below a folder, by descriptors: each folder is opened in the one that holds it, no
 * link is followed, and each thing is held against the scope by its name and by what it is. How
 * deep it goes and how much it sees is limited here, not by whoever made the folders.
 */
#pragma once

#include "plugins/fs/entry.h"

enum { FS_WALK_DEPTH = 64, FS_WALK_ENTRIES = 100000 };

struct fs_found {
    int folder; /* that it is in */
    const char *name;
    const struct fs_path *path;
    int fd;                    /* of a folder, opened to be listed; else -1 */
    const struct stat *status; /* of a folder: of that one */
    bool inside;               /* the scope */
};

enum fs_walk_next {
    FS_WALK_STOP = 0, /* *ret_failure says why */
    FS_WALK_ON,       /* a folder: into it */
    FS_WALK_PAST,     /* a folder: past it */
};

struct fs_walk {
    enum fs_walk_next (*visit)(void *context, const struct fs_found *found,
                               struct fs_failure *ret_failure);
    /* Each folder once more, after what is in it; NULL: not needed. False: stop. */
    bool (*leave)(void *context, const struct fs_found *found, struct fs_failure *ret_failure);
    void *context;
};

/* Walks below the target, a folder that is held as `folder`. False: *ret_failure says why it
 * stopped. */
tb_must_check bool fs_walk(const struct fs_walk *walk, const struct fs_target *target, int folder,
                           struct fs_failure *ret_failure);

/* A visit that stops at the first thing that is outside the scope, or where a scope begins; its
 * context is the space. */
enum fs_walk_next fs_walk_inside(void *context, const struct fs_found *found,
                                 struct fs_failure *ret_failure);
