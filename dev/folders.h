/*
 * The folders that are watched, each by its path from the app's folder. No link is followed on the
 * way to one.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct dev_folder {
    int watch;
    char *path; /* owned; "" is the app's folder itself */
};

struct dev_folders {
    int app;     /* the app's folder; owned */
    int inotify; /* owned */
    size_t n;
    size_t max;
    struct dev_folder *list; /* by their watches' numbers, rising */
};

/* 0 or -errno; -EMFILE: this user has as many inotify instances as the machine lets them have. */
tb_must_check int dev_folders_init(struct dev_folders *folders, const char *app, size_t max);
void dev_folders_deinit(struct dev_folders *folders);

/*
 * Watches a folder, if it is not watched yet, and opens it for reading. TB_OK; TB_UNKNOWN: there is
 * none; TB_DENIED: a link, or may not be read; TB_FULL: as many are watched as we take, or as the
 * machine has watches; or -errno.
 */
tb_must_check int dev_folders_add(struct dev_folders *folders, const char *path, int *ret_fd);

/* Watches that folder and all below it no more. */
void dev_folders_remove(struct dev_folders *folders, const char *path);
/* The kernel has done so itself. */
void dev_folders_forget(struct dev_folders *folders, int watch);

/* Borrows; NULL: not watched (any more). */
const char *dev_folders_path(const struct dev_folders *folders, int watch);
