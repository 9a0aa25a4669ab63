/* Where a call behind its handle begins, and the last of its stages (filter.h): it is recorded, and
 * then in the plugin link's buffer; or it is refused, recorded as that, and answered. */
#include "broker/private.h"
#include "broker/waiting.h"

#include "policy/own.h"
#include "proto/plugin.h"

#include <sodium.h>

/* Too long to be sent: the scribe gets their digest. */
static void hash_args(struct tb_record *record, struct tb_buffer *space)
{
    uint8_t hash[TB_DIGEST_SIZE];
    crypto_generichash(hash, sizeof hash, record->args.data, record->args.n, NULL, 0);
    bool kept = tb_buffer_append(space, tb_bytes_of(hash, sizeof hash));
    record->args_kind = kept ? TB_ARGS_HASHED : TB_ARGS_NONE;
    record->args = tb_buffer_bytes(space);
}

/* A digest of secrets would tell who guesses them that they are right: of a private command's there
 * is none, and no more than those in its list. */
void tb_dispatch_args(struct tb_broker *broker, struct tb_record *record,
                      const struct tb_grant_command *command, struct tb_bytes args,
                      struct tb_buffer *space)
{
    tb_buffer_init(space, TB_RECORD_ARGS_MAX);
    record->args_kind = command ? command->args : TB_ARGS_NONE;
    if (record->args_kind == TB_ARGS_NONE)
        return;
    record->args = args;
    if (command->record) {
        record->args = tb_private_recorded(broker, command, args, space);
        record->args_kind = record->args.n > 0 ? TB_ARGS_FULL : TB_ARGS_NONE;
    } else if (args.n > TB_RECORD_ARGS_MAX) {
        hash_args(record, space);
    }
}

/* Of a command that was revoked: what denies it now, if anything does. */
static struct tb_rule denied_by(const struct tb_session *session, const struct tb_named *command)
{
    const struct tb_grant_denied *denied = tb_grant_find_denied(session->grant, command->name);
    return denied ? denied->rule : (struct tb_rule){0};
}

int tb_dispatch_record(const struct tb_request *request, struct tb_bytes args,
                       const struct tb_denial *denial)
{
    const struct tb_session *session = request->session;
    struct tb_live_call *call = request->call;
    const struct tb_named *command = tb_session_command(session, call->command);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer space;
    struct tb_record record = {
        .event = TB_EVENT_CALL,
        .verdict = denial ? TB_DENY : request->verdict,
        .ref = call->ref = tb_audit_next_ref(&request->broker->audit),
        .n_in = call->n_in,
        .command = command->name,
        .rule = command->granted ? request->rule : denied_by(session, command),
    };
    if (denial) {
        record.code = denial->code;
        record.reason = denial->reason.n > 0 ? denial->reason : tb_bytes_of_string(denial->message);
        record.rule = denial->rule ? *denial->rule : record.rule;
    }
    if (call->plugin != TB_NO_INDEX)
        record.plugin = session->plugins[call->plugin].name;
    tb_dispatch_args(request->broker, &record, command->granted, args, &space);
    return tb_flush_record(request->broker, session, &record);
}

void tb_dispatch_deny(const struct tb_request *request, const struct tb_denial *denial)
{
    (void)tb_dispatch_record(request, denial->args, denial);
    request->call->ref = 0; /* the one record says all; there is no `done` */
    tb_answer_error(request->broker, request->session, request->call, denial->code, denial->message,
                    denial->retry_ms);
}

void tb_dispatch_refuse(const struct tb_request *request, enum tb_code code, const char *message,
                        uint32_t retry_ms)
{
    const struct tb_denial denial = {.code = code, .message = message, .retry_ms = retry_ms};
    tb_dispatch_deny(request, &denial);
}

void tb_dispatch_refuse_call(struct tb_session *session, struct tb_live_call *call,
                             enum tb_code code, const char *message, uint32_t retry_ms)
{
    const struct tb_call message_of_none = {0};
    struct tb_request request = tb_request_of(session, call, &message_of_none);
    tb_dispatch_refuse(&request, code, message, retry_ms);
}

/* The plugin that a call is for, and what the call is there. */
struct place {
    struct tb_plugin *plugin;
    uint32_t number;
    uint32_t scope;
};

/* What was recorded goes on to the plugin. */
static void passed(const struct tb_request *request, struct tb_link *link)
{
    struct tb_live_call *call = request->call;
    call->at_plugin = true;
    tb_flush_mark(request->broker, link);
    if (!request->message.more)
        return;
    tb_assert(tb_stream_welcome(request->broker, request->session, call) == TB_OK);
    tb_stream_pass_kept(request->broker, request->session, call);
}

static void dispatch(const struct tb_request *request, const struct place *place)
{
    struct tb_session *session = request->session;
    const struct tb_call *message = &request->message;
    struct tb_link *link = &place->plugin->link;
    struct tb_raw raw;
    if (message->more && !tb_session_has_stream(session, request->call)) {
        tb_dispatch_refuse(request, TB_CODE_LIMIT, "too many streams", 100);
        return;
    }
    if (!request->fresh) {
        raw = tb_raw_to_plugin(place->plugin, message->raw);
    } else if (tb_raw_of_call(session, place->plugin, message->raw, &raw) != TB_OK) {
        tb_dispatch_refuse(request, TB_CODE_PLUGIN_CRASHED,
                           "the plugin died while the body of the call came", 0);
        return;
    }
    const struct tb_plugin_call to_plugin = {
        .call = request->call->number,
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
        tb_dispatch_refuse(request, TB_CODE_LIMIT, "too many bytes wait for the plugin", 100);
        return;
    }
    if (tb_dispatch_record(request, args, NULL) != TB_OK) {
        tb_buffer_truncate(&link->out, before);
        tb_raw_take_back(place->plugin, &raw);
        request->call->ref = 0;
        tb_answer_error(request->broker, session, request->call, TB_CODE_AUDIT_UNAVAILABLE,
                        "the audit log cannot be written", 1000);
        return;
    }
    passed(request, link);
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

/* Only here is it known whose call it is, and behind which others it came. */
static void close_resource(struct tb_request *request)
{
    struct tb_plugin *plugin = holder_of(request->session, request->message.args);
    if (!plugin) {
        tb_dispatch_refuse(request, TB_CODE_NOT_FOUND, "there is no such resource", 0);
        return;
    }
    if (tb_order_holds(&plugin->order, request->call->number)) {
        (void)tb_waiting_queue(request, &plugin->order, TB_STAGE_DISPATCH);
        return;
    }
    const struct place place = {plugin, plugin->close, TB_NO_INDEX};
    request->call->plugin = plugin->index;
    dispatch(request, &place);
}

static void call_plugin(const struct tb_request *request)
{
    struct tb_broker *broker = request->broker;
    const struct tb_named *command = tb_session_command(request->session, request->call->command);
    struct tb_plugin *plugin = &request->session->plugins[command->plugin];
    uint32_t wait_ms = tb_back_off_wait_ms(&plugin->back_off, broker->now_ns);
    if (plugin->state == TB_PLUGIN_IDLE && wait_ms > 0) {
        tb_dispatch_refuse(request, TB_CODE_PLUGIN_UNAVAILABLE,
                           "the plugin crashed and is not started again yet", wait_ms);
        return;
    }
    if (plugin->state == TB_PLUGIN_IDLE && tb_launch(broker, plugin) != TB_OK) {
        tb_dispatch_refuse(request, TB_CODE_PLUGIN_UNAVAILABLE, "the plugin could not be started",
                           1000);
        return;
    }
    const struct place place = {plugin, command->number, command->scope};
    dispatch(request, &place);
}

/* What no plugin implements, the broker answers itself, or nobody does. */
static void call_own(struct tb_request *request)
{
    /* A plugin that has come with a reload is for the next document. */
    enum tb_own own =
        request->granted->plugin == TB_NO_INDEX ? tb_own_of(request->granted->name) : TB_OWN_NONE;
    if (own == TB_OWN_CLOSE)
        close_resource(request);
    else if (own != TB_OWN_NONE)
        tb_event_call(request, own);
    else
        tb_dispatch_refuse(request, TB_CODE_UNIMPLEMENTED, "nothing implements this command", 0);
}

enum tb_step tb_stage_dispatch(struct tb_request *request)
{
    if (tb_session_command(request->session, request->call->command)->plugin == TB_NO_INDEX)
        call_own(request);
    else
        call_plugin(request);
    return TB_STEP_OVER;
}

/* ---- before its stages ---- */

/* What no policy has to say: false, and the call is answered. */
static bool may_begin(const struct tb_request *request)
{
    const struct tb_session *session = request->session;
    struct tb_broker *broker = request->broker;
    if (session->n_bytes_live > TB_SESSION_BYTES)
        tb_dispatch_refuse(request, TB_CODE_LIMIT, "too many request bytes in flight", 100);
    else if (tb_scanner_size(broker->unpacker.scanner).nodes + TB_NODES_ADDED > TB_MSGPACK_NODES)
        tb_dispatch_refuse(request, TB_CODE_TOO_LARGE,
                           "the arguments are of more values than a message may be", 0);
    else if (request->message.more && !tb_session_has_stream(session, request->call))
        tb_dispatch_refuse(request, TB_CODE_LIMIT, "too many streams", 100);
    else if (!tb_audit_available(&broker->audit))
        tb_dispatch_refuse(request, TB_CODE_AUDIT_UNAVAILABLE, "the audit log cannot be written",
                           1000);
    else
        return true;
    return false;
}

void tb_dispatch(struct tb_broker *broker, struct tb_session *session, struct tb_live_call *call,
                 const struct tb_call *message)
{
    if (tb_tripwire_called(broker, session, call->command))
        return;
    struct tb_request request = tb_request_of(session, call, message);
    if (!request.granted) {
        tb_dispatch_refuse(&request, TB_CODE_DENIED, "revoked by reload", 0);
        return;
    }
    request.fresh = true;
    call->span_ns = request.granted->deadline_ns;
    call->stream.more = message->more;
    tb_answer_by(broker, session, call, tb_clock_after(broker->now_ns, call->span_ns));
    if (may_begin(&request))
        tb_filter_run(&request, TB_STAGE_LIMITS);
}
