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

static ssize_t send_packet(struct tb_broker *broker, struct tb_bytes packet, int flags)
{
    ssize_t sent;
    do {
        sent = tb_fd_send(broker->supervisor.fd, packet, -1, flags);
    } while (sent == -EINTR);
    return sent;
}

int tb_supervise_send(struct tb_broker *broker, const struct tb_inner *message)
{
    uint8_t memory[TB_INNER_MAX];
    struct tb_bytes packet = tb_bytes_of(memory, tb_inner_write(message, memory));
    return send_packet(broker, packet, MSG_DONTWAIT) == (ssize_t)packet.n ? TB_OK : TB_FULL;
}

void tb_supervise_insist(struct tb_broker *broker, const struct tb_inner *message)
{
    uint8_t memory[TB_INNER_MAX];
    struct tb_bytes packet = tb_bytes_of(memory, tb_inner_write(message, memory));
    ssize_t sent;
    do {
        sent = send_packet(broker, packet, 0);
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

static void record_layers(struct tb_broker *broker, const struct tb_inner *message)
{
    struct tb_record record = {
        .event = TB_EVENT_LAYER,
        .verdict = TB_ALLOW,
        .plugin = message->view,
        .reason = message->webview,
    };
    (void)tb_flush_record(broker, NULL, &record);
}

static void on_message(struct tb_broker *broker, const struct tb_inner *message, int *fd)
{
    struct tb_plugin *plugin = plugin_of(broker, message->token);
    struct tb_session *session = resolving(broker, message);
    int own = *fd;
    switch (message->type) {
    case TB_INNER_START:
        if (!plugin || plugin->state != TB_PLUGIN_STARTING)
            return; /* its session went away meanwhile; STOP is under way */
        *fd = -1;
        tb_launch_started(broker, plugin, message->status, own);
        return;
    case TB_INNER_POOL:
        if (!plugin || plugin->state != TB_PLUGIN_STARTING || plugin->bulk || own < 0)
            return; /* without a pool START finds that the instance cannot be used */
        *fd = -1;
        plugin->bulk = tb_bulk_new(own, broker->through, plugin);
        return;
    case TB_INNER_STOP:
        if (plugin)
            tb_launch_ended(broker, plugin, NULL);
        return;
    case TB_INNER_RESOLVE:
        if (tb_reload_awaits(&broker->reload, message->token)) {
            *fd = -1;
            tb_reload_resolved(broker, message->status, own);
            return;
        }
        if (!session)
            return;
        *fd = -1;
        tb_broker_granted(broker, session, message->status, own);
        return;
    case TB_INNER_SCRIBE:
        if (own < 0)
            return; /* it could not be passed on; that scribe ends with its link, and a new one
                       comes */
        *fd = -1;
        tb_audit_attach(&broker->audit, own, broker->audit.source.ready, broker);
        return;
    case TB_INNER_LAYERS:
        record_layers(broker, message);
        return;
    case TB_INNER_RELOAD:
        if (broker->reload.state == TB_RELOAD_COMPILING && message->token == broker->reload.token)
            tb_reload_made(broker, message);
        return;
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
