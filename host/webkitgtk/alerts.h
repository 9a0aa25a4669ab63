/*
 * What the host is told. It hears of it from the main loop and never inside a signal of
 * WebKitGTK's: a host that closes the window of a view that has crashed would take the view away
 * from under it.
 */
#pragma once

#include <glib.h>

struct tb_alerts {
    void (*tell)(void *data, const char *view, const char *event, const char *message);
    void *data;
    GQueue waiting;
    guint source; /* 0: nothing waits */
};

/* tell may be NULL. */
void tb_alerts_init(struct tb_alerts *alerts,
                    void (*tell)(void *data, const char *view, const char *event,
                                 const char *message),
                    void *data);
void tb_alerts_deinit(struct tb_alerts *alerts); /* what waits is not told */
void tb_alerts_add(struct tb_alerts *alerts, const char *view, const char *event,
                   const char *message);
