/* The commands `plugin:event|…`: what policy and the arguments allow is recorded, and then done. */
#include "broker/filter.h"

#include "policy/own.h"

#include <stdio.h>

/* One call of one of them. */
struct work {
    const struct tb_request *request;
    struct tb_broker *broker;
    struct tb_session *session;
    struct tb_live_call *call;
    const struct tb_grant_command *granted;
    struct tb_event_args args;
    struct tb_bytes text;    /* all arguments, as they are recorded */
    struct tb_bytes payload; /* as listeners get it */
};

static void refuse(const struct work *work, enum tb_code code, const char *message)
{
    tb_dispatch_refuse(work->request, code, message, code == TB_CODE_LIMIT ? 100 : 0);
}

/* What is not recorded must not happen, and is answered as that. */
static bool is_recorded(const struct work *work)
{
    if (tb_dispatch_record(work->request, work->text, NULL) == TB_OK)
        return true;
    work->call->ref = 0;
    tb_answer_error(work->broker, work->session, work->call, TB_CODE_AUDIT_UNAVAILABLE,
                    "the audit log cannot be written", 1000);
    return false;
}

static void answer_nil(struct tb_broker *broker, struct tb_session *session,
                       struct tb_live_call *call)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    struct tb_reply reply = {.type = TB_REPLY_VALUE, .value = &nil};
    if (session->state == TB_SESSION_OPEN)
        tb_answer(broker, session, call, &reply, &tb_no_piece);
}

static void listen_to(const struct work *work)
{
    if (!tb_session_has_stream(work->session, work->call)) {
        refuse(work, TB_CODE_LIMIT, "too many streams");
        return;
    }
    struct tb_listener *listener = tb_listener_new(work->args.event, &work->args.target);
    if (!listener)
        refuse(work, TB_CODE_LIMIT, "out of memory");
    else if (is_recorded(work))
        tb_events_add(work->broker, work->session, work->call, listener);
    else
        tb_listener_free(listener);
}

static void unlisten(const struct work *work)
{
    struct tb_session *session = work->session;
    struct tb_listener *l = session->listeners;
    if (!is_recorded(work))
        return;
    while (l && (l->id != work->args.id || !tb_bytes_are(work->args.event, l->event)))
        l = l->next;
    if (l)
        answer_nil(work->broker, session, tb_calls_at(&session->calls, l->slot));
    answer_nil(work->broker, session, work->call);
}

static void emit(const struct work *work)
{
    const struct tb_emission emission = {
        .event = work->args.event,
        .to = work->args.target,
        .payload = work->payload,
        .source = tb_bytes_of_string(work->session->label),
    };
    if (work->payload.n > TB_CHUNK_RAW_MAX) {
        refuse(work, TB_CODE_TOO_LARGE, "the payload of an event may be 65,536 bytes long");
    } else if (is_recorded(work)) {
        tb_events_emit(work->broker, work->session, work->granted, &emission);
        answer_nil(work->broker, work->session, work->call);
    }
}

/* A label that policy does not name is told of, where an event to all just does not reach it. */
static void emit_to(const struct work *work)
{
    const struct tb_target *to = &work->args.target;
    if (to->label.n > 0 && !tb_events_may_reach(work->session, work->granted, to->label))
        refuse(work, TB_CODE_SCOPE, "the command's scope does not name that view");
    else
        emit(work);
}

static const struct {
    enum tb_event_needs needs;
    const char *takes;
    void (*run)(const struct work *work);
} commands[TB_N_OWNS] = {
    [TB_OWN_LISTEN] = {TB_NEEDS_EVENT, "{event, target?}", listen_to},
    [TB_OWN_UNLISTEN] = {TB_NEEDS_ID, "{event, eventId}", unlisten},
    [TB_OWN_EMIT] = {TB_NEEDS_EVENT, "{event, payload?}", emit},
    [TB_OWN_EMIT_TO] = {TB_NEEDS_TARGET, "{target, event, payload?}", emit_to},
};

static void refuse_args(const struct work *work, const char *takes)
{
    char message[TB_ERROR_MESSAGE_MAX];
    (void)snprintf(message, sizeof message,
                   "takes %s and no body; the name of an event is 1 to %d of A-Z a-z 0-9 - / : _",
                   takes, TB_EVENT_NAME_MAX);
    refuse(work, TB_CODE_INVALID_ARGS, message);
}

/* Arguments and payload, one behind the other, encoded anew. */
static bool pack(struct work *work, struct tb_buffer *text, const msgpack_object *args)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    struct tb_packer packer;
    tb_packer_init(&packer, text);
    tb_pack_object(&packer, args);
    size_t n_args = tb_buffer_n(text);
    tb_pack_object(&packer, work->args.payload ? work->args.payload : &nil);
    struct tb_bytes all = tb_buffer_bytes(text);
    work->text = tb_bytes_of(all.data, n_args);
    work->payload = tb_bytes_of(all.data + n_args, all.n - n_args);
    return !packer.failed;
}

void tb_event_call(const struct tb_request *request, enum tb_own own)
{
    const struct tb_call *message = &request->message;
    struct work work = {
        .request = request,
        .broker = request->broker,
        .session = request->session,
        .call = request->call,
        .granted = request->granted,
    };
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, 2 * TB_FRAME_MAX);
    if (message->has_raw || message->more ||
        tb_event_args_read(message->args, commands[own].needs, &work.args) != TB_OK)
        refuse_args(&work, commands[own].takes);
    else if (!pack(&work, &text, message->args))
        refuse(&work, TB_CODE_LIMIT, "out of memory");
    else
        commands[own].run(&work);
}
