#include "broker/loop.h"

#include "base/clock.h"

#include <errno.h>
#include <stddef.h>
#include <sys/epoll.h>

enum { BATCH = 32 };

int tb_loop_init(struct tb_loop *loop)
{
    loop->epoll = epoll_create1(EPOLL_CLOEXEC);
    loop->round = 0;
    return loop->epoll < 0 ? -errno : 0;
}

int tb_loop_arm(struct tb_loop *loop, struct tb_source *source, uint32_t events)
{
    if (events == source->armed)
        return 0;
    struct epoll_event event = {.events = events, .data.ptr = source};
    int how = source->armed == 0 ? EPOLL_CTL_ADD : events == 0 ? EPOLL_CTL_DEL : EPOLL_CTL_MOD;
    if (epoll_ctl(loop->epoll, how, source->fd, &event) < 0)
        return -errno;
    if (how == EPOLL_CTL_ADD)
        source->round = loop->round;
    source->armed = events;
    return 0;
}

void tb_loop_remove(struct tb_loop *loop, struct tb_source *source)
{
    if (source->armed != 0)
        (void)epoll_ctl(loop->epoll, EPOLL_CTL_DEL, source->fd, NULL);
    source->armed = 0;
}

static int timeout_ms(uint64_t until_ns)
{
    if (until_ns == TB_NEVER)
        return -1;
    uint64_t now = tb_clock_ns();
    if (until_ns <= now)
        return 0;
    /* Rounded up: waking before the time would find nothing to do. */
    uint64_t ms = (until_ns - now + TB_MS_NS - 1) / TB_MS_NS;
    return ms > 60000 ? 60000 : (int)ms;
}

int tb_loop_wait(struct tb_loop *loop, uint64_t until_ns, uint64_t *ret_now_ns)
{
    struct epoll_event events[BATCH];
    int n = epoll_wait(loop->epoll, events, BATCH, timeout_ms(until_ns));
    if (n < 0)
        return errno == EINTR ? 0 : -errno;
    *ret_now_ns = tb_clock_ns();
    loop->round++;
    for (int i = 0; i < n; i++) {
        struct tb_source *source = events[i].data.ptr;
        /* Sources are freed only after the round (broker.h), so that a removed one is still
         * readable. */
        if (source->armed != 0 && source->round != loop->round)
            source->ready(source, events[i].events);
    }
    return 0;
}
