/* Schemas: what the args of a command have to be. A command without one passes. */
#include "broker/filter.h"

static void deny(const struct tb_request *request, int result, const char *where)
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer args;
    tb_buffer_init(&args, TB_FRAME_MAX);
    const struct tb_filter_schema *schema = request->granted->schema;
    const struct tb_rule rule = {.file = schema->file, .line = schema->line};
    const struct tb_denial denial = {
        .code = result == TB_TOO_LARGE ? TB_CODE_TOO_LARGE : TB_CODE_INVALID_ARGS,
        .message = result == TB_TOO_LARGE ? "the arguments are too many to be checked"
                                          : "the arguments are not what the command takes",
        .reason = tb_bytes_of_string(where),
        .rule = &rule,
        .args = tb_request_pack(request, &args),
    };
    tb_dispatch_deny(request, &denial);
}

enum tb_step tb_stage_schema(struct tb_request *request)
{
    char where[TB_SCHEMA_WHERE_MAX];
    const struct tb_filter_schema *schema = request->granted->schema;
    if (!schema)
        return TB_STEP_ON;
    uint64_t n_raw = request->message.more ? TB_RAW_UNKNOWN : request->message.raw.n;
    int r = tb_filter_schema_check(schema, request->message.args, n_raw, where);
    if (r == TB_OK)
        return TB_STEP_ON;
    deny(request, r, where);
    return TB_STEP_OVER;
}
