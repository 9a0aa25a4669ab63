/* Reading what an inotify descriptor has to tell. */
#pragma once

#include "base/compiler.h"

#include <sys/inotify.h>

/* Tells of what has happened until now, but not for ever: what comes faster than it is told of is
 * left for the next time. The event is borrowed in the call. 0 or -errno. */
tb_must_check int
dev_inotify_read(int fd, void (*tell)(void *data, const struct inotify_event *event), void *data);
