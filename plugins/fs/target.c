/* From a call's arguments to an open descriptor: what all commands have in common. */
#include "plugins/fs/commands.h"

static bool refuse(struct tb_call *call, const char *name, const char *why)
{
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s: %s", name, why);
    return false;
}

/* The folder that a relative path is relative to. */
static bool read_base(struct tb_call *call, struct tb_args options, struct tb_bytes *ret_base,
                      bool *ret_given)
{
    uint64_t number = UINT64_MAX;
    if (!tb_arg_uint(call, options, "baseDir", TB_OPTIONAL, UINT16_MAX, &number))
        return false;
    bool given = number != UINT64_MAX;
    const char *variable = given ? fs_base_variable(number) : "RESOURCE";
    struct tb_bytes base = variable ? tb_plugin_var(call->init, variable) : (struct tb_bytes){0};
    if (given && base.n == 0)
        return refuse(call, "options.baseDir", "there is no such folder here");
    *ret_base = base;
    *ret_given = given;
    return true;
}

bool fs_read_target(struct tb_call *call, struct fs_path *ret_path, struct tb_args *ret_options)
{
    struct tb_bytes text;
    struct tb_bytes base;
    bool has_base;
    if (!tb_arg_str(call, call->args, "path", TB_REQUIRED, &text) ||
        !tb_arg_args(call, call->args, "options", TB_OPTIONAL, ret_options) ||
        !read_base(call, *ret_options, &base, &has_base))
        return false;
    /* An empty path is the base directory itself, but only where one was named. */
    if (text.n == 0 && !has_base)
        return refuse(call, "path", "empty");
    const char *wrong = fs_path_read(text, base, ret_path);
    return wrong ? refuse(call, "path", wrong) : true;
}

void fs_answer_failure(struct tb_call *call, struct fs_failure failure)
{
    tb_reply_error(call, failure.code, failure.number, "%s", failure.message);
}

bool fs_open_for(struct tb_call *call, const struct fs_path *path, enum fs_intent intent,
                 struct stat *ret_status, int *ret_fd)
{
    const struct fs_request request = {
        .space = call->state, .scope = call->scope, .path = path, .intent = intent};
    struct fs_failure failure;
    if (fs_open(&request, &failure, ret_status, ret_fd))
        return true;
    fs_answer_failure(call, failure);
    return false;
}
