/* What a file or folder is, whatever its name is at the moment. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#include <stdint.h>
#include <sys/stat.h>

struct fs_identity {
    dev_t device;
    ino_t inode;
};

static inline struct fs_identity fs_identity_of(const struct stat *status)
{
    return (struct fs_identity){status->st_dev, status->st_ino};
}

static inline bool fs_identity_equal(struct fs_identity a, struct fs_identity b)
{
    return a.device == b.device && a.inode == b.inode;
}

/* openat2, which glibc does not wrap. `resolve`: RESOLVE_ bits. A new close-on-exec descriptor or
 * -errno. */
tb_must_check int fs_openat2(int folder, const char *path, int flags, unsigned mode,
                             uint64_t resolve);

/* Beneath the folder, without any symbolic link: how everything that a page names is resolved. */
extern const uint64_t fs_resolve_strict;
