#include "endpoint/webkitgtk/source.h"

/* That of WebKitGTK's own sources for timers and messages: a page that calls without end would keep
 * itself from being drawn if ours came first. */
enum { PRIORITY = G_PRIORITY_HIGH_IDLE };

struct link_source {
    GSource base;
    struct tb_web_link *link;
    gpointer tag;
    bool wants_out;
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

static GSourceFuncs funcs = {.dispatch = on_ready};

GSource *tb_web_source_new(struct tb_web_link *link, int fd)
{
    GSource *base = g_source_new(&funcs, sizeof(struct link_source));
    struct link_source *source = (struct link_source *)base;
    source->link = link;
    source->tag = g_source_add_unix_fd(base, fd, G_IO_IN);
    g_source_set_static_name(base, "trollbridge link");
    g_source_set_priority(base, PRIORITY);
    g_source_attach(base, NULL);
    return base;
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
