/*
 * Opening what a page names: the last name of an entry (plugins/fs/entry.h) is opened in its held
 * parent, again without links; and what was opened is compared with the denied things too, and has
 * to be of the right kind.
 */
#pragma once

#include "plugins/fs/entry.h"

enum fs_intent {
    FS_FILE, /* a regular file's content; nothing is truncated yet */
    FS_LIST, /* a folder's entries */
    FS_LOOK, /* anything's metadata: an O_PATH descriptor; a link is refused */
    FS_SELF, /* as FS_LOOK; of a link its own */
};

struct fs_how {
    enum fs_intent intent;
    int flags;     /* FS_FILE: O_RDONLY, O_WRONLY or O_RDWR; O_APPEND, O_CREAT, O_EXCL */
    unsigned mode; /* with O_CREAT */
};

/* True: *ret_fd is a new descriptor, *ret_status its fstat. False: *ret_failure says why. */
tb_must_check bool fs_open(const struct fs_target *target, const struct fs_how *how,
                           struct fs_failure *ret_failure, struct stat *ret_status, int *ret_fd);

/* The same of an entry that was found for the target. */
tb_must_check bool fs_open_entry(const struct fs_target *target, const struct fs_entry *entry,
                                 const struct fs_how *how, struct fs_failure *ret_failure,
                                 struct stat *ret_status, int *ret_fd);
