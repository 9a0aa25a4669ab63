/* From a call's arguments to an open descriptor: what all commands have in common. */
#include "plugins/fs/commands.h"

#include <errno.h>

const struct fs_failure fs_too_many_open = {
    TB_CODE_IO, EMFILE, "too many are open already: close those that are not needed"};

static bool refuse(struct tb_call *call, const char *group, const char *name, const char *why)
{
    tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "%s%s: %s", group, name, why);
    return false;
}

/* The folder that a relative path is relative to. */
static bool read_base(struct tb_call *call, struct tb_args options, const char *key,
                      struct tb_bytes *ret_base, bool *ret_given)
{
    uint64_t number = UINT64_MAX;
    if (!tb_arg_uint(call, options, key, TB_OPTIONAL, UINT16_MAX, &number))
        return false;
    bool given = number != UINT64_MAX;
    const char *variable = given ? fs_base_variable(number) : "RESOURCE";
    struct tb_bytes base = variable ? tb_plugin_var(call->init, variable) : (struct tb_bytes){0};
    if (given && base.n == 0)
        return refuse(call, "options.", key, "there is no such folder here");
    *ret_base = base;
    *ret_given = given;
    return true;
}

bool fs_resolve_path(struct tb_call *call, const char *key, struct tb_bytes text,
                     struct tb_args options, const char *base_key, struct fs_path *ret_path)
{
    struct tb_bytes base;
    bool has_base;
    if (!read_base(call, options, base_key, &base, &has_base))
        return false;
    /* An empty path is the base directory itself, but only where one was named. */
    if (text.n == 0 && !has_base)
        return refuse(call, "", key, "empty");
    const char *wrong = fs_path_read(text, base, ret_path);
    return wrong ? refuse(call, "", key, wrong) : true;
}

bool fs_read_path(struct tb_call *call, const char *key, struct tb_args options,
                  const char *base_key, struct fs_path *ret_path)
{
    struct tb_bytes text;
    return tb_arg_str(call, call->args, key, TB_REQUIRED, &text) &&
           fs_resolve_path(call, key, text, options, base_key, ret_path);
}

bool fs_read_target(struct tb_call *call, struct fs_path *ret_path, struct tb_args *ret_options)
{
    return tb_arg_args(call, call->args, "options", TB_OPTIONAL, ret_options) &&
           fs_read_path(call, "path", *ret_options, "baseDir", ret_path);
}

struct fs_target fs_target_of(const struct tb_call *call, const struct fs_path *path)
{
    return (struct fs_target){
        .space = fs_state_of(call)->space, .scope = call->scope, .path = path};
}

void fs_answer_failure(struct tb_call *call, struct fs_failure failure)
{
    tb_reply_error(call, failure.code, failure.number, "%s", failure.message);
}

void fs_end_failed(struct tb_stream *stream, struct fs_failure failure)
{
    (void)tb_stream_end_error(stream, failure.code, failure.number, "%s", failure.message);
}

void fs_answer_done(struct tb_call *call, bool done, struct fs_failure failure)
{
    if (done)
        tb_reply_nil(call);
    else
        fs_answer_failure(call, failure);
}

bool fs_open_for(struct tb_call *call, const struct fs_path *path, const struct fs_how *how,
                 struct stat *ret_status, int *ret_fd)
{
    const struct fs_target target = fs_target_of(call, path);
    struct fs_failure failure;
    if (fs_open(&target, how, &failure, ret_status, ret_fd))
        return true;
    fs_answer_failure(call, failure);
    return false;
}

bool fs_answer_id(struct tb_call *call, struct tb_ids *ids, void *thing)
{
    uint64_t id = tb_ids_add(ids, thing);
    if (id != 0)
        tb_pack_uint(tb_reply_value(call), id);
    else
        fs_answer_failure(call, fs_too_many_open);
    return id != 0;
}

void fs_do_nothing(struct tb_call *call)
{
    struct tb_bytes path;
    if (tb_arg_str(call, call->args, "path", TB_REQUIRED, &path))
        tb_reply_nil(call);
}
