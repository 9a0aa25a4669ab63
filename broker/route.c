/*
 * The path of an endpoint's frame, in the order in which it must be read: frame, session, handle,
 * grant, audit, plugin; answer.c has the way back. Each step gets more typed data than the one
 * before, and none reads what a later one owns.
 *
 * A step that finds the protocol broken returns the cause, a literal that goes to the log; NULL is
 * fine. An error that the page may see is answered in place.
 */
#include "broker/hook_calls.h"

#include "base/clock.h"

#include <sys/epoll.h>

/* While more than this waits for the endpoint, its own frames wait in the kernel. */
enum { FRAMES_WAITING = 1024 * 1024 };

/* A call whose frame broke the protocol after its handle was spent: the handle is gone, nothing is
 * answered. */
static const char *drop_call(struct tb_session *session, struct tb_live_call *call,
                             const char *cause)
{
    tb_handle_pool_retire(&session->handles, &call->handle, call->command);
    tb_session_free_call(session, call);
    return cause;
}

static const char *open_call(const struct tb_session *session, const struct tb_frame *frame,
                             const struct tb_address *address, struct tb_plaintext *ret_plaintext)
{
    if (address->counter != 0)
        return "CALL whose counter is not 0";
    if ((frame->flags & TB_RAW_CLEAR) && session->mode != TB_MODE_DIRECT)
        return "RAW_CLEAR on a relayed link";
    if (tb_seal_open(frame, session->keys.to_broker, ret_plaintext) != TB_OK)
        return "CALL that cannot be opened";
    return NULL;
}

/* Slots run out without the endpoint's fault: a call that was cancelled or timed out keeps its own
 * until the plugin has answered. Such a CALL never becomes live; its handle is spent all the same.
 */
static const char *refuse_slotless(struct tb_broker *broker, struct tb_session *session,
                                   const struct tb_frame *frame, const struct tb_address *address,
                                   uint32_t command)
{
    struct tb_live_call call = {
        .command = command,
        .plugin = tb_session_command(session, command)->plugin,
        .handle = address->handle,
        .start_ns = broker->now_ns,
    };
    struct tb_plaintext plaintext;
    const char *cause = open_call(session, frame, address, &plaintext);
    bool revoked = !tb_session_command(session, command)->granted;
    enum tb_code code = revoked ? TB_CODE_DENIED : TB_CODE_LIMIT;
    const char *message = revoked ? "revoked by reload" : "too many calls in flight";
    const struct tb_denial denial = {.code = code, .message = message};
    const struct tb_call no_message = {0};
    struct tb_request request = tb_request_of(session, &call, &no_message);
    struct tb_reply reply = {
        .type = TB_REPLY_ERROR,
        .error = {.code = code,
                  .message = tb_bytes_of_string(message),
                  .retry_ms = revoked ? 0 : 100},
    };
    if (cause) {
        tb_handle_pool_retire(&session->handles, &address->handle, command);
        return cause;
    }
    if (tb_tripwire_called(broker, session, command))
        return NULL;
    (void)tb_dispatch_record(&request, (struct tb_bytes){0}, &denial);
    if (tb_session_write_reply(session, &broker->random, &call, &reply, &tb_no_piece) != TB_OK)
        return "CALL from an endpoint that does not read";
    tb_flush_mark(broker, &session->link);
    return NULL;
}

static const char *on_call(struct tb_broker *broker, struct tb_session *session,
                           const struct tb_frame *frame, const struct tb_address *address)
{
    uint32_t value;
    enum tb_handle_state state = tb_handle_pool_look(&session->handles, &address->handle, &value);
    if (state == TB_HANDLE_UNKNOWN)
        return "CALL under a handle that was never issued, is spent, or is of another session";
    if (state == TB_HANDLE_LIVE)
        return "CALL under the handle of a call that is live";

    struct tb_live_call *call = tb_calls_new(&session->calls);
    if (!call)
        return refuse_slotless(broker, session, frame, address, value);
    call->command = value;
    call->plugin = tb_session_command(session, value)->plugin;
    call->handle = address->handle;
    call->counter = 1;
    call->start_ns = broker->now_ns;
    tb_handle_pool_spend(&session->handles, &address->handle, tb_calls_slot(&session->calls, call));

    struct tb_plaintext plaintext;
    struct tb_call message;
    const char *cause = open_call(session, frame, address, &plaintext);
    if (cause)
        return drop_call(session, call, cause);
    if (tb_call_read(&broker->unpacker, &plaintext, &message) != TB_OK)
        return drop_call(session, call, "CALL that is not in the format");

    call->n_in = plaintext.text.n + plaintext.raw.n;
    session->n_bytes_live += call->n_in;
    tb_dispatch(broker, session, call, &message);
    return NULL;
}

static const char *on_cancel(struct tb_broker *broker, struct tb_session *session,
                             const struct tb_frame *frame, const struct tb_address *address)
{
    struct tb_plaintext plaintext;
    if (tb_seal_open(frame, session->keys.to_broker, &plaintext) != TB_OK)
        return "CANCEL that cannot be opened";
    if (tb_empty_read(&broker->unpacker, &plaintext) != TB_OK)
        return "CANCEL that is not in the format";
    uint32_t slot;
    if (tb_handle_pool_look(&session->handles, &address->handle, &slot) != TB_HANDLE_LIVE) {
        session->n_stray++; /* it crossed the REPLY */
        return NULL;
    }
    struct tb_live_call *call = tb_calls_at(&session->calls, slot);
    if (address->counter != call->counter)
        return "CANCEL whose counter is not the next one";
    call->counter++;
    tb_answer_give_up(broker, session, call, TB_CODE_CANCELLED, "the call was cancelled", 0);
    return NULL;
}

/* Before HELLO nothing else is spoken, and afterwards HELLO never again. */
static const char *on_view_frame(struct tb_broker *broker, struct tb_session *session,
                                 const struct tb_frame *frame)
{
    if (frame->kind == TB_CLOSE) {
        tb_broker_close(broker, session, TB_CLOSE_BYE, "the endpoint closed");
        return NULL;
    }
    if (session->state == TB_SESSION_HELLO)
        return frame->kind == TB_HELLO ? tb_supply_hello(broker, session, frame)
                                       : "a frame before HELLO";
    if (frame->kind == TB_HELLO)
        return "a second HELLO";

    struct tb_address address = tb_sealed_address(frame);
    switch ((int)frame->kind) {
    case TB_CALL:
        return on_call(broker, session, frame, &address);
    case TB_CANCEL:
        return on_cancel(broker, session, frame, &address);
    case TB_CHUNK:
    case TB_CREDIT:
        return tb_stream_from_endpoint(broker, session, frame, &address);
    default:
        return tb_supply_more(broker, session, frame, &address);
    }
}

static bool view_may_go_on(const struct tb_broker *broker, const struct tb_session *session)
{
    return tb_audit_roomy(&broker->audit) && tb_link_n_out(&session->link) < FRAMES_WAITING;
}

static void route_view(struct tb_broker *broker, struct tb_session *session)
{
    struct tb_frame frame;
    unsigned n = 0;
    int r = TB_OK;
    while (session->state != TB_SESSION_CLOSED) {
        if (!view_may_go_on(broker, session)) {
            tb_flush_pause(broker, &session->link);
            return;
        }
        r = tb_link_next(&session->link, &frame);
        if (r != TB_OK)
            break;
        const char *cause = on_view_frame(broker, session, &frame);
        tb_raw_settle(session);
        /* A HELLO that failed has used up the ticket and the keys: there is nothing to go on with
         * before WELCOME. */
        if (cause)
            tb_broker_violation(broker, session, session->state == TB_SESSION_HELLO, cause);
        if (++n % TB_BURST == 0)
            tb_flush(broker);
    }
    if (session->state != TB_SESSION_CLOSED && r == TB_AGAIN)
        tb_raw_expect(session);
    else if (session->state != TB_SESSION_CLOSED)
        tb_broker_violation(broker, session, true,
                            r == TB_TOO_LARGE ? "a frame longer than its kind may be"
                                              : "a frame header that is not in the format");
}

/* Reads on while a body is half read: what is missing is often there already, and calls that are
 * dispatched together cost fewer wake-ups. The result of the last read. */
static int read_view(struct tb_broker *broker, struct tb_session *session)
{
    int r = TB_OK;
    bool more = true;
    for (int i = 0; i < TB_BURST && r == TB_OK && more; i++) {
        r = tb_link_read(&session->link, NULL);
        if (r == TB_OK)
            route_view(broker, session);
        more =
            session->state == TB_SESSION_OPEN && !session->link.paused && session->link.n_aside > 0;
    }
    return r;
}

void tb_route_view_ready(struct tb_source *source, uint32_t events)
{
    struct tb_session *session = source->context;
    struct tb_broker *broker = session->broker;
    if (events & EPOLLOUT)
        tb_flush_mark(broker, &session->link);
    if (session->link.paused) {
        if (events & (EPOLLHUP | EPOLLERR | EPOLLRDHUP))
            tb_broker_close(broker, session, TB_CLOSE_BYE, "the link ended");
        return;
    }
    switch (read_view(broker, session)) {
    case TB_OK:
    case TB_AGAIN:
        break;
    case TB_MALFORMED:
        tb_broker_violation(broker, session, true, "a descriptor sent over a view link");
        break;
    default:
        tb_broker_close(broker, session, TB_CLOSE_BYE, "the link ended");
        break;
    }
}

void tb_route_resume(struct tb_broker *broker)
{
    tb_events_resume(broker);
    tb_ask_turn(broker);
    for (size_t i = 0; i < TB_SLOTS && broker->n_paused > 0; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        tb_hook_frames_resume(&broker->views.slots[i].hook);
        if (!session || !session->grant)
            continue;
        tb_plugin_frames_resume(broker, session);
        if (session->state != TB_SESSION_CLOSED && session->link.paused &&
            view_may_go_on(broker, session)) {
            tb_flush_unpause(broker, &session->link);
            route_view(broker, session);
        }
    }
    tb_waiting_turn(broker); /* last: what went on here may have been waited for */
}

bool tb_route_may_resume(const struct tb_broker *broker)
{
    if (broker->asks_due || tb_events_may_resume(broker))
        return true;
    for (size_t i = 0; i < TB_SLOTS && broker->n_paused > 0; i++) {
        const struct tb_session *session = broker->views.slots[i].session;
        if (tb_hook_frames_may_resume(&broker->views.slots[i].hook))
            return true;
        if (!session || !session->grant)
            continue;
        if ((session->link.paused && view_may_go_on(broker, session)) ||
            tb_plugin_frames_may_resume(broker, session))
            return true;
    }
    return false;
}
