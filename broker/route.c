/*
 * The path of an endpoint's frame, in the order in which it must be read: frame, session, handle,
 * grant, audit, plugin; answer.c has the way back. Each step gets more typed data than the one
 * before, and none reads what a later one owns.
 *
 * A step that finds the protocol broken returns the cause, a literal that goes to the log; NULL is
 * fine. An error that the page may see is answered in place.
 */
#include "broker/broker.h"

#include "base/clock.h"

#include <sodium.h>
#include <sys/epoll.h>

/* While more than this waits for the endpoint, its own frames wait in the kernel. */
enum { FRAMES_WAITING = 1024 * 1024 };

/* What the log is told of the arguments, as exactly they are dispatched. */
static void record_args(struct tb_record *record, enum tb_args kind, struct tb_bytes args,
                        uint8_t hash[static TB_DIGEST_SIZE])
{
    record->args_kind = kind;
    record->args = args;
    if (kind == TB_ARGS_NONE) {
        record->args = (struct tb_bytes){0};
    } else if (args.n > TB_RECORD_ARGS_MAX) {
        crypto_generichash(hash, TB_DIGEST_SIZE, args.data, args.n, NULL, 0);
        record->args_kind = TB_ARGS_HASHED;
        record->args = tb_bytes_of(hash, TB_DIGEST_SIZE);
    }
}

/* Of a command that was revoked: what denies it now, if anything does. */
static struct tb_rule rule_of(const struct tb_session *session, const struct tb_named *command)
{
    if (command->granted)
        return command->granted->rule;
    const struct tb_grant_denied *denied = tb_grant_find_denied(session->grant, command->name);
    return denied ? denied->rule : (struct tb_rule){0};
}

static int audit_call(struct tb_broker *broker, struct tb_session *session,
                      struct tb_live_call *call, struct tb_bytes args, enum tb_code code,
                      const char *reason)
{
    const struct tb_named *command = tb_session_command(session, call->command);
    uint8_t hash[TB_DIGEST_SIZE];
    struct tb_record record = {
        .event = TB_EVENT_CALL,
        .verdict = code == TB_CODE_NONE ? TB_ALLOW : TB_DENY,
        .code = code,
        .ref = call->ref = tb_audit_next_ref(&broker->audit),
        .n_in = call->n_in,
        .command = command->name,
        .rule = rule_of(session, command),
        .reason = tb_bytes_of_string(reason),
    };
    if (command->plugin != TB_NO_INDEX)
        record.plugin = session->plugins[command->plugin].name;
    record_args(&record, command->granted ? command->granted->args : TB_ARGS_NONE, args, hash);
    return tb_flush_record(broker, session, &record);
}

/* A call that is refused before it reaches a plugin: recorded as such, then answered. */
static void refuse(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                   enum tb_code code, const char *message, uint32_t retry_ms)
{
    (void)audit_call(broker, session, call, (struct tb_bytes){0}, code, message);
    call->ref = 0; /* the one record says all; there is no `done` */
    tb_answer_error(broker, session, call, code, message, retry_ms);
}

static void dispatch(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, const struct tb_call *message,
                     const struct tb_raw *raw)
{
    const struct tb_named *command = tb_session_command(session, call->command);
    struct tb_plugin *plugin = &session->plugins[command->plugin];
    const struct tb_plugin_call to_plugin = {
        .call = call->number,
        .command = command->number,
        .scope = command->scope,
        .args = message->args,
        .has_raw = message->has_raw,
        .raw = *raw,
    };
    size_t before = tb_buffer_n(&plugin->link.out);
    struct tb_bytes
        args; /* as they stand in the plugin's frame: what is recorded is what is sent */
    if (tb_plugin_call_write(&plugin->link.out, &to_plugin, &args) != TB_OK) {
        tb_raw_take_back(plugin, raw);
        refuse(broker, session, call, TB_CODE_LIMIT, "too many bytes wait for the plugin", 100);
        return;
    }
    if (audit_call(broker, session, call, args, TB_CODE_NONE, "") != TB_OK) {
        tb_buffer_truncate(&plugin->link.out, before);
        tb_raw_take_back(plugin, raw);
        call->ref = 0;
        tb_answer_error(broker, session, call, TB_CODE_AUDIT_UNAVAILABLE,
                        "the audit log cannot be written", 1000);
        return;
    }
    call->at_plugin = true;
    call->plugin = command->plugin;
    tb_flush_mark(broker, &plugin->link);
}

static void decide(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                   const struct tb_call *message)
{
    const struct tb_named *command = tb_session_command(session, call->command);
    if (!command->granted) {
        refuse(broker, session, call, TB_CODE_DENIED, "revoked by reload", 0);
        return;
    }
    call->deadline_ns = tb_clock_after(broker->now_ns, command->granted->deadline_ns);
    if (call->deadline_ns < session->next_deadline_ns)
        session->next_deadline_ns = call->deadline_ns;
    if (call->deadline_ns < broker->next_deadline_ns)
        broker->next_deadline_ns = call->deadline_ns;

    if (session->n_bytes_live > TB_SESSION_BYTES) {
        refuse(broker, session, call, TB_CODE_LIMIT, "too many request bytes in flight", 100);
        return;
    }
    if (!tb_audit_available(&broker->audit)) {
        refuse(broker, session, call, TB_CODE_AUDIT_UNAVAILABLE, "the audit log cannot be written",
               1000);
        return;
    }
    if (command->plugin == TB_NO_INDEX) {
        refuse(broker, session, call, TB_CODE_UNIMPLEMENTED, "nothing implements this command", 0);
        return;
    }
    struct tb_plugin *plugin = &session->plugins[command->plugin];
    if (plugin->state == TB_PLUGIN_IDLE && plugin->not_before_ns > broker->now_ns) {
        uint64_t wait_ms = (plugin->not_before_ns - broker->now_ns) / TB_MS_NS + 1;
        refuse(broker, session, call, TB_CODE_PLUGIN_UNAVAILABLE,
               "the plugin crashed and is not started again yet", (uint32_t)wait_ms);
        return;
    }
    if (plugin->state == TB_PLUGIN_IDLE && tb_launch(broker, plugin) != TB_OK) {
        refuse(broker, session, call, TB_CODE_PLUGIN_UNAVAILABLE, "the plugin could not be started",
               1000);
        return;
    }
    struct tb_raw raw;
    if (tb_raw_to_plugin(session, plugin, message->raw, &raw) == TB_OK)
        dispatch(broker, session, call, message, &raw);
    else
        refuse(broker, session, call, TB_CODE_PLUGIN_CRASHED,
               "the plugin died while the body of the call came", 0);
}

/* A call whose frame broke the protocol after its handle was spent: the handle is gone, nothing is
 * answered. */
static const char *drop_call(struct tb_session *session, struct tb_live_call *call,
                             const char *cause)
{
    tb_pool_retire(&session->pool, &call->handle, call->command);
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
        .command = command, .handle = address->handle, .start_ns = broker->now_ns};
    struct tb_plaintext plaintext;
    const char *cause = open_call(session, frame, address, &plaintext);
    bool revoked = !tb_session_command(session, command)->granted;
    enum tb_code code = revoked ? TB_CODE_DENIED : TB_CODE_LIMIT;
    const char *message = revoked ? "revoked by reload" : "too many calls in flight";
    struct tb_reply reply = {
        .type = TB_REPLY_ERROR,
        .error = {.code = code,
                  .message = tb_bytes_of_string(message),
                  .retry_ms = revoked ? 0 : 100},
    };
    if (cause) {
        tb_pool_retire(&session->pool, &address->handle, command);
        return cause;
    }
    (void)audit_call(broker, session, &call, (struct tb_bytes){0}, code, message);
    if (tb_session_write_reply(session, &broker->random, &call, &reply) != TB_OK)
        return "CALL from an endpoint that does not read";
    tb_flush_mark(broker, &session->link);
    return NULL;
}

static const char *on_call(struct tb_broker *broker, struct tb_session *session,
                           const struct tb_frame *frame, const struct tb_address *address)
{
    uint32_t value;
    enum tb_handle_state state = tb_pool_look(&session->pool, &address->handle, &value);
    if (state == TB_HANDLE_UNKNOWN)
        return "CALL under a handle that was never issued, is spent, or is of another session";
    if (state == TB_HANDLE_LIVE)
        return "CALL under the handle of a call that is live";

    struct tb_live_call *call = tb_calls_new(&session->calls);
    if (!call)
        return refuse_slotless(broker, session, frame, address, value);
    call->command = value;
    call->handle = address->handle;
    call->counter = 1;
    call->start_ns = broker->now_ns;
    tb_pool_spend(&session->pool, &address->handle, tb_calls_slot(&session->calls, call));

    struct tb_plaintext plaintext;
    struct tb_call message;
    const char *cause = open_call(session, frame, address, &plaintext);
    if (cause)
        return drop_call(session, call, cause);
    if (tb_call_read(&broker->unpacker, &plaintext, &message) != TB_OK)
        return drop_call(session, call, "CALL that is not in the format");

    call->n_in = plaintext.text.n + plaintext.raw.n;
    session->n_bytes_live += call->n_in;
    decide(broker, session, call, &message);
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
    if (tb_pool_look(&session->pool, &address->handle, &slot) != TB_HANDLE_LIVE) {
        session->n_stray++; /* it crossed the REPLY */
        return NULL;
    }
    struct tb_live_call *call = tb_calls_at(&session->calls, slot);
    if (address->counter != call->counter)
        return "CANCEL whose counter is not the next one";
    call->counter++;
    if (call->at_plugin) {
        struct tb_plugin *plugin = &session->plugins[call->plugin];
        if (tb_plugin_cancel_write(&plugin->link.out, call->number) == TB_OK)
            tb_flush_mark(broker, &plugin->link);
    }
    tb_answer_error(broker, session, call, TB_CODE_CANCELLED, "the call was cancelled", 0);
    return NULL;
}

/* No command of this version opens a stream, so that its frames have nothing to belong to. */
static const char *on_stream(struct tb_session *session, const struct tb_frame *frame,
                             const struct tb_address *address)
{
    struct tb_plaintext plaintext;
    uint32_t slot;
    if (tb_seal_open(frame, session->keys.to_broker, &plaintext) != TB_OK)
        return "CHUNK or CREDIT that cannot be opened";
    if (tb_pool_look(&session->pool, &address->handle, &slot) == TB_HANDLE_LIVE)
        return "CHUNK or CREDIT for a call that is no stream";
    session->n_stray++;
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
        return on_stream(session, frame, &address);
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
    switch (tb_link_read(&session->link, NULL)) {
    case TB_OK:
        route_view(broker, session);
        break;
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
    for (size_t i = 0; i < TB_SLOTS && broker->n_paused > 0; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (!session || !session->grant)
            continue;
        tb_answer_resume(broker, session);
        if (session->state != TB_SESSION_CLOSED && session->link.paused &&
            view_may_go_on(broker, session)) {
            tb_flush_unpause(broker, &session->link);
            route_view(broker, session);
        }
    }
}

bool tb_route_may_resume(const struct tb_broker *broker)
{
    for (size_t i = 0; i < TB_SLOTS && broker->n_paused > 0; i++) {
        const struct tb_session *session = broker->views.slots[i].session;
        if (!session || !session->grant)
            continue;
        if ((session->link.paused && view_may_go_on(broker, session)) ||
            tb_answer_may_resume(session))
            return true;
    }
    return false;
}
