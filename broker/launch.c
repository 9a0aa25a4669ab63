/* Plugins come and go: started on their first call, answered for when they die, stopped with their
 * session. */
#include "broker/waiting.h"

#include "base/fd.h"

/* Bytes that may wait for a plugin which does not read: the session's request bytes, the parts that
 * stream.c lets wait, and more than all CREDITs and CANCELs of its calls can be. */
enum { OUT_MAX = TB_SESSION_BYTES + TB_PARTS_WAITING + 16 * 1024 * 1024 };
/* The next call starts a new instance: trying again needs no wait, but the field says that it may
 * be done. */
enum { RETRY_MS = 1 };

static void record_plugin(struct tb_broker *broker, const struct tb_plugin *plugin,
                          enum tb_event event, enum tb_code code, const char *reason)
{
    const struct tb_session *session = plugin->session;
    struct tb_record record = {
        .event = event,
        .verdict = code == TB_CODE_NONE ? TB_ALLOW : TB_DENY,
        .code = code,
        .plugin = plugin->name,
        .reason = tb_bytes_of_string(reason),
    };
    (void)tb_flush_record(broker, session, &record);
}

int tb_launch(struct tb_broker *broker, struct tb_plugin *plugin)
{
    struct tb_session *session = plugin->session;
    plugin->token = ++broker->last_token;
    plugin->hosted = plugin->granted->host;
    plugin->back_off.started_ns = broker->now_ns;
    tb_link_init(&plugin->link, &broker->loop, TB_SIDE_BROKER_PLUGIN, OUT_MAX);
    const struct tb_inner start = {
        .type = plugin->hosted ? TB_INNER_HOST : TB_INNER_START,
        .token = plugin->token,
        .slot = session->slot,
        .index = (uint32_t)(plugin->granted - session->grant->plugins),
    };
    plugin->ids = tb_plugin_draw_ids(session->plugins, session->n_plugins, &broker->random);
    int r = tb_plugin_write_init(plugin, session->grant, &broker->random, session->commands,
                                 session->n_commands);
    if (r == TB_OK)
        r = tb_graft_begin(plugin);
    if (r != TB_OK)
        record_plugin(broker, plugin, TB_EVENT_PLUGIN, TB_CODE_PLUGIN_UNAVAILABLE,
                      "its commands and their scopes do not fit the 1 MiB of its first message");
    if (r != TB_OK || tb_supervise_send(broker, &start) != TB_OK) {
        tb_graft_end(broker, plugin);
        tb_link_deinit(&plugin->link);
        return TB_FULL;
    }
    plugin->state = TB_PLUGIN_STARTING;
    return TB_OK;
}

static void part_with(struct tb_broker *broker, struct tb_plugin *plugin)
{
    plugin->state = TB_PLUGIN_IDLE;
    plugin->token = 0;
    plugin->ids = 0;
    tb_graft_end(broker, plugin);
    if (plugin->link.paused)
        tb_flush_unpause(broker, &plugin->link);
    tb_flush_unmark(broker, &plugin->link);
    tb_raw_part_with(plugin);
    tb_plugin_drop_bulk(plugin);
    tb_link_deinit(&plugin->link);
    plugin->link.source.armed = 0;
}

void tb_launch_stop(struct tb_broker *broker, struct tb_plugin *plugin)
{
    if (plugin->state == TB_PLUGIN_IDLE)
        return;
    const struct tb_inner stop = {.type = TB_INNER_STOP, .token = plugin->token};
    part_with(broker, plugin);
    /* A supervisor that does not keep up loses this one, but the plugin sees its link end and
     * exits. */
    if (!plugin->hosted)
        (void)tb_supervise_send(broker, &stop);
}

static void answer_calls(struct tb_broker *broker, struct tb_session *session, uint32_t plugin,
                         enum tb_code code, const char *message, uint32_t retry_ms)
{
    for (uint32_t i = 0; i < TB_SESSION_CALLS; i++) {
        struct tb_live_call *call = &session->calls.slots[i];
        if (call->waiting && call->waiting->order == &session->plugins[plugin].order &&
            session->state == TB_SESSION_OPEN)
            tb_dispatch_refuse_call(session, call, code, message, retry_ms);
        if (!call->used || !call->at_plugin || call->plugin != plugin)
            continue;
        call->at_plugin = false;
        if (call->answered || session->state != TB_SESSION_OPEN)
            tb_session_free_call(session, call);
        else
            tb_answer_error(broker, session, call, code, message, retry_ms);
    }
}

static void unavailable(struct tb_broker *broker, struct tb_plugin *plugin, const char *cause)
{
    const char *message = plugin->hosted
                              ? "the host takes no link for its commands: it has to poll "
                                "trollbridge_fd and call trollbridge_dispatch"
                              : "the plugin could not be started";
    record_plugin(broker, plugin, TB_EVENT_PLUGIN, TB_CODE_PLUGIN_UNAVAILABLE, cause);
    tb_launch_stop(broker, plugin);
    tb_back_off_died(&plugin->back_off, broker->now_ns);
    answer_calls(broker, plugin->session, plugin->index, TB_CODE_PLUGIN_UNAVAILABLE, message,
                 tb_back_off_wait_ms(&plugin->back_off, broker->now_ns) + RETRY_MS);
}

void tb_launch_started(struct tb_broker *broker, struct tb_plugin *plugin, int32_t status, int fd)
{
    if (status != 0 || fd < 0 || (!plugin->bulk && !plugin->hosted)) {
        tb_fd_close(&fd);
        unavailable(broker, plugin, "it could not be started");
        return;
    }
    plugin->state = TB_PLUGIN_RUNNING;
    plugin->heard_ns = broker->now_ns;
    if (tb_link_attach(&plugin->link, fd, tb_plugin_frames_ready, plugin) < 0) {
        tb_launch_ended(broker, plugin, "its link cannot be polled");
        return;
    }
    record_plugin(broker, plugin, TB_EVENT_PLUGIN, TB_CODE_NONE,
                  plugin->hosted ? "handed to the host" : "started");
    tb_flush_mark(broker, &plugin->link);
}

/* `cause`: what the plugin did wrong; NULL: it just ended. */
void tb_launch_ended(struct tb_broker *broker, struct tb_plugin *plugin, const char *cause)
{
    if (plugin->state == TB_PLUGIN_IDLE)
        return;
    record_plugin(broker, plugin, cause ? TB_EVENT_VIOLATION : TB_EVENT_PLUGIN,
                  cause ? TB_CODE_VIOLATION : TB_CODE_PLUGIN_CRASHED, cause ? cause : "ended");
    tb_launch_stop(broker, plugin);
    tb_back_off_died(&plugin->back_off, broker->now_ns);
    answer_calls(broker, plugin->session, plugin->index, TB_CODE_PLUGIN_CRASHED,
                 "the plugin died during the call", 0);
}

void tb_launch_replace(struct tb_broker *broker, struct tb_plugin *plugin)
{
    plugin->stale = false;
    if (plugin->state == TB_PLUGIN_IDLE)
        return;
    const struct tb_inner stop = {.type = TB_INNER_STOP, .token = plugin->token};
    record_plugin(broker, plugin, TB_EVENT_PLUGIN, TB_CODE_NONE, "stopped by a reload");
    part_with(broker, plugin);
    /* It may be hostile, and then the end of its link is nothing to it. */
    if (!plugin->hosted)
        tb_supervise_insist(broker, &stop);
    answer_calls(broker, plugin->session, plugin->index, TB_CODE_CANCELLED,
                 "a reload changed what the plugin may do, and stopped it", RETRY_MS);
}
