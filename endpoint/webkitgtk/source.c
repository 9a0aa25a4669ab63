#include "endpoint/webkitgtk/source.h"

#include "base/clock.h"

#include <sys/socket.h>

/* That of WebKitGTK's own sources for timers and messages: a page that calls without end would keep
 * itself from being drawn if ours came first. */
enum { PRIORITY = G_PRIORITY_HIGH_IDLE };

/*
 * Most replies come within this time. To sleep and be woken for one costs a third of the whole call
 * (68 us instead of 100 with a CPU to spare), so the thread looks for it that long. Where replies
 * take longer, or this thread keeps the CPU from who is to answer, it does so more and more rarely.
 */
enum { LOOK_NS = 60000, MISSES_MOST = 6 };

struct link_source {
    GSource base;
    struct tb_web_link *link;
    int fd;
    gpointer tag;
    bool wants_out;
    bool expects;      /* something was sent since the last look */
    unsigned n_misses; /* looks in a row that saw nothing come, MISSES_MOST at most */
    unsigned n_skip;   /* times not to look */
};

/* No memory and no descriptor is left behind: the link destroys its source before either goes. */
static gboolean on_ready(GSource *base, GSourceFunc callback, gpointer data)
{
    struct link_source *source = (struct link_source *)base;
    (void)callback, (void)data;
    g_source_set_ready_time(base, -1);
    tb_web_link_read(source->link);
    return G_SOURCE_CONTINUE;
}

static bool comes(int fd)
{
    uint64_t until_ns = tb_clock_ns() + LOOK_NS;
    char byte;
    do {
        if (recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0)
            return true;
    } while (tb_clock_ns() < until_ns);
    return false;
}

/* Before the thread sleeps, unless something more urgent is there to be done. */
static gboolean on_prepare(GSource *base, gint *ret_timeout)
{
    struct link_source *source = (struct link_source *)base;
    bool skips = !source->expects || source->n_skip > 0;
    source->n_skip -= source->expects && source->n_skip > 0;
    source->expects = false;
    *ret_timeout = -1;
    if (skips)
        return FALSE;
    bool came = comes(source->fd);
    source->n_misses = came ? 0 : MIN(source->n_misses + 1, MISSES_MOST);
    source->n_skip = came ? 0 : 1U << source->n_misses;
    return came;
}

static GSourceFuncs funcs = {.prepare = on_prepare, .dispatch = on_ready};

GSource *tb_web_source_new(struct tb_web_link *link, int fd)
{
    GSource *base = g_source_new(&funcs, sizeof(struct link_source));
    struct link_source *source = (struct link_source *)base;
    source->link = link;
    source->fd = fd;
    source->tag = g_source_add_unix_fd(base, fd, G_IO_IN);
    g_source_set_static_name(base, "trollbridge link");
    g_source_set_priority(base, PRIORITY);
    g_source_attach(base, NULL);
    return base;
}

void tb_web_source_expect(GSource *base)
{
    ((struct link_source *)base)->expects = true;
}

void tb_web_source_want_out(GSource *base, bool want)
{
    struct link_source *source = (struct link_source *)base;
    if (source->wants_out == want)
        return;
    source->wants_out = want;
    g_source_modify_unix_fd(base, source->tag, want ? G_IO_IN | G_IO_OUT : G_IO_IN);
}

void tb_web_source_wake(GSource *base, gint64 in_us)
{
    gint64 at = g_get_monotonic_time() + in_us;
    gint64 planned = g_source_get_ready_time(base);
    if (planned < 0 || at < planned)
        g_source_set_ready_time(base, at);
}
