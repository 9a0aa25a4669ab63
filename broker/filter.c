#include "broker/filter.h"

#include "base/result.h"

/* They still have to fit a message of the plugin's link, inside of its map. */
static const struct tb_scan_limits args_of_call = {
    .depth = TB_MSGPACK_DEPTH - 1,
    .nodes = TB_MSGPACK_NODES - TB_NODES_ADDED,
    .key = TB_MSGPACK_KEY,
};

struct tb_request tb_request_of(struct tb_session *session, struct tb_live_call *call,
                                const struct tb_call *message)
{
    const struct tb_grant_command *granted = tb_session_command(session, call->command)->granted;
    struct tb_request request = {
        .broker = session->broker,
        .session = session,
        .call = call,
        .granted = granted,
        .message = *message,
        .verdict = TB_ALLOW,
    };
    if (granted)
        request.rule = granted->rule;
    tb_buffer_init(&request.text, TB_FRAME_MAX);
    return request;
}

void tb_request_deinit(struct tb_request *request)
{
    tb_buffer_deinit(&request->text);
}

int tb_request_rewrite(struct tb_request *request, struct tb_buffer *text)
{
    const msgpack_object *args;
    tb_buffer_deinit(&request->text);
    request->text = *text;
    tb_buffer_init(text, 0);
    int r = tb_unpack(&request->broker->unpacker, &args_of_call, tb_buffer_bytes(&request->text),
                      &args);
    if (r != TB_OK)
        return r;
    if (args->type != MSGPACK_OBJECT_MAP)
        return TB_MALFORMED;
    request->message.args = args;
    request->verdict = TB_REWRITE;
    return TB_OK;
}

struct tb_bytes tb_request_pack(const struct tb_request *request, struct tb_buffer *out)
{
    struct tb_packer packer;
    tb_packer_init(&packer, out);
    tb_pack_object(&packer, request->message.args);
    if (packer.failed)
        return (struct tb_bytes){0};
    return tb_buffer_bytes(out);
}

/* What nobody has changed was judged already. */
static enum tb_step schema_again(struct tb_request *request)
{
    return request->verdict == TB_REWRITE ? tb_stage_schema(request) : TB_STEP_ON;
}

static enum tb_step (*const stages[TB_N_STAGES])(struct tb_request *request) = {
    [TB_STAGE_LIMITS] = tb_stage_limits,     [TB_STAGE_SCHEMA] = tb_stage_schema,
    [TB_STAGE_HOOK] = tb_stage_hook,         [TB_STAGE_RULES] = tb_stage_rules,
    [TB_STAGE_SCHEMA_AGAIN] = schema_again,  [TB_STAGE_ASK] = tb_stage_ask,
    [TB_STAGE_DISPATCH] = tb_stage_dispatch,
};

void tb_filter_run(struct tb_request *request, enum tb_stage from)
{
    enum tb_stage stage = from;
    while (stage < TB_N_STAGES && stages[stage](request) == TB_STEP_ON)
        stage++;
    tb_request_deinit(request);
}
