/* The steps of a call behind its handle: grant, limits, audit, plugin. It is recorded, and then in
 * the plugin link's buffer; or it is refused, recorded as that, and answered. */
#include "broker/broker.h"

#include "base/clock.h"
#include "policy/own.h"
#include "proto/plugin.h"

#include <sodium.h>

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

int tb_dispatch_record(struct tb_broker *broker, struct tb_session *session,
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
    if (call->plugin != TB_NO_INDEX)
        record.plugin = session->plugins[call->plugin].name;
    record_args(&record, command->granted ? command->granted->args : TB_ARGS_NONE, args, hash);
    return tb_flush_record(broker, session, &record);
}

/* A call that is refused before it reaches a plugin: recorded as such, then answered. */
void tb_dispatch_refuse(struct tb_broker *broker, struct tb_session *session,
                        struct tb_live_call *call, enum tb_code code, const char *message,
                        uint32_t retry_ms)
{
    (void)tb_dispatch_record(broker, session, call, (struct tb_bytes){0}, code, message);
    call->ref = 0; /* the one record says all; there is no `done` */
    tb_answer_error(broker, session, call, code, message, retry_ms);
}

/* The plugin that a call is for, and what the call is there. */
struct place {
    struct tb_plugin *plugin;
    uint32_t number;
    uint32_t scope;
};

static void dispatch(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, const struct tb_call *message,
                     const struct place *place)
{
    struct tb_link *link = &place->plugin->link;
    struct tb_raw raw;
    if (tb_raw_of_call(session, place->plugin, message->raw, &raw) != TB_OK) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_PLUGIN_CRASHED,
                           "the plugin died while the body of the call came", 0);
        return;
    }
    const struct tb_plugin_call to_plugin = {
        .call = call->number,
        .command = place->number,
        .scope = place->scope,
        .args = message->args,
        .has_raw = message->has_raw,
        .more = message->more,
        .raw = raw,
    };
    size_t before = tb_buffer_n(&link->out);
    struct tb_bytes args; /* as they are sent: what is recorded is the same bytes */
    if (tb_plugin_call_write(&link->out, &to_plugin, &args) != TB_OK) {
        tb_raw_take_back(place->plugin, &raw);
        tb_dispatch_refuse(broker, session, call, TB_CODE_LIMIT,
                           "too many bytes wait for the plugin", 100);
        return;
    }
    if (tb_dispatch_record(broker, session, call, args, TB_CODE_NONE, "") != TB_OK) {
        tb_buffer_truncate(&link->out, before);
        tb_raw_take_back(place->plugin, &raw);
        call->ref = 0;
        tb_answer_error(broker, session, call, TB_CODE_AUDIT_UNAVAILABLE,
                        "the audit log cannot be written", 1000);
        return;
    }
    call->at_plugin = true;
    call->stream.more = message->more;
    tb_flush_mark(broker, link);
    if (message->more)
        tb_stream_welcome(broker, session, call);
}

/* The running instance that has handed the id out: no other one of the session's has its upper
 * bits. NULL: none. */
static struct tb_plugin *holder_of(struct tb_session *session, const msgpack_object *args)
{
    static const uint64_t upper = ~(uint64_t)UINT32_MAX;
    uint64_t untrusted_rid;
    const struct tb_field fields[] = {{"rid", TB_UINT, &untrusted_rid, 0, NULL}};
    if (tb_map_read(args, fields, TB_ARRAY_LEN(fields)) != TB_OK)
        return NULL;
    for (uint32_t i = 0; i < session->n_plugins; i++) {
        struct tb_plugin *plugin = &session->plugins[i];
        if (plugin->state == TB_PLUGIN_RUNNING && plugin->granted && plugin->granted->resources &&
            plugin->ids == (untrusted_rid & upper))
            return plugin;
    }
    return NULL;
}

static void close_resource(struct tb_broker *broker, struct tb_session *session,
                           struct tb_live_call *call, const struct tb_call *message)
{
    struct tb_plugin *plugin = holder_of(session, message->args);
    if (!plugin) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_NOT_FOUND, "there is no such resource",
                           0);
        return;
    }
    const struct place place = {plugin, plugin->close, TB_NO_INDEX};
    call->plugin = plugin->index;
    dispatch(broker, session, call, message, &place);
}

static void call_plugin(struct tb_broker *broker, struct tb_session *session,
                        struct tb_live_call *call, const struct tb_call *message)
{
    const struct tb_named *command = tb_session_command(session, call->command);
    struct tb_plugin *plugin = &session->plugins[command->plugin];
    if (plugin->state == TB_PLUGIN_IDLE && plugin->not_before_ns > broker->now_ns) {
        uint64_t wait_ms = (plugin->not_before_ns - broker->now_ns) / TB_MS_NS + 1;
        tb_dispatch_refuse(broker, session, call, TB_CODE_PLUGIN_UNAVAILABLE,
                           "the plugin crashed and is not started again yet", (uint32_t)wait_ms);
        return;
    }
    if (plugin->state == TB_PLUGIN_IDLE && tb_launch(broker, plugin) != TB_OK) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_PLUGIN_UNAVAILABLE,
                           "the plugin could not be started", 1000);
        return;
    }
    const struct place place = {plugin, command->number, command->scope};
    dispatch(broker, session, call, message, &place);
}

/* What no plugin implements, the broker answers itself, or nobody does. */
static void call_own(struct tb_broker *broker, struct tb_session *session,
                     struct tb_live_call *call, const struct tb_call *message)
{
    const struct tb_grant_command *granted = tb_session_command(session, call->command)->granted;
    /* A plugin that has come with a reload is for the next document. */
    enum tb_own own = granted->plugin == TB_NO_INDEX ? tb_own_of(granted->name) : TB_OWN_NONE;
    if (own == TB_OWN_CLOSE)
        close_resource(broker, session, call, message);
    else if (own != TB_OWN_NONE)
        tb_event_call(broker, session, call, own, message);
    else
        tb_dispatch_refuse(broker, session, call, TB_CODE_UNIMPLEMENTED,
                           "nothing implements this command", 0);
}

void tb_dispatch(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                 const struct tb_call *message)
{
    const struct tb_named *command = tb_session_command(session, call->command);
    if (tb_tripwire_called(broker, session, call->command))
        return;
    if (!command->granted) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_DENIED, "revoked by reload", 0);
        return;
    }
    call->span_ns = command->granted->deadline_ns;
    tb_answer_by(broker, session, call, tb_clock_after(broker->now_ns, call->span_ns));
    if (session->n_bytes_live > TB_SESSION_BYTES) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_LIMIT, "too many request bytes in flight",
                           100);
        return;
    }
    if (tb_scanner_size(broker->unpacker.scanner).nodes + TB_NODES_ADDED > TB_MSGPACK_NODES) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_TOO_LARGE,
                           "the arguments are of more values than a message may be", 0);
        return;
    }
    if (message->more && session->n_streams >= TB_SESSION_STREAMS) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_LIMIT, "too many streams", 100);
        return;
    }
    if (!tb_audit_available(&broker->audit)) {
        tb_dispatch_refuse(broker, session, call, TB_CODE_AUDIT_UNAVAILABLE,
                           "the audit log cannot be written", 1000);
        return;
    }
    if (!tb_charge_call(broker, session, call))
        return;
    if (command->plugin == TB_NO_INDEX)
        call_own(broker, session, call, message);
    else
        call_plugin(broker, session, call, message);
}
