/* What a plugin may ask fanotify for: docs/decisions/016-watch.md. */
#pragma once

#include <fcntl.h>
#include <sys/fanotify.h>

/* The one kind of group: identities instead of descriptors, as a process without privileges. */
#define TB_WATCH_GROUP                                                                             \
    (FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID | FAN_REPORT_DFID_NAME)
/* Nothing that tells of being opened or read. */
#define TB_WATCH_CHANGES                                                                           \
    (UINT64_C(0) | FAN_CREATE | FAN_DELETE | FAN_MOVED_FROM | FAN_MOVED_TO | FAN_MODIFY |          \
     FAN_CLOSE_WRITE | FAN_ATTRIB | FAN_DELETE_SELF | FAN_MOVE_SELF | FAN_ONDIR |                  \
     FAN_EVENT_ON_CHILD)
/* Of a descriptor: no flags but to add, no path, and not the working folder in place of one. */
#define TB_WATCH_MARK                                                                              \
    INT(1, FAN_MARK_ADD), MASKED(2, ~TB_WATCH_CHANGES, 0), MASKED(3, UINT64_C(1) << 31, 0),        \
        MASKED(4, UINT64_MAX, 0)
/* AT_HANDLE_FID, since Linux 6.5: a handle that opens nothing, which more file systems have. */
#define TB_WATCH_IDENTITY UINT64_C(0x200)
