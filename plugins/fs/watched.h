/* What one watch looks at: the folders and files that it has marked, by what they are. */
#pragma once

#include "plugins/fs/entry.h"
#include "plugins/fs/notify.h"

enum { FS_WATCHED_MAX = 4096, FS_WATCHED_TOPS_MAX = 16 };

struct fs_watched {
    struct fs_notify_key key;
    char *path;
    char *only; /* the one name in it that counts; NULL: all */
    bool below; /* folders in it are watched too */
    bool away;  /* elsewhere now: what comes and goes in it is not told */
};

/* A folder that was asked for. Nothing tells when one above it is moved, and it with that. Known by
 * its identity, since one that is held open is not told to be removed either. */
struct fs_watched_top {
    struct fs_identity identity;
    struct fs_path *path;
    bool away;
};

struct fs_watched_list {
    int group;
    struct fs_watched *items;
    uint32_t n;
    struct fs_watched_top tops[FS_WATCHED_TOPS_MAX];
    uint32_t n_tops;
};

/* Each returns false with *ret_failure. */

/* The target itself and, of a folder, its entries; `below`: with all folders in it. A file is also
 * watched by its name, so that it goes on when another takes its place. */
tb_must_check bool fs_watched_add(struct fs_watched_list *list, const struct fs_target *target,
                                  bool below, struct fs_failure *ret_failure);
/* A folder that has come below one that is watched. `found` is told of what is in it already. */
tb_must_check bool fs_watched_go_on(struct fs_watched_list *list, const struct fs_target *target,
                                    void (*found)(void *data, const struct fs_path *path,
                                                  bool folder),
                                    void *data, struct fs_failure *ret_failure);
/* A folder is not under that name any more: what is in it is not watched either. */
void fs_watched_leave(struct fs_watched_list *list, const char *path);
/* Finds out what is not where it was: the kernel's marks go wherever their folders go. To be called
 * between reading what the kernel has to tell and believing it. */
void fs_watched_look(struct fs_watched_list *list, struct fs_space *space, uint32_t scope);
void fs_watched_deinit(struct fs_watched_list *list);
