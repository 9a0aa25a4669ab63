/*
 * What a plugin waits for beside its link: descriptors and moments. Their functions are called by
 * the loop of tb_plugin_main, one at a time, between commands. In them a watch or timer may be
 * freed, their own too.
 */
#pragma once

#include "plugins/sdk/plugin.h"

enum {
    TB_READABLE = 1,
    TB_WRITABLE = 2,
};

struct tb_watch;
struct tb_timer;

/* Watches a descriptor, which it borrows, for TB_READABLE, TB_WRITABLE or both; 0: for nothing at
 * the moment. `ready` is told which of them it is: the end of a file, and an error, are both.
 * Returns a new watch, or NULL: no memory. Free it before the descriptor is closed. */
tb_must_check struct tb_watch *tb_watch_new(struct tb_session *session, int fd, int events,
                                            void (*ready)(void *data, int events), void *data);
void tb_watch_for(struct tb_watch *watch, int events);
void tb_watch_free(struct tb_watch *watch); /* NULL is fine */

/* Returns a new timer that is not set, or NULL: no memory. */
tb_must_check struct tb_timer *tb_timer_new(struct tb_session *session, void (*due)(void *data),
                                            void *data);
/* Calls `due` once, so many milliseconds from now at the earliest; instead of what was set before.
 */
void tb_timer_set(struct tb_timer *timer, uint64_t ms);
void tb_timer_stop(struct tb_timer *timer);
void tb_timer_free(struct tb_timer *timer); /* NULL is fine */
