/* The descriptors that a plugin and a hook have alike: the link to the broker, the pipe of their
 * layer report, and the one of what they say. */
#pragma once

#include "proto/inner.h"
#include "supervisor/child.h"

struct links {
    int broker; /* the link's end that the broker gets */
    int report; /* what the supervisor reads */
    int log;
    int own_link; /* the process's own ends */
    int own_report;
    int own_log;
};

#define LINKS_NONE ((struct links){-1, -1, -1, -1, -1, -1})

/* 0 or -errno; deinit follows in any case. */
tb_must_check int links_open(struct links *links);
void links_deinit(struct links *links);

/* The process of that request has been started with its own ends: the entry gets what the
 * supervisor reads. Returns the broker's end, which the caller owns. */
tb_must_check int links_hand_over(struct links *links, const struct tb_inner *request,
                                  struct child *child);
