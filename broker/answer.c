/* The way back: a plugin's answer, or the lack of one, becomes the one REPLY of its call and the
 * one `done` record. */
#include "broker/broker.h"

#include "base/clock.h"

#include <sys/epoll.h>

/* While more than this waits for the endpoint, plugins' answers wait in the kernel. */
enum { REPLIES_WAITING = 4 * 1024 * 1024, PATIENCE = 8 };
/* How soon a plugin whose link was held is looked at again. */
#define HELD_NS (100 * TB_MS_NS)

static void record_done(struct tb_broker *broker, const struct tb_session *session,
                        const struct tb_live_call *call, enum tb_code code, uint64_t n_out)
{
    struct tb_record record = {
        .event = TB_EVENT_DONE,
        .verdict = TB_ALLOW,
        .code = code,
        .ref = call->ref,
        .dur_ns = broker->now_ns - call->start_ns,
        .n_in = call->n_in,
        .n_out = n_out,
        .command = tb_session_command(session, call->command)->name,
    };
    if (call->ref != 0)
        (void)tb_flush_record(broker, session, &record);
}

void tb_answer(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
               struct tb_reply *reply, const struct tb_piece *piece)
{
    size_t before = tb_link_n_out(&session->link);
    int r = tb_session_write_reply(session, &broker->random, call, reply);
    if (piece && r == TB_OK && reply->type == TB_REPLY_BYTES)
        tb_pieces_add(&session->link.pieces, piece);
    else if (piece)
        piece->done(piece->owner, piece->bytes);
    enum tb_code code = reply->type == TB_REPLY_ERROR ? reply->error.code : TB_CODE_NONE;
    record_done(broker, session, call, code, tb_link_n_out(&session->link) - before);
    if (!call->at_plugin)
        tb_session_free_call(session, call);
    if (r == TB_OK)
        tb_flush_mark(broker, &session->link);
    else
        tb_broker_close(broker, session, TB_CLOSE_VIOLATION, "the endpoint does not read");
}

void tb_answer_error(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, enum tb_code code, const char *message,
                     uint32_t retry_ms)
{
    struct tb_reply reply = {
        .type = TB_REPLY_ERROR,
        .error = {.code = code, .message = tb_bytes_of_string(message), .retry_ms = retry_ms},
    };
    tb_answer(broker, session, call, &reply, NULL);
}

/*
 * When a plugin that has not answered a call by its deadline is not coming back: when it then says
 * nothing at all for as long again, or answers others but not this one for several times as long.
 * Time in which its calls could not be sent, because the log was not taking their records, is not
 * its own.
 */
static uint64_t patience_ns(const struct tb_session *session, const struct tb_live_call *call)
{
    const struct tb_plugin *plugin = &session->plugins[call->plugin];
    uint64_t span_ns = call->deadline_ns - call->start_ns;
    uint64_t from_ns = call->deadline_ns;
    if (plugin->heard_ns > from_ns)
        from_ns = plugin->heard_ns < from_ns + PATIENCE * span_ns ? plugin->heard_ns
                                                                  : from_ns + PATIENCE * span_ns;
    if (plugin->link.released_ns > from_ns)
        from_ns = plugin->link.released_ns;
    return tb_clock_after(from_ns, span_ns);
}

static bool hangs(const struct tb_broker *broker, const struct tb_session *session,
                  const struct tb_live_call *call)
{
    return call->answered && !session->plugins[call->plugin].link.held &&
           broker->now_ns >= patience_ns(session, call);
}

static uint64_t due_ns(const struct tb_broker *broker, const struct tb_session *session,
                       const struct tb_live_call *call)
{
    if (!call->answered)
        return call->deadline_ns;
    uint64_t due_ns = patience_ns(session, call);
    return due_ns > broker->now_ns ? due_ns : broker->now_ns + HELD_NS; /* its link is held */
}

static void time_out(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call)
{
    if (call->at_plugin) {
        struct tb_plugin *plugin = &session->plugins[call->plugin];
        if (tb_plugin_cancel_write(&plugin->link.out, call->number) == TB_OK)
            tb_flush_mark(broker, &plugin->link);
    }
    tb_answer_error(broker, session, call, TB_CODE_TIMEOUT, "the deadline of the command passed",
                    0);
}

void tb_answer_late(struct tb_broker *broker, struct tb_session *session)
{
    session->next_deadline_ns = TB_NEVER;
    for (uint32_t i = 0; i < TB_SESSION_CALLS && session->state == TB_SESSION_OPEN; i++) {
        struct tb_live_call *call = &session->calls.slots[i];
        if (call->used && !call->answered && broker->now_ns >= call->deadline_ns)
            time_out(broker, session, call);
        if (call->used && hangs(broker, session, call))
            tb_launch_ended(broker, &session->plugins[call->plugin], "it does not answer");
        if (call->used && due_ns(broker, session, call) < session->next_deadline_ns)
            session->next_deadline_ns = due_ns(broker, session, call);
    }
}

static const char *on_reply(struct tb_broker *broker, struct tb_session *session,
                            struct tb_plugin *plugin, const struct tb_frame *frame)
{
    struct tb_plugin_reply untrusted_reply;
    if (tb_plugin_reply_read(&broker->unpacker, frame->body, &untrusted_reply) != TB_OK)
        return "a reply that is not in the format";
    struct tb_live_call *call = tb_calls_find(&session->calls, untrusted_reply.call);
    if (!call || !call->at_plugin || call->plugin != plugin->index)
        return "a reply to a call that it was not given, or a second one";
    struct tb_piece piece;
    if (!tb_raw_from_plugin(plugin, &untrusted_reply.raw, &untrusted_reply.reply.raw, &piece))
        return "raw bytes outside of its part of the pool";
    const struct tb_piece *follows = piece.done ? &piece : NULL;
    call->at_plugin = false;
    plugin->heard_ns = broker->now_ns;
    if (!call->answered) {
        tb_answer(broker, session, call, &untrusted_reply.reply, follows);
        return NULL;
    }
    if (follows)
        follows->done(follows->owner, follows->bytes);
    tb_session_free_call(session, call); /* cancelled or too late: nobody waits */
    return NULL;
}

static const char *on_frame(struct tb_broker *broker, struct tb_session *session,
                            struct tb_plugin *plugin, const struct tb_frame *frame)
{
    switch ((int)frame->kind) {
    case TB_PLUGIN_REPLY:
        return on_reply(broker, session, plugin, frame);
    case TB_PLUGIN_RELEASE:
        return tb_raw_on_release(broker, plugin, frame);
    default:
        return "a frame of a stream for a call that is none";
    }
}

static bool may_go_on(const struct tb_session *session)
{
    return tb_link_n_out(&session->link) < REPLIES_WAITING;
}

static void route(struct tb_broker *broker, struct tb_plugin *plugin)
{
    struct tb_session *session = plugin->session;
    struct tb_frame frame;
    unsigned n = 0;
    int r = TB_OK;
    while (session->state == TB_SESSION_OPEN && plugin->state == TB_PLUGIN_RUNNING) {
        if (!may_go_on(session)) {
            tb_flush_pause(broker, &plugin->link);
            return;
        }
        r = tb_link_next(&plugin->link, &frame);
        if (r != TB_OK)
            break;
        const char *cause = on_frame(broker, session, plugin, &frame);
        if (cause) {
            tb_launch_ended(broker, plugin, cause);
            return;
        }
        if (++n % TB_BURST == 0)
            tb_flush(broker);
    }
    if (plugin->state == TB_PLUGIN_RUNNING && r != TB_OK && r != TB_AGAIN)
        tb_launch_ended(broker, plugin, "a frame that is not in the format");
}

void tb_answer_plugin_ready(struct tb_source *source, uint32_t events)
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

static bool may_resume(const struct tb_session *session, const struct tb_plugin *plugin)
{
    return plugin->state == TB_PLUGIN_RUNNING && plugin->link.paused && may_go_on(session);
}

bool tb_answer_may_resume(const struct tb_session *session)
{
    for (uint32_t i = 0; i < session->n_plugins; i++)
        if (may_resume(session, &session->plugins[i]))
            return true;
    return false;
}

void tb_answer_resume(struct tb_broker *broker, struct tb_session *session)
{
    for (uint32_t i = 0; i < session->n_plugins; i++) {
        struct tb_plugin *plugin = &session->plugins[i];
        if (may_resume(session, plugin)) {
            tb_flush_unpause(broker, &plugin->link);
            route(broker, plugin);
        }
    }
}
