#include "plugins/audit/wake.h"

#include "base/fd.h"
#include "sandbox/watch.h"

#include <unistd.h>

enum { LOOK_MS = 200, ROOM = 4096 };

void audit_wake_init(struct audit_wake *wake, struct tb_session *session, int log,
                     void (*look)(void *data), void *data)
{
    *wake = (struct audit_wake){
        .session = session, .log = log, .group = -1, .look = look, .data = data};
}

void audit_wake_deinit(struct audit_wake *wake)
{
    audit_wake_stop(wake);
}

/* What the group tells is that the log was written; it is one file, and where it was is not said.
 */
static void on_change(void *data, int events)
{
    struct audit_wake *wake = data;
    uint8_t ignored[ROOM];
    (void)events;
    while (read(wake->group, ignored, sizeof ignored) > 0)
        continue;
    wake->look(wake->data);
}

static void on_time(void *data)
{
    struct audit_wake *wake = data;
    if (!wake->watch)
        tb_timer_set(wake->timer, LOOK_MS);
    wake->look(wake->data);
}

static void watch_log(struct audit_wake *wake)
{
    wake->group = fanotify_init(TB_WATCH_GROUP, 0);
    if (wake->group < 0)
        return;
    if (fanotify_mark(wake->group, FAN_MARK_ADD, FAN_MODIFY, wake->log, NULL) == 0)
        wake->watch = tb_watch_new(wake->session, wake->group, TB_READABLE, on_change, wake);
    if (!wake->watch)
        tb_fd_close(&wake->group);
}

bool audit_wake_start(struct audit_wake *wake)
{
    if (wake->timer)
        return true;
    wake->timer = tb_timer_new(wake->session, on_time, wake);
    if (!wake->timer)
        return false;
    watch_log(wake);
    if (!wake->watch)
        tb_timer_set(wake->timer, LOOK_MS);
    return true;
}

void audit_wake_stop(struct audit_wake *wake)
{
    tb_watch_free(wake->watch);
    tb_timer_free(wake->timer);
    wake->watch = NULL;
    wake->timer = NULL;
    tb_fd_close(&wake->group);
}

void audit_wake_again(struct audit_wake *wake)
{
    if (wake->timer)
        tb_timer_set(wake->timer, 0);
}
