#include "plugins/sdk/watches.h"

#include "base/clock.h"
#include "plugins/sdk/session.h"

#include <errno.h>
#include <stdlib.h>

struct tb_watch {
    struct tb_watch *next;
    struct tb_watches *watches;
    int fd;
    int events;
    size_t at; /* in fds; 0: it came after they were made */
    void (*ready)(void *data, int events);
    void *data;
    bool dead; /* its memory goes when nobody is inside it */
};

struct tb_timer {
    struct tb_timer *next;
    uint64_t due_ns;
    void (*due)(void *data);
    void *data;
    bool dead;
};

struct tb_watch *tb_watch_new(struct tb_session *session, int fd, int events,
                              void (*ready)(void *data, int events), void *data)
{
    struct tb_watches *watches = session->watches;
    struct tb_watch *watch = calloc(1, sizeof *watch);
    if (!watch)
        return NULL;
    *watch = (struct tb_watch){.next = watches->watches,
                               .watches = watches,
                               .fd = fd,
                               .events = events,
                               .ready = ready,
                               .data = data};
    watches->watches = watch;
    watches->n++;
    return watch;
}

void tb_watch_for(struct tb_watch *watch, int events)
{
    watch->events = events;
}

void tb_watch_free(struct tb_watch *watch)
{
    if (watch)
        watch->dead = true;
}

struct tb_timer *tb_timer_new(struct tb_session *session, void (*due)(void *data), void *data)
{
    struct tb_timer *timer = calloc(1, sizeof *timer);
    if (!timer)
        return NULL;
    *timer = (struct tb_timer){
        .next = session->watches->timers, .due_ns = TB_NEVER, .due = due, .data = data};
    session->watches->timers = timer;
    return timer;
}

void tb_timer_set(struct tb_timer *timer, uint64_t ms)
{
    uint64_t span_ns = ms > TB_NEVER / TB_MS_NS ? TB_NEVER : ms * TB_MS_NS;
    timer->due_ns = tb_clock_after(tb_clock_ns(), span_ns);
}

void tb_timer_stop(struct tb_timer *timer)
{
    timer->due_ns = TB_NEVER;
}

void tb_timer_free(struct tb_timer *timer)
{
    if (timer)
        timer->dead = true;
}

static void reap_watches(struct tb_watches *watches, bool all)
{
    for (struct tb_watch **at = &watches->watches; *at;) {
        struct tb_watch *watch = *at;
        if (!watch->dead && !all) {
            at = &watch->next;
            continue;
        }
        *at = watch->next;
        watches->n--;
        free(watch);
    }
}

static void reap_timers(struct tb_watches *watches, bool all)
{
    for (struct tb_timer **at = &watches->timers; *at;) {
        struct tb_timer *timer = *at;
        if (!timer->dead && !all) {
            at = &timer->next;
            continue;
        }
        *at = timer->next;
        free(timer);
    }
}

void tb_watches_deinit(struct tb_watches *watches)
{
    reap_watches(watches, true);
    reap_timers(watches, true);
    free(watches->fds);
    *watches = (struct tb_watches){0};
}

static int make_fds(struct tb_watches *watches)
{
    if (watches->n + 1 > watches->cap) {
        size_t cap = 2 * (watches->n + 1);
        struct pollfd *fds = calloc(cap, sizeof *fds);
        if (!fds)
            return -ENOMEM;
        free(watches->fds);
        watches->fds = fds;
        watches->cap = cap;
    }
    size_t at = 1;
    for (struct tb_watch *watch = watches->watches; watch; watch = watch->next, at++) {
        int events = (watch->events & TB_READABLE ? POLLIN : 0) |
                     (watch->events & TB_WRITABLE ? POLLOUT : 0);
        watch->at = at;
        /* A negative one is passed over: else an end that nobody asks for would wake for ever. */
        watches->fds[at] = (struct pollfd){.fd = events ? watch->fd : -1, .events = (short)events};
    }
    return 0;
}

/* In milliseconds, rounded up: never too early. */
static int time_left(const struct tb_watches *watches)
{
    uint64_t due_ns = TB_NEVER;
    for (const struct tb_timer *timer = watches->timers; timer; timer = timer->next)
        if (timer->due_ns < due_ns)
            due_ns = timer->due_ns;
    if (due_ns == TB_NEVER)
        return -1;
    uint64_t now_ns = tb_clock_ns();
    uint64_t ms = due_ns <= now_ns ? 0 : (due_ns - now_ns + TB_MS_NS - 1) / TB_MS_NS;
    return ms < INT_MAX ? (int)ms : INT_MAX;
}

static void tell_watches(struct tb_watches *watches)
{
    for (struct tb_watch *watch = watches->watches; watch; watch = watch->next) {
        short found = watch->at == 0 ? 0 : watches->fds[watch->at].revents;
        bool ended = (found & (POLLHUP | POLLERR | POLLNVAL)) != 0;
        int events = (found & POLLIN || ended ? TB_READABLE : 0) |
                     (found & POLLOUT || ended ? TB_WRITABLE : 0);
        events &= watch->events;
        if (events != 0 && !watch->dead)
            watch->ready(watch->data, events);
    }
}

static void tell_timers(struct tb_watches *watches)
{
    if (!watches->timers)
        return;
    uint64_t now_ns = tb_clock_ns();
    for (struct tb_timer *timer = watches->timers; timer; timer = timer->next) {
        if (timer->dead || timer->due_ns > now_ns)
            continue;
        timer->due_ns = TB_NEVER;
        timer->due(timer->data);
    }
}

int tb_watches_wait(struct tb_watches *watches, int link, short link_events, bool busy,
                    short *ret_link)
{
    reap_watches(watches, false);
    reap_timers(watches, false);
    int r = make_fds(watches);
    if (r < 0)
        return r;
    watches->fds[0] = (struct pollfd){.fd = link, .events = link_events};
    int n = poll(watches->fds, watches->n + 1, busy ? 0 : time_left(watches));
    if (n < 0 && errno != EINTR)
        return -errno;
    *ret_link = n < 0 ? 0 : watches->fds[0].revents;
    if (n > 0)
        tell_watches(watches);
    tell_timers(watches);
    return 0;
}
