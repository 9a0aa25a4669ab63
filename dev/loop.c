#include "dev/loop.h"

#include "base/fd.h"

#include <errno.h>

enum { ROUND = 64 }; /* of one turn: the connections have theirs too */

int dev_loop_init(struct dev_loop *loop)
{
    loop->fd = epoll_create1(EPOLL_CLOEXEC);
    return loop->fd < 0 ? -errno : 0;
}

void dev_loop_deinit(struct dev_loop *loop)
{
    tb_fd_close(&loop->fd);
}

int dev_loop_add(struct dev_loop *loop, struct dev_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (epoll_ctl(loop->fd, EPOLL_CTL_ADD, watch->fd, &event) < 0)
        return -errno;
    watch->events = events;
    return 0;
}

void dev_loop_change(struct dev_loop *loop, struct dev_watch *watch, uint32_t events)
{
    struct epoll_event event = {.events = events, .data.ptr = watch};
    if (watch->fd < 0 || watch->events == events)
        return;
    tb_assert(epoll_ctl(loop->fd, EPOLL_CTL_MOD, watch->fd, &event) == 0);
    watch->events = events;
}

void dev_loop_remove(struct dev_loop *loop, struct dev_watch *watch)
{
    if (watch->fd < 0)
        return;
    (void)epoll_ctl(loop->fd, EPOLL_CTL_DEL, watch->fd, NULL);
    watch->fd = -1;
}

/* One at a time: what one of them removes is not told any more. */
void dev_loop_run(struct dev_loop *loop)
{
    struct epoll_event event;
    for (int i = 0; i < ROUND && epoll_wait(loop->fd, &event, 1, 0) == 1; i++) {
        const struct dev_watch *watch = event.data.ptr;
        watch->ready(watch->data, event.events);
    }
}
