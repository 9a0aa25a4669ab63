#include "plugins/sdk/session.h"

#include "base/result.h"
#include "base/wire.h"

#include <errno.h>
#include <stdlib.h>

enum { READ_ROOM = 64 * 1024, ERROR_ROOM = 4096 };

int tb_session_init(struct tb_session *session, const struct tb_plugin *plugin)
{
    *session = (struct tb_session){.plugin = plugin};
    tb_buffer_init(&session->in, TB_HEADER_SIZE + TB_FRAME_MAX + READ_ROOM);
    tb_buffer_init(&session->out, TB_SESSION_SEND + TB_HEADER_SIZE + TB_FRAME_MAX + ERROR_ROOM);
    int r = tb_unpacker_init(&session->init_unpacker, &tb_scan_grant);
    return r != 0 ? r : tb_unpacker_init(&session->unpacker, &tb_scan_peer);
}

void tb_session_deinit(struct tb_session *session)
{
    if (session->started && session->plugin->stop)
        session->plugin->stop(session->state);
    tb_buffer_deinit(&session->in);
    tb_buffer_deinit(&session->out);
    tb_unpacker_deinit(&session->init_unpacker);
    tb_unpacker_deinit(&session->unpacker);
    free(session->init_text);
    free(session->commands);
    free(session->scopes);
    *session = (struct tb_session){0};
}

int tb_session_split(struct tb_bytes body, struct tb_bytes *ret_text, struct tb_bytes *ret_raw)
{
    struct tb_reader reader = tb_reader_init(body);
    struct tb_bytes text = tb_read_bytes(&reader, tb_read_u32(&reader));
    if (reader.failed)
        return TB_MALFORMED;
    *ret_text = text;
    *ret_raw = tb_bytes_of(reader.p, reader.left);
    return TB_OK;
}

static int start(struct tb_session *session, struct tb_bytes body)
{
    const struct tb_plugin *plugin = session->plugin;
    int r = tb_session_read_init(session, body);
    if (r != TB_OK)
        return r;
    session->started = true;
    if (plugin->start && plugin->start(&session->init, &session->state) != 0)
        return -ECANCELED;
    if (plugin->seal && plugin->seal(session->state) != 0)
        return -ECANCELED;
    return TB_OK;
}

struct call_text {
    uint64_t call;
    uint64_t command;
    uint64_t scope;
    const msgpack_object *args;
    uint64_t n_raw;
    bool has_scope;
    bool has_raw;
};

static int read_call(struct tb_session *session, struct tb_bytes body, struct call_text *ret_call,
                     struct tb_bytes *ret_raw)
{
    struct tb_bytes text;
    struct tb_bytes raw;
    const msgpack_object *map;
    int r = tb_session_split(body, &text, &raw);
    if (r == TB_OK)
        r = tb_unpack(&session->unpacker, &tb_scan_peer, text, &map);
    if (r != TB_OK)
        return r;
    struct call_text call = {0};
    const struct tb_field fields[] = {
        {.key = "call", .type = TB_UINT, .ret = &call.call},
        {.key = "command", .type = TB_UINT, .ret = &call.command, .max = UINT32_MAX},
        {.key = "scope", .type = TB_UINT, .ret = &call.scope, .ret_has = &call.has_scope},
        {.key = "args", .type = TB_MAP, .ret = &call.args},
        {.key = "bytes", .type = TB_UINT, .ret = &call.n_raw, .ret_has = &call.has_raw},
    };
    r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (call.n_raw != raw.n || (call.has_scope && call.scope >= session->init.n_scopes))
        return TB_MALFORMED;
    *ret_call = call;
    *ret_raw = raw;
    return TB_OK;
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

static int handle_call(struct tb_session *session, struct tb_bytes body)
{
    struct call_text text;
    struct tb_bytes raw;
    int r = read_call(session, body, &text, &raw);
    if (r != TB_OK)
        return r;
    const struct tb_session_command *command = find(session, text.command);
    if (!command)
        return TB_UNKNOWN;
    struct tb_call call = {
        .init = &session->init,
        .state = session->state,
        .args = {.map = text.args},
        .body = raw,
        .has_body = text.has_raw,
        .scope = text.has_scope ? (uint32_t)text.scope : TB_NO_SCOPE,
        .reply = tb_reply_begin(&session->out, session->unpacker.scanner, text.call),
    };
    if (command->handle)
        command->handle(&call);
    else
        tb_reply_error(&call, TB_CODE_UNIMPLEMENTED, 0, "this plugin does not have the command");
    return tb_reply_end(&call);
}

/* Commands run to their end one by one, so what is to be cancelled has been answered already. */
static int handle_cancel(struct tb_session *session, struct tb_bytes body)
{
    struct tb_bytes text;
    struct tb_bytes raw;
    const msgpack_object *map;
    uint64_t call;
    int r = tb_session_split(body, &text, &raw);
    if (r == TB_OK)
        r = tb_unpack(&session->unpacker, &tb_scan_peer, text, &map);
    if (r != TB_OK)
        return r;
    const struct tb_field fields[] = {{.key = "call", .type = TB_UINT, .ret = &call}};
    r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    return r != TB_OK ? r : raw.n == 0 ? TB_OK : TB_MALFORMED;
}

static int handle(struct tb_session *session, const struct tb_frame *frame)
{
    if (session->started != (frame->kind != TB_PLUGIN_INIT))
        return TB_MALFORMED;
    if (frame->kind == TB_PLUGIN_INIT)
        return start(session, frame->body);
    return frame->kind == TB_PLUGIN_CALL ? handle_call(session, frame->body)
                                         : handle_cancel(session, frame->body);
}

int tb_session_step(struct tb_session *session, size_t *ret_need)
{
    for (int i = 0; i < TB_SESSION_BATCH && tb_buffer_n(&session->out) < TB_SESSION_SEND; i++) {
        struct tb_frame frame;
        size_t size;
        int r = tb_frame_parse(TB_SIDE_PLUGIN, tb_buffer_bytes(&session->in), &frame, &size);
        if (r == TB_AGAIN && tb_buffer_n(&session->out) > 0)
            return TB_OK;
        if (r == TB_AGAIN)
            *ret_need = size;
        if (r == TB_OK)
            r = handle(session, &frame);
        if (r != TB_OK)
            return r;
        tb_buffer_consume(&session->in, size);
    }
    return TB_OK;
}
