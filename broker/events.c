/*
 * Events: the commands `plugin:event|…`, which the broker answers itself, and EMIT of plugins.
 *
 * An event goes to its listeners at once, as far as they have given credit, their links have room,
 * and the round has not sent enough of them already; otherwise it waits with its listener
 * (listener.h), which loses the oldest. So whoever sends many neither fills memory nor keeps the
 * broker from others.
 */
#include "broker/hook_calls.h"

#include "base/clock.h"

/* Events wait while more than this waits for their endpoint; and beyond so much sent in one round,
 * counted with what each takes besides its bytes. */
enum { LINK_ROOM = 1024 * 1024, ROUND_MOST = 1024 * 1024, EVENT_WORK = 512 };
/* Of all listeners of one session together. */
enum { SESSION_WAITING = 1024 * 1024 };

/* ---- delivering ---- */

static bool has_room(const struct tb_broker *broker, const struct tb_session *session)
{
    return tb_link_n_out(&session->link) < LINK_ROOM && broker->n_event_work < ROUND_MOST;
}

/* False: the session is closed. */
static bool write_event(struct tb_broker *broker, struct tb_session *session,
                        struct tb_live_call *call, const struct tb_event_message *message)
{
    uint64_t cost;
    if (tb_session_write_event(session, call, message, &cost) != TB_OK) {
        tb_broker_close(broker, session, TB_CLOSE_VIOLATION, "the endpoint does not read");
        return false;
    }
    tb_flow_pass(&call->stream.out, cost);
    broker->n_event_work += cost + EVENT_WORK;
    session->link.needs_records = true; /* of the call that emitted it */
    tb_flush_mark(broker, &session->link);
    return true;
}

/* Whether the event is on its way, or at the hook, which is asked about one at a time. False: it
 * has to wait, or the listener is gone. */
static bool deliver(struct tb_broker *broker, struct tb_session *session,
                    struct tb_listener *listener, const struct tb_event_message *message)
{
    struct tb_live_call *call = tb_calls_at(&session->calls, listener->slot);
    if (listener->retry_ms > 0 || call->questions ||
        tb_event_cost_most(message) > call->stream.out.to)
        return false;
    if (!has_room(broker, session)) {
        session->events_held = true;
        return false;
    }
    listener->retry_ms = tb_charge_event(broker, session, call, tb_event_cost_most(message));
    if (listener->retry_ms > 0)
        return false;
    if (!tb_hooked(call))
        return write_event(broker, session, call, message);
    broker->n_event_work += message->payload.n + EVENT_WORK;
    return tb_hook_event(session, call, message);
}

/* The listener is invalid afterwards if it was over its limit. */
static void end_if_over(struct tb_broker *broker, struct tb_session *session,
                        const struct tb_listener *listener)
{
    if (listener->retry_ms > 0 && session->state == TB_SESSION_OPEN)
        tb_charge_over(broker, session, tb_calls_at(&session->calls, listener->slot),
                       listener->retry_ms);
}

static void go_on(struct tb_broker *broker, struct tb_session *session,
                  struct tb_listener *listener)
{
    struct tb_event_message message;
    while (tb_listener_first(listener, &message) && deliver(broker, session, listener, &message)) {
        size_t before = listener->n_waiting;
        tb_listener_sent_first(listener);
        session->n_events_waiting -= before - listener->n_waiting;
    }
    end_if_over(broker, session, listener);
}

void tb_events_credited(struct tb_broker *broker, struct tb_session *session,
                        const struct tb_live_call *call)
{
    go_on(broker, session, call->stream.listener);
}

void tb_events_judged(struct tb_broker *broker, struct tb_session *session,
                      struct tb_live_call *call, const struct tb_event_message *message)
{
    struct tb_listener *listener = call->stream.listener;
    if (write_event(broker, session, call, message))
        go_on(broker, session, listener);
}

static void tell(struct tb_broker *broker, struct tb_session *session, struct tb_listener *listener,
                 struct tb_bytes payload, struct tb_bytes source)
{
    const struct tb_event_message message = tb_listener_message(listener, payload, source);
    if (!listener->first && deliver(broker, session, listener, &message)) {
        listener->n_lost = 0;
        return;
    }
    if (listener->retry_ms > 0) {
        end_if_over(broker, session, listener);
        return;
    }
    size_t others = session->n_events_waiting - listener->n_waiting;
    tb_listener_wait(listener, payload, source, SESSION_WAITING - others);
    session->n_events_waiting = others + listener->n_waiting;
}

static bool is_held(const struct tb_session *session)
{
    return session && session->state == TB_SESSION_OPEN && session->events_held;
}

void tb_events_resume(struct tb_broker *broker)
{
    broker->n_event_work = 0;
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (!is_held(session) || !has_room(broker, session))
            continue;
        session->events_held = false;
        struct tb_listener *next;
        for (struct tb_listener *l = session->listeners; l && session->state == TB_SESSION_OPEN;
             l = next) {
            next = l->next;
            go_on(broker, session, l);
        }
    }
}

bool tb_events_may_resume(const struct tb_broker *broker)
{
    for (size_t i = 0; i < TB_SLOTS; i++) {
        const struct tb_session *session = broker->views.slots[i].session;
        if (is_held(session) && tb_link_n_out(&session->link) < LINK_ROOM)
            return true;
    }
    return false;
}

void tb_events_add(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                   struct tb_listener *listener)
{
    const msgpack_object id = {.type = MSGPACK_OBJECT_POSITIVE_INTEGER,
                               .via.u64 = ++session->last_listener};
    const struct tb_chunk chunk = {.type = TB_CHUNK_VALUE, .value = &id};
    struct tb_listener **at = &session->listeners;
    uint64_t cost = 0;
    while (*at)
        at = &(*at)->next;
    *at = listener;
    listener->id = session->last_listener;
    listener->slot = tb_calls_slot(&session->calls, call);
    call->stream.listener = listener;
    call->deadline_ns = TB_NEVER;
    tb_assert(tb_session_begin_stream(session, call) == TB_OK); /* there was room before */
    if (tb_session_write_chunk(session, &broker->random, call, &chunk, &tb_no_piece, &cost) ==
        TB_OK) {
        tb_flow_pass(&call->stream.out, cost);
        tb_flush_mark(broker, &session->link);
    } else {
        tb_broker_close(broker, session, TB_CLOSE_VIOLATION, "the endpoint does not read");
    }
}

/* ---- who hears what ---- */

static void tell_session(struct tb_broker *broker, struct tb_session *session,
                         const struct tb_emission *emission)
{
    struct tb_listener *next;
    for (struct tb_listener *l = session->listeners; l && session->state == TB_SESSION_OPEN;
         l = next) {
        next = l->next;
        if (tb_listener_hears(l, emission->event, &emission->to))
            tell(broker, session, l, emission->payload, emission->source);
    }
}

/* Whether one of the entries `{"target": label}` is for that label; `*` is for every one. */
static bool names(const msgpack_object *entries, struct tb_bytes label)
{
    for (uint32_t i = 0; i < entries->via.array.size; i++) {
        const msgpack_object *entry = &entries->via.array.ptr[i];
        struct tb_bytes target;
        const struct tb_field fields[] = {{"target", TB_STR, &target, 0, NULL}};
        if (tb_map_read(entry, fields, 1) == TB_OK &&
            (tb_bytes_equal(target, label) || tb_bytes_are(target, "*")))
            return true;
    }
    return false;
}

bool tb_events_may_reach(const struct tb_session *session, const struct tb_grant_command *command,
                         struct tb_bytes label)
{
    if (session->grant->events_reach_all || tb_bytes_are(label, session->label) ||
        tb_bytes_are(label, session->webview))
        return true;
    if (command->scope == TB_NO_INDEX)
        return false;
    const struct tb_grant_scope *scope = &session->grant->scopes[command->scope];
    return names(scope->allow, label) && !names(scope->deny, label);
}

static bool is_of_plugin(struct tb_bytes event, struct tb_bytes name)
{
    return event.n >= name.n + 3 && memcmp(event.data, name.data, name.n) == 0 &&
           memcmp(event.data + name.n, "://", 3) == 0;
}

static bool is_hosted(const struct tb_plugin *plugin)
{
    return plugin->granted && plugin->granted->host;
}

/* What only a plugin of that view may say to it; the host is some of them. */
static bool is_reserved(const struct tb_session *session, struct tb_bytes event, bool from_host)
{
    for (uint32_t i = 0; i < session->n_plugins; i++)
        if (is_of_plugin(event, session->plugins[i].name) &&
            !(from_host && is_hosted(&session->plugins[i])))
            return true;
    return false;
}

void tb_events_emit(struct tb_broker *broker, struct tb_session *from,
                    const struct tb_grant_command *command, const struct tb_emission *emission)
{
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (session && session->state == TB_SESSION_OPEN && session->listeners &&
            !is_reserved(session, emission->event, false) &&
            (session == from ||
             tb_events_may_reach(from, command, tb_bytes_of_string(session->label))))
            tell_session(broker, session, emission);
    }
}

/* Of the frame just read. */
static bool pack_payload(const struct tb_broker *broker, const msgpack_object *payload,
                         struct tb_buffer *out)
{
    struct tb_packer packer;
    tb_buffer_init(out, TB_CHUNK_MAX);
    tb_packer_init(&packer, out);
    tb_pack_object(&packer, payload);
    return !packer.failed && tb_buffer_n(out) <= TB_CHUNK_RAW_MAX &&
           tb_emit_fits(broker->unpacker.scanner);
}

const char *tb_events_from_plugin(struct tb_broker *broker, struct tb_plugin *plugin,
                                  const struct tb_frame *frame)
{
    struct tb_plugin_emit untrusted_emit;
    if (tb_plugin_emit_read(&broker->unpacker, frame->body, &untrusted_emit) != TB_OK)
        return "an event that is not in the format";
    struct tb_bytes event = untrusted_emit.event;
    if (!is_of_plugin(event, plugin->name))
        return "an event whose name does not begin with the plugin's and ://";
    tb_cleanup(tb_buffer_deinit) struct tb_buffer payload;
    if (!pack_payload(broker, untrusted_emit.payload, &payload))
        return "an event whose payload is larger than it may be";
    const struct tb_emission emission = {.event = event, .payload = tb_buffer_bytes(&payload)};
    tell_session(broker, plugin->session, &emission);
    return NULL;
}

static bool is_for(const struct tb_session *session, struct tb_bytes view)
{
    return view.n == 0 || tb_bytes_are(view, session->label) ||
           tb_bytes_are(view, session->webview);
}

/* The host speaks for every window, so that no policy says which it may reach. */
bool tb_events_from_host(struct tb_broker *broker, const struct tb_frame *frame)
{
    struct tb_emit emit;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer payload = {0};
    if (tb_emit_read(&broker->unpacker, frame->body, &emit) != TB_OK ||
        !pack_payload(broker, emit.payload, &payload))
        return false;
    const struct tb_emission emission = {
        .event = emit.event,
        .to = {emit.view.n > 0 ? TB_TARGET_ANY_LABEL : TB_TARGET_ANY, emit.view},
        .payload = tb_buffer_bytes(&payload),
    };
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (session && session->state == TB_SESSION_OPEN && is_for(session, emit.view) &&
            !is_reserved(session, emit.event, true))
            tell_session(broker, session, &emission);
    }
    return true;
}
