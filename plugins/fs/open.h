/*
 * Opening what a page names, so that it stays right while somebody else renames folders and plants
 * links under it (docs/decisions has what was measured):
 *
 *   1. the scope is asked about the path as a text;
 *   2. the parent is resolved from the held root: nothing outside it, no symbolic link anywhere;
 *   3. from that parent, `..` by `..` up to the root, each folder is compared with the denied ones;
 *   4. the last name is opened in that same parent, again without links;
 *   5. what was opened is compared with the denied things too, and has to be of the right kind.
 *
 * After step 2 no path is used again, only descriptors.
 */
#pragma once

#include "plugins/fs/scope.h"

enum fs_intent {
    FS_READ,  /* a regular file's content */
    FS_WRITE, /* the same; nothing is truncated yet */
    FS_LIST,  /* a folder's entries */
    FS_LOOK,  /* anything's metadata: an O_PATH descriptor */
};

struct fs_failure {
    enum tb_code code;
    int number; /* errno, 0: none */
    const char *message;
};

struct fs_request {
    struct fs_space *space;
    uint32_t scope;
    const struct fs_path *path;
    enum fs_intent intent;
    int flags;     /* FS_WRITE: O_APPEND, O_CREAT, O_EXCL */
    unsigned mode; /* with O_CREAT */
};

/* True: *ret_fd is a new descriptor, *ret_status its fstat. False: *ret_failure says why. */
tb_must_check bool fs_open(const struct fs_request *request, struct fs_failure *ret_failure,
                           struct stat *ret_status, int *ret_fd);

/* What a page is told of -errno. */
struct fs_failure fs_failure_of(int error);
