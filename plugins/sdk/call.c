/* One CALL, from its frame to its answer. */
#include "base/result.h"
#include "plugins/sdk/reader.h"
#include "plugins/sdk/session.h"
#include "plugins/sdk/value.h"

#include <errno.h>
#include <stdlib.h>

/* An array of one call has no more elements; names of maps add a little. */
enum { MEMORY = TB_MSGPACK_NODES + 8192 };

void *tb_call_memory(struct tb_call *call, size_t n)
{
    struct tb_session *session = tb_open_call_of(call)->session;
    if (!session->memory)
        session->memory = malloc(MEMORY);
    if (!session->memory || n > MEMORY - session->n_memory)
        return NULL;
    session->n_memory += n;
    return session->memory + session->n_memory - n;
}

struct call_text {
    uint64_t call;
    uint64_t command;
    uint64_t scope;
    const msgpack_object *args;
    struct tb_raw raw;
    bool has_scope;
    bool has_raw;
    bool more;
};

static int read_call(struct tb_session *session, struct tb_bytes body, struct call_text *ret_call)
{
    struct tb_plaintext plaintext;
    const msgpack_object *map;
    struct call_text call = {0};
    uint64_t n_raw = 0;
    bool has_more;
    const struct tb_field fields[] = {
        {.key = "call", .type = TB_UINT, .ret = &call.call},
        {.key = "command", .type = TB_UINT, .ret = &call.command, .max = UINT32_MAX},
        {.key = "scope", .type = TB_UINT, .ret = &call.scope, .ret_has = &call.has_scope},
        {.key = "args", .type = TB_MAP, .ret = &call.args},
        {.key = "bytes", .type = TB_UINT, .ret = &n_raw, .ret_has = &call.has_raw},
        {.key = "at", .type = TB_UINT, .ret = &call.raw.at, .ret_has = &call.raw.pooled},
        {.key = "more", .type = TB_BOOL, .ret = &call.more, .ret_has = &has_more},
    };
    int r = tb_plugin_unpack(&session->unpacker, body, &plaintext, &map);
    if (r == TB_OK)
        r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!tb_plugin_take_raw(&plaintext, call.has_raw, n_raw, &call.raw) || has_more != call.more ||
        (call.has_scope && call.scope >= session->init.n_scopes))
        return TB_MALFORMED;
    if (call.raw.pooled)
        r = tb_pool_find(&session->pool, call.raw.at, n_raw, &call.raw.bytes);
    *ret_call = call;
    return r;
}

static const struct tb_session_command *find(const struct tb_session *session, uint64_t number)
{
    size_t low = 0;
    size_t high = session->n_commands;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (session->commands[middle].number < number)
            low = middle + 1;
        else
            high = middle;
    }
    return low < session->n_commands && session->commands[low].number == number
               ? &session->commands[low]
               : NULL;
}

/* Sends what the handler has made of its answer. */
static int answer(struct tb_open_call *open)
{
    struct tb_session *session = open->session;
    if (session->answer.form == TB_DRAFT_EMPTY)
        tb_reply_error(&open->call, TB_CODE_IO, 0, "the plugin gave no answer");
    int r =
        tb_answer_finish(&session->answer, session->unpacker.scanner, open->number, &open->note);
    return r >= 0 && tb_draft_send(&session->answer, &session->out) ? TB_OK : -ENOMEM;
}

/* The body is the stream's from now on. */
static int hand_over(struct tb_open_call *open, const struct call_text *text)
{
    const struct tb_body_part part = {
        .bytes = text->raw.bytes,
        .last = !text->more,
        .pooled = text->raw.pooled,
        .at = text->raw.at,
    };
    return tb_streams_first(open->stream, &part);
}

/* A handler that knows nothing of parts would take the beginning of a body for all of it. */
static void run(const struct tb_session_command *command, struct tb_call *call)
{
    const struct tb_session_host *host = call->init->session->host;
    if (!command->handle)
        tb_reply_error(call, TB_CODE_UNIMPLEMENTED, 0, "%s",
                       host ? host->lacks : "this plugin does not have the command");
    else if (call->more && !command->parts)
        tb_reply_error(call, TB_CODE_TOO_LARGE, 0,
                       "this command takes its body in one piece, of 1 MiB at most");
    else
        command->handle(call);
}

int tb_session_call(struct tb_session *session, struct tb_bytes body)
{
    struct call_text text;
    int r = read_call(session, body, &text);
    if (r != TB_OK)
        return r;
    const struct tb_session_command *command = find(session, text.command);
    if (!command || tb_streams_find(&session->streams, text.call))
        return TB_UNKNOWN;
    struct tb_open_call open = {
        .call = {.init = &session->init,
                 .state = session->state,
                 .args = {.map = tb_value_of(text.args)},
                 .body = text.raw.bytes,
                 .has_body = text.has_raw,
                 .more = text.more,
                 .scope = text.has_scope ? (uint32_t)text.scope : TB_NO_SCOPE},
        .session = session,
        .number = text.call,
    };
    session->n_memory = 0;
    run(command, &open.call);
    if (open.stream && text.has_raw)
        return hand_over(&open, &text);
    r = open.stream ? TB_OK : answer(&open);
    if (text.raw.pooled)
        tb_session_release(session, text.raw.at);
    return r;
}
