/* The path of a plugin's frame: a call's answer, or a part of its streams. A plugin that breaks the
 * protocol is ended. */
#include "broker/hook_calls.h"

#include <sys/epoll.h>

/* An event costs the plugin nothing and everybody else the broker's time. After so many within a
 * span the plugin's frames wait in the kernel until it is over: a plugin that floods stands still
 * then. */
enum { EVENTS_AT_ONCE = 16, EVENTS_SPAN_NS = 1000000 };

/* What has gone out as chunks leaves little for the REPLY to say. */
static const char *misfit(const struct tb_stream *stream, const struct tb_plugin_reply *answer)
{
    const struct tb_reply *reply = &answer->reply;
    if (reply->type == TB_REPLY_ERROR)
        return NULL;
    if (stream->has_value &&
        (reply->type != TB_REPLY_VALUE || reply->value->type != MSGPACK_OBJECT_NIL))
        return "a second result of a call";
    if (stream->has_parts && reply->type != TB_REPLY_BYTES)
        return "a reply without bytes to a call whose result began with some";
    return NULL;
}

static uint64_t size_of(const struct tb_frame *frame, const struct tb_plugin_reply *untrusted_reply)
{
    const struct tb_raw *raw = &untrusted_reply->raw;
    return frame->body.n + (raw->pooled ? raw->bytes.n : 0);
}

static const char out_of_pool[] = "a reply with bytes outside of its part of the pool";

static const char *on_hooked_reply(struct tb_session *session, struct tb_plugin *plugin,
                                   struct tb_live_call *call, uint64_t size,
                                   struct tb_plugin_reply *untrusted_reply)
{
    if (!tb_raw_copy_from_plugin(plugin, &untrusted_reply->raw, &untrusted_reply->reply.raw))
        return out_of_pool;
    call->at_plugin = false;
    if (tb_charge_reply(session->broker, session, call, size))
        tb_hook_reply(session, call, &untrusted_reply->reply);
    return NULL;
}

struct tb_live_call *tb_plugin_frames_call(struct tb_plugin *plugin, uint64_t untrusted_number)
{
    struct tb_live_call *call = tb_calls_find(&plugin->session->calls, untrusted_number);
    return call && call->at_plugin && call->plugin == plugin->index ? call : NULL;
}

/* Kept until the call is recorded, which may be after a hook has been asked. Without memory the
 * record goes without it. */
static void keep_note(struct tb_live_call *call, struct tb_bytes note)
{
    tb_buffer_init(&call->note, TB_NOTE_MAX);
    if (note.n > 0 && tb_buffer_append(&call->note, note))
        tb_buffer_fit(&call->note);
}

static const char *on_reply(struct tb_broker *broker, struct tb_session *session,
                            struct tb_plugin *plugin, const struct tb_frame *frame)
{
    struct tb_plugin_reply untrusted_reply;
    if (tb_plugin_reply_read(&broker->unpacker, frame->body, &untrusted_reply) != TB_OK)
        return "a reply that is not in the format";
    struct tb_live_call *call = tb_plugin_frames_call(plugin, untrusted_reply.call);
    if (!call)
        return "a reply to a call that it was not given, or a second one";
    const char *cause = misfit(&call->stream, &untrusted_reply);
    if (cause)
        return cause;
    tb_secret_forget(session, call);
    keep_note(call, untrusted_reply.note);
    if (tb_hooked(call))
        return on_hooked_reply(session, plugin, call, size_of(frame, &untrusted_reply),
                               &untrusted_reply);
    struct tb_piece piece;
    if (!tb_raw_from_plugin(plugin, &untrusted_reply.raw, &untrusted_reply.reply.raw, &piece))
        return out_of_pool;
    call->at_plugin = false;
    if (!call->answered &&
        !tb_charge_reply(broker, session, call, size_of(frame, &untrusted_reply))) {
        tb_piece_done(&piece);
        return NULL;
    }
    if (!call->answered) {
        tb_answer(broker, session, call, &untrusted_reply.reply, &piece);
        return NULL;
    }
    tb_piece_done(&piece); /* cancelled or too late: nobody waits */
    tb_session_free_call(session, call);
    return NULL;
}

static const char *on_frame(struct tb_broker *broker, struct tb_plugin *plugin,
                            const struct tb_frame *frame)
{
    plugin->heard_ns = broker->now_ns;
    switch ((int)frame->kind) {
    case TB_PLUGIN_REPLY:
        return on_reply(broker, plugin->session, plugin, frame);
    case TB_PLUGIN_CHUNK:
    case TB_PLUGIN_CREDIT:
        return tb_stream_from_plugin(broker, plugin, frame);
    case TB_PLUGIN_EMIT:
        return tb_events_from_plugin(broker, plugin, frame);
    case TB_PLUGIN_SECRET:
        return tb_secret_from_plugin(broker, plugin, frame);
    case TB_PLUGIN_RELEASE:
        return tb_raw_on_release(broker, plugin, frame);
    default:
        return "a frame that it has no reason to send";
    }
}

static bool is_flooding(const struct tb_broker *broker, const struct tb_plugin *plugin)
{
    return plugin->n_events >= EVENTS_AT_ONCE &&
           broker->now_ns - plugin->events_ns < EVENTS_SPAN_NS;
}

static bool may_go_on(const struct tb_broker *broker, const struct tb_plugin *plugin)
{
    const struct tb_session *session = plugin->session;
    return tb_link_n_out(&session->link) + session->n_back < TB_REPLIES_WAITING &&
           !is_flooding(broker, plugin);
}

static void count_event(const struct tb_broker *broker, struct tb_plugin *plugin)
{
    if (broker->now_ns - plugin->events_ns >= EVENTS_SPAN_NS) {
        plugin->events_ns = broker->now_ns;
        plugin->n_events = 0;
    }
    plugin->n_events++;
}

static void route(struct tb_broker *broker, struct tb_plugin *plugin)
{
    struct tb_session *session = plugin->session;
    struct tb_frame frame;
    unsigned n = 0;
    int r = TB_OK;
    while (session->state == TB_SESSION_OPEN && plugin->state == TB_PLUGIN_RUNNING) {
        if (!may_go_on(broker, plugin)) {
            tb_flush_pause(broker, &plugin->link);
            return;
        }
        r = tb_link_next(&plugin->link, &frame);
        if (r != TB_OK)
            break;
        const char *cause = on_frame(broker, plugin, &frame);
        if (cause) {
            tb_launch_ended(broker, plugin, cause);
            return;
        }
        if (frame.kind == TB_PLUGIN_EMIT)
            count_event(broker, plugin);
        if (++n % TB_BURST == 0)
            tb_flush(broker);
    }
    if (plugin->state == TB_PLUGIN_RUNNING && r != TB_OK && r != TB_AGAIN)
        tb_launch_ended(broker, plugin, "a frame that is not in the format");
}

void tb_plugin_frames_ready(struct tb_source *source, uint32_t events)
{
    struct tb_plugin *plugin = source->context;
    struct tb_broker *broker = plugin->session->broker;
    if (events & EPOLLOUT)
        tb_flush_mark(broker, &plugin->link);
    if (plugin->link.paused) {
        if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
            tb_launch_ended(broker, plugin, NULL);
        return;
    }
    switch (tb_link_read(&plugin->link, NULL)) {
    case TB_OK:
        route(broker, plugin);
        break;
    case TB_AGAIN:
        break;
    case TB_MALFORMED:
        tb_launch_ended(broker, plugin, "a descriptor sent over a plugin link");
        break;
    default:
        tb_launch_ended(broker, plugin, NULL);
        break;
    }
}

static bool may_resume(const struct tb_broker *broker, const struct tb_plugin *plugin)
{
    return plugin->state == TB_PLUGIN_RUNNING && plugin->link.paused && may_go_on(broker, plugin);
}

bool tb_plugin_frames_may_resume(const struct tb_broker *broker, const struct tb_session *session)
{
    for (uint32_t i = 0; i < session->n_plugins; i++)
        if (may_resume(broker, &session->plugins[i]))
            return true;
    return false;
}

/* Nothing but the time says when its span is over. */
static void wake_for(struct tb_broker *broker, const struct tb_plugin *plugin)
{
    uint64_t over_ns = plugin->events_ns + EVENTS_SPAN_NS;
    if (plugin->link.paused && is_flooding(broker, plugin) && over_ns < broker->next_deadline_ns)
        broker->next_deadline_ns = over_ns;
}

void tb_plugin_frames_resume(struct tb_broker *broker, struct tb_session *session)
{
    for (uint32_t i = 0; i < session->n_plugins; i++) {
        struct tb_plugin *plugin = &session->plugins[i];
        if (may_resume(broker, plugin)) {
            tb_flush_unpause(broker, &plugin->link);
            route(broker, plugin);
        }
        wake_for(broker, plugin);
    }
}
