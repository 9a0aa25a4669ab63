/* The entries of a folder, one after the other. getdents64 rather than readdir, which allocates. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum { FS_ENTRIES_ROOM = 32 * 1024 };

struct fs_entry_head { /* linux_dirent64 */
    uint64_t inode;
    int64_t offset;
    uint16_t size;
    uint8_t type; /* DT_ */
    char name[];
};

struct fs_entries {
    int folder; /* borrowed */
    uint32_t at;
    uint32_t n;
    _Alignas(struct fs_entry_head) char room[FS_ENTRIES_ROOM];
};

void fs_entries_begin(struct fs_entries *entries, int folder);

/* 0 or -errno. *ret_entry is valid until the next call; NULL: there are no more. `.` and `..` are
 * left out. */
tb_must_check int fs_entries_next(struct fs_entries *entries,
                                  const struct fs_entry_head **ret_entry);
