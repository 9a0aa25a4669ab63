#include "host/links.h"

#include "base/compiler.h"
#include "base/fd.h"
#include "base/result.h"
#include "plugins/sdk/turn.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/eventfd.h>
#include <unistd.h>

/* More than the views that can be open have plugins of this kind: what comes beyond is a broker
 * gone astray. */
enum { LINKS_MAX = 512 };

struct host_link {
    struct host_link *next;
    struct host_links *links; /* NULL: it has ended */
    struct tb_session_host host;
    struct tb_session session;
    struct tb_session_wants wants;
    int fd;
    uint32_t armed;
    bool due;
};

static const struct tb_plugin no_commands;

static struct tb_bytes without_core(struct tb_bytes name)
{
    static const char core[] = "core:";
    size_t n = sizeof core - 1;
    bool has = name.n > n && memcmp(name.data, core, n) == 0;
    return has ? tb_bytes_of(name.data + n, name.n - n) : name;
}

static const struct tb_plugin *find(void *context, struct tb_bytes name, void **ret_data)
{
    const struct host_link *link = context;
    for (size_t i = 0; i < link->links->n_plugins; i++) {
        const struct trollbridge_plugin *plugin = &link->links->plugins[i];
        if (!tb_bytes_are(without_core(name), plugin->name))
            continue;
        *ret_data = plugin->data;
        return plugin->plugin;
    }
    return &no_commands;
}

static void set_due(struct host_link *link)
{
    static const uint64_t one = 1;
    link->due = true;
    if (link->links->woken)
        return;
    link->links->woken = true;
    (void)!write(link->links->wake_fd, &one, sizeof one);
}

static void wake(void *context)
{
    set_due(context);
}

static void release(struct host_link *link)
{
    tb_session_deinit(&link->session);
    free(link);
}

static void on_released(void *context)
{
    struct host_link *link = context;
    if (!link->links)
        release(link);
}

/* Whoever holds a stream may go on calling its functions: then the rest goes with the last one. */
static void end(struct host_link *link)
{
    struct host_link **at = &link->links->first;
    while (*at != link)
        at = &(*at)->next;
    *at = link->next;
    link->links->n--;
    tb_session_end(&link->session);
    (void)epoll_ctl(link->links->epoll_fd, EPOLL_CTL_DEL, link->fd, NULL);
    tb_fd_close(&link->fd);
    link->links = NULL;
    if (link->session.streams.n_held == 0)
        release(link);
}

/* Tells epoll what the link waits for; what stays the same costs nothing. */
static int arm(struct host_link *link, int operation)
{
    uint32_t events = (link->wants.reads ? EPOLLIN : 0u) | (link->wants.writes ? EPOLLOUT : 0u);
    struct epoll_event event = {.events = events, .data.ptr = link};
    if (operation == EPOLL_CTL_MOD && link->armed == events)
        return 0;
    link->armed = events;
    return epoll_ctl(link->links->epoll_fd, operation, link->fd, &event) < 0 ? -errno : 0;
}

static void serve(struct host_link *link, bool readable)
{
    int r = TB_OK;
    link->due = false;
    if (readable && link->wants.reads)
        r = tb_session_receive(&link->session, link->fd, link->wants.need);
    if (r == TB_OK)
        r = tb_session_turn(&link->session, link->fd, &link->wants);
    if (r == TB_OK)
        r = arm(link, EPOLL_CTL_MOD);
    if (r != TB_OK)
        end(link);
    else if (link->wants.busy)
        set_due(link);
}

void host_links_ready(struct host_link *link, uint32_t events)
{
    serve(link, (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0);
}

/* Those that are due again meanwhile have their turn the next time, behind what came. */
void host_links_run_due(struct host_links *links)
{
    uint64_t count;
    if (!links->woken)
        return;
    (void)!read(links->wake_fd, &count, sizeof count);
    links->woken = false;
    for (struct host_link *link = links->first, *next; link; link = next) {
        next = link->next;
        if (link->due)
            serve(link, false);
    }
}

static struct host_link *link_new(struct host_links *links)
{
    struct host_link *link = calloc(1, sizeof *link);
    if (!link)
        return NULL;
    *link = (struct host_link){
        .links = links,
        .host = {.find = find,
                 .wake = wake,
                 .released = on_released,
                 .lacks = "the host does not serve this command: it has to be in the table of "
                          "plugins that it gives to trollbridge_spawn",
                 .context = link},
        .wants.reads = true,
        .fd = -1,
    };
    if (tb_session_init(&link->session, NULL) != 0) {
        release(link);
        return NULL;
    }
    link->session.host = &link->host;
    return link;
}

void host_links_add(struct host_links *links, int fd)
{
    tb_fd own = fd;
    struct host_link *link = links->n < LINKS_MAX ? link_new(links) : NULL;
    if (!link)
        return;
    link->fd = own;
    own = -1;
    link->next = links->first;
    links->first = link;
    links->n++;
    if (arm(link, EPOLL_CTL_ADD) < 0)
        end(link);
}

int host_links_init(struct host_links *links, int epoll_fd,
                    const struct trollbridge_plugin *plugins, size_t n_plugins)
{
    *links = (struct host_links){.plugins = plugins, .n_plugins = n_plugins, .epoll_fd = epoll_fd};
    links->wake_fd = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    return links->wake_fd < 0 ? -errno : 0;
}

void host_links_end(struct host_links *links)
{
    while (links->first)
        end(links->first);
}

void host_links_deinit(struct host_links *links)
{
    host_links_end(links);
    tb_fd_close(&links->wake_fd);
}
