/*
 * What the kernel tells of changes, by descriptors: a folder or file that was opened for reading is
 * marked, and what happens to it, or to an entry of it, comes with the identity of what was marked.
 * No path is ever given to the kernel; what cannot be opened cannot be watched
 * (docs/decisions/016-watch.md).
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

#include <sys/fanotify.h>

enum { FS_NOTIFY_KEY_MAX = 8 + 4 + 128 };

/* What was marked, as the kernel names it: file system and handle. */
struct fs_notify_key {
    uint8_t n;
    uint8_t bytes[FS_NOTIFY_KEY_MAX];
};

static inline bool fs_notify_key_equal(const struct fs_notify_key *a, const struct fs_notify_key *b)
{
    return a->n == b->n && memcmp(a->bytes, b->bytes, a->n) == 0;
}

struct fs_notify_event {
    uint64_t mask;                /* FAN_ */
    struct fs_notify_key folder;  /* n is 0: not known */
    const char *untrusted_name;   /* in the folder; "." for itself */
    struct fs_notify_key subject; /* of a file; n is 0: not known */
};

enum {
    FS_NOTIFY_ENTRIES = FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_MODIFY |
                        FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_ONDIR | FAN_EVENT_ON_CHILD,
    FS_NOTIFY_SELF = FAN_DELETE_SELF | FAN_MOVE_SELF,
    FS_NOTIFY_FILE = FAN_MODIFY | FAN_CLOSE_WRITE | FAN_ATTRIB | FS_NOTIFY_SELF,
};

/* A new group, which never blocks, or -errno. */
tb_must_check int fs_notify_open(void);
/* Marks what `fd` has open for reading. 0 or -errno. */
tb_must_check int fs_notify_mark(int group, int fd, uint64_t mask, struct fs_notify_key *ret_key);
/* Tells of what has happened, a few of them at a time. `event` is valid in the call; NULL: some
 * were lost. 0 or -errno. */
tb_must_check int fs_notify_read(int group,
                                 void (*tell)(void *data, const struct fs_notify_event *event),
                                 void *data);
