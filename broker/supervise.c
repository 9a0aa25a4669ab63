/* The supervisor makes processes and grants; its answers carry the descriptors. It is ours, so that
 * a message out of the format is a bug and ends the program. */
#include "broker/broker.h"

#include "base/fd.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* What passes by itself. A peer can use memory up, and that must not end the broker. */
static bool is_passing(ssize_t n)
{
    return n == -EINTR || n == -ENOBUFS || n == -ENOMEM;
}

static ssize_t send_packet(struct tb_broker *broker, struct tb_bytes packet, int fd, int flags)
{
    ssize_t sent;
    do {
        sent = tb_fd_send(broker->supervisor.fd, packet, fd, flags);
    } while (sent == -EINTR);
    return sent;
}

int tb_supervise_hand_over(struct tb_broker *broker, const struct tb_inner *message, int fd)
{
    uint8_t memory[TB_INNER_MAX];
    struct tb_bytes packet = tb_bytes_of(memory, tb_inner_write(message, memory));
    return send_packet(broker, packet, fd, MSG_DONTWAIT) == (ssize_t)packet.n ? TB_OK : TB_FULL;
}

int tb_supervise_send(struct tb_broker *broker, const struct tb_inner *message)
{
    return tb_supervise_hand_over(broker, message, -1);
}

void tb_supervise_insist(struct tb_broker *broker, const struct tb_inner *message)
{
    uint8_t memory[TB_INNER_MAX];
    struct tb_bytes packet = tb_bytes_of(memory, tb_inner_write(message, memory));
    ssize_t sent;
    do {
        sent = send_packet(broker, packet, -1, 0);
    } while (is_passing(sent));
    if (sent != (ssize_t)packet.n)
        broker->ending = true; /* there is no supervisor any more */
}

static struct tb_plugin *plugin_of(struct tb_broker *broker, uint32_t token)
{
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        for (uint32_t p = 0; session && p < session->n_plugins; p++)
            if (session->plugins[p].token == token && token != 0)
                return &session->plugins[p];
    }
    return NULL;
}

static struct tb_session *resolving(struct tb_broker *broker, const struct tb_inner *message)
{
    struct tb_session *session = broker->views.slots[message->slot].session;
    return session && session->token == message->token && session->state == TB_SESSION_RESOLVING
               ? session
               : NULL;
}

static void on_layers(struct tb_broker *broker, const struct tb_inner *message)
{
    struct tb_plugin *plugin = plugin_of(broker, message->token);
    struct tb_record record = {
        .event = TB_EVENT_LAYER,
        .verdict = TB_ALLOW,
        .plugin = message->view,
        .reason = message->webview,
    };
    (void)tb_flush_record(broker, NULL, &record);
    if (plugin)
        tb_graft_confined(broker, plugin);
}

/* ---- answers; those that keep the descriptor take it ---- */

static int take(int *fd)
{
    int own = *fd;
    *fd = -1;
    return own;
}

static struct tb_hook *hook_of(struct tb_broker *broker, uint32_t token)
{
    for (size_t i = 0; i < TB_SLOTS && token != 0; i++)
        if (broker->views.slots[i].hook.token == token)
            return &broker->views.slots[i].hook;
    return NULL;
}

static void on_hook(struct tb_broker *broker, const struct tb_inner *message, int *fd)
{
    struct tb_hook *hook = hook_of(broker, message->token);
    if (hook && hook->state == TB_HOOK_STARTING)
        tb_hook_started(hook, message->status, take(fd));
}

static void on_start(struct tb_broker *broker, const struct tb_inner *message, int *fd)
{
    struct tb_plugin *plugin = plugin_of(broker, message->token);
    if (plugin && plugin->state == TB_PLUGIN_STARTING)
        tb_launch_started(broker, plugin, message->status, take(fd));
    /* Else its session went away meanwhile, and STOP is under way. */
}

static void on_pool(struct tb_broker *broker, const struct tb_inner *message, int *fd)
{
    struct tb_plugin *plugin = plugin_of(broker, message->token);
    if (plugin && plugin->state == TB_PLUGIN_STARTING && !plugin->bulk && *fd >= 0)
        plugin->bulk = tb_bulk_new(take(fd), broker->through, plugin);
    /* Without a pool START finds that the instance cannot be used. */
}

static void on_stop(struct tb_broker *broker, const struct tb_inner *message)
{
    struct tb_plugin *plugin = plugin_of(broker, message->token);
    struct tb_hook *hook = hook_of(broker, message->token);
    if (plugin)
        tb_launch_ended(broker, plugin, NULL);
    else if (hook)
        tb_hook_ended(hook, NULL);
}

static void on_resolve(struct tb_broker *broker, const struct tb_inner *message, int *fd)
{
    struct tb_session *session = resolving(broker, message);
    if (tb_reload_awaits(&broker->reload, message->token))
        tb_reload_resolved(broker, message->status, take(fd));
    else if (session)
        tb_broker_granted(broker, session, message->status, take(fd));
}

/* One that could not be passed on: that scribe ends with its link, and a new one comes. */
static void on_scribe(struct tb_broker *broker, int *fd)
{
    if (*fd >= 0)
        tb_audit_attach(&broker->audit, take(fd), broker->audit.source.ready, broker);
}

static void on_reload(struct tb_broker *broker, const struct tb_inner *message)
{
    if (broker->reload.state == TB_RELOAD_COMPILING && message->token == broker->reload.token)
        tb_reload_made(broker, message);
}

static void on_message(struct tb_broker *broker, const struct tb_inner *message, int *fd)
{
    switch (message->type) {
    case TB_INNER_START:
    case TB_INNER_HOST:
        on_start(broker, message, fd);
        return;
    case TB_INNER_POOL:
        on_pool(broker, message, fd);
        return;
    case TB_INNER_STOP:
        on_stop(broker, message);
        return;
    case TB_INNER_RESOLVE:
        on_resolve(broker, message, fd);
        return;
    case TB_INNER_SCRIBE:
        on_scribe(broker, fd);
        return;
    case TB_INNER_LAYERS:
        on_layers(broker, message);
        return;
    case TB_INNER_RELOAD:
        on_reload(broker, message);
        return;
    case TB_INNER_HOOK:
        on_hook(broker, message, fd);
        return;
    case TB_INNER_ANSWERS:
        tb_ask_remembers(broker, message->token, *fd);
        return;
    case TB_INNER_GRAFT:
        tb_graft_answered(broker, plugin_of(broker, message->token), message);
        return;
    case TB_INNER_REMEMBER:
    case TB_INNER_USED:
    case TB_INNER_DROP:
    case TB_INNER_COMMIT:
    case TB_INNER_ABORT:
        return;
    }
}

void tb_supervise_ready(struct tb_source *source, uint32_t events)
{
    struct tb_broker *broker = source->context;
    uint8_t packet[TB_INNER_MAX];
    struct tb_inner message;
    tb_fd fd = -1;
    (void)events;
    ssize_t n = tb_fd_receive(source->fd, packet, sizeof packet, &fd, MSG_DONTWAIT);
    if (n == -EAGAIN || is_passing(n))
        return;
    if (n <= 0 || tb_inner_read(tb_bytes_of(packet, (size_t)n), &message) != TB_OK) {
        broker->ending = true;
        return;
    }
    on_message(broker, &message, &fd);
}
