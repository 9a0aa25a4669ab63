/* The watches and timers of a session, from inside. */
#pragma once

#include "base/compiler.h"
#include "plugins/sdk/trollbridge-plugin.h"

#include <poll.h>

struct tb_watches {
    struct tb_watch *watches;
    struct tb_timer *timers;
    size_t n;           /* of watches */
    struct pollfd *fds; /* the link's, then one for each watch */
    size_t cap;         /* of fds */
};

static inline bool tb_watches_any(const struct tb_watches *watches)
{
    return watches->watches || watches->timers;
}

void tb_watches_deinit(struct tb_watches *watches);

/*
 * Waits until the link is ready for `link_events` (of poll), a watch is ready or a timer is due; if
 * `busy` only looks. Tells watches and timers. 0, with what the link is ready for, or -errno.
 */
tb_must_check int tb_watches_wait(struct tb_watches *watches, int link, short link_events,
                                  bool busy, short *ret_link);
