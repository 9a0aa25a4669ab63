/*
 * When there may be something new in the log: the kernel tells, by fanotify on the open file, as of
 * what `fs` watches (docs/decisions/016-watch.md). Where it cannot be had, a timer looks. Neither
 * is there while nobody follows.
 */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

struct audit_wake {
    struct tb_session *session;
    int log; /* borrowed */
    int group;
    struct tb_watch *watch;
    struct tb_timer *timer;
    void (*look)(void *data);
    void *data;
};

/* Nothing is waited for yet. `look` is called when it is time to. */
void audit_wake_init(struct audit_wake *wake, struct tb_session *session, int log,
                     void (*look)(void *data), void *data);
void audit_wake_deinit(struct audit_wake *wake);

/* False: no memory. */
TB_CHECKED bool audit_wake_start(struct audit_wake *wake);
void audit_wake_stop(struct audit_wake *wake);

/* After a look: there was more than one look tells. */
void audit_wake_again(struct audit_wake *wake);
