/* How a call ends: the one REPLY and the one `done` record, whether the plugin has answered, has
 * not in time, or is not wanted to any more. */
#include "broker/hook_calls.h"

#include "base/clock.h"

enum { PATIENCE = 8 };
/* How soon a plugin whose link was held is looked at again. */
#define HELD_NS (100 * TB_MS_NS)

static void record_done(struct tb_broker *broker, const struct tb_session *session,
                        const struct tb_live_call *call, enum tb_code code,
                        const struct tb_denial *denial)
{
    struct tb_record record = {
        .event = TB_EVENT_DONE,
        .verdict = TB_ALLOW,
        .code = code,
        .ref = call->ref,
        .dur_ns = broker->now_ns - call->start_ns,
        .n_in = call->n_in + call->stream.n_in,
        .n_out = call->n_out,
        .command = tb_session_command(session, call->command)->name,
    };
    record.reason = tb_buffer_bytes(&call->note);
    if (denial) {
        record.reason = denial->reason;
        record.rule = denial->rule ? *denial->rule : record.rule;
    }
    if (call->ref != 0)
        (void)tb_flush_record(broker, session, &record);
}

void tb_answer_by(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                  uint64_t deadline_ns)
{
    call->deadline_ns = deadline_ns;
    if (deadline_ns < session->next_deadline_ns)
        session->next_deadline_ns = deadline_ns;
    if (deadline_ns < broker->next_deadline_ns)
        broker->next_deadline_ns = deadline_ns;
}

/* The endpoint is through with the call, the plugin is not. A stream may have had no deadline; its
 * plugin is waited for from now on. */
static void await_plugin(struct tb_broker *broker, struct tb_session *session,
                         struct tb_live_call *call)
{
    uint64_t latest_ns = tb_clock_after(broker->now_ns, call->span_ns);
    if (latest_ns < call->deadline_ns)
        tb_answer_by(broker, session, call, latest_ns);
}

static void end_call(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, struct tb_reply *reply,
                     const struct tb_piece *piece, const struct tb_denial *denial)
{
    tb_hook_forget(call, session);
    tb_secret_forget(session, call);
    int r = tb_session_write_reply(session, &broker->random, call, reply, piece);
    record_done(broker, session, call,
                reply->type == TB_REPLY_ERROR ? reply->error.code : TB_CODE_NONE, denial);
    if (call->at_plugin)
        await_plugin(broker, session, call);
    else
        tb_session_free_call(session, call);
    if (r == TB_OK)
        tb_flush_mark(broker, &session->link);
    else
        tb_broker_close(broker, session, TB_CLOSE_VIOLATION, "the endpoint does not read");
}

void tb_answer(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
               struct tb_reply *reply, const struct tb_piece *piece)
{
    end_call(broker, session, call, reply, piece, NULL);
}

void tb_answer_error(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, enum tb_code code, const char *message,
                     uint32_t retry_ms)
{
    struct tb_reply reply = {
        .type = TB_REPLY_ERROR,
        .error = {.code = code, .message = tb_bytes_of_string(message), .retry_ms = retry_ms},
    };
    tb_answer(broker, session, call, &reply, &tb_no_piece);
}

static void tell_plugin(struct tb_broker *broker, struct tb_session *session,
                        const struct tb_live_call *call)
{
    struct tb_plugin *plugin = call->at_plugin ? &session->plugins[call->plugin] : NULL;
    if (plugin && tb_plugin_cancel_write(&plugin->link.out, call->number) == TB_OK)
        tb_flush_mark(broker, &plugin->link);
}

void tb_answer_give_up(struct tb_broker *broker, struct tb_session *session,
                       struct tb_live_call *call, enum tb_code code, const char *message,
                       uint32_t retry_ms)
{
    if (call->waiting) { /* it never began, and the log does not know of it */
        tb_dispatch_refuse_call(session, call, code, message, retry_ms);
        return;
    }
    tell_plugin(broker, session, call);
    tb_answer_error(broker, session, call, code, message, retry_ms);
}

void tb_answer_deny(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                    const struct tb_denial *denial)
{
    struct tb_reply reply = {
        .type = TB_REPLY_ERROR,
        .error = {.code = denial->code,
                  .message = tb_bytes_of_string(denial->message),
                  .retry_ms = denial->retry_ms},
    };
    tell_plugin(broker, session, call);
    end_call(broker, session, call, &reply, &tb_no_piece, denial);
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
    uint64_t span_ns = call->span_ns;
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

void tb_answer_late(struct tb_broker *broker, struct tb_session *session)
{
    session->next_deadline_ns = TB_NEVER;
    for (uint32_t i = 0; i < TB_SESSION_CALLS && session->state == TB_SESSION_OPEN; i++) {
        struct tb_live_call *call = &session->calls.slots[i];
        bool late = call->used && !call->answered && broker->now_ns >= call->deadline_ns;
        if (late && call->waiting && call->waiting->prompt)
            tb_ask_late(session, call);
        else if (late && call->secret)
            tb_secret_late(session, call);
        else if (late)
            tb_answer_give_up(broker, session, call, TB_CODE_TIMEOUT,
                              "the deadline of the command passed", 0);
        if (call->used && hangs(broker, session, call))
            tb_launch_ended(broker, &session->plugins[call->plugin], "it does not answer");
        if (call->used && due_ns(broker, session, call) < session->next_deadline_ns)
            session->next_deadline_ns = due_ns(broker, session, call);
    }
}
