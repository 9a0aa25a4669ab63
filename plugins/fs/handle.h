/*
 * What a page keeps open, by numbers that it is given: Tauri's resource ids. A number is random, so
 * that it cannot be guessed, and begins with what the broker gave this instance, so that no other
 * instance ever hands out the same: one that is unknown here is unknown, whoever's it was.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { FS_HANDLES_MAX = 256 };

struct fs_handle_kind {
    void (*close)(void *object);
};

struct fs_handle {
    uint64_t rid; /* 0: free */
    const struct fs_handle_kind *kind;
    void *object; /* owned, by way of kind->close */
};

struct fs_handles {
    uint64_t ids; /* upper bits of all of them */
    struct fs_handle items[FS_HANDLES_MAX];
};

/* Consumes the object, also on failure. TB_OK, TB_FULL or -errno. */
tb_must_check int fs_handles_add(struct fs_handles *handles, const struct fs_handle_kind *kind,
                                 void *object, uint64_t *ret_rid);
/* The object, or NULL: there is none of this kind and number. */
void *fs_handles_find(const struct fs_handles *handles, const struct fs_handle_kind *kind,
                      uint64_t rid);
/* Whether there was such a number. */
bool fs_handles_close(struct fs_handles *handles, uint64_t rid);
void fs_handles_deinit(struct fs_handles *handles);
