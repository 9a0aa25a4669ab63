#include "base/fd.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

struct write_options {
    bool append;
    bool create;
    bool create_new;
    uint64_t mode;
};

static bool read_options(struct tb_call *call, struct tb_args args,
                         struct write_options *ret_options)
{
    struct write_options options = {.create = true, .mode = 0666};
    if (!tb_arg_bool(call, args, "append", TB_OPTIONAL, &options.append) ||
        !tb_arg_bool(call, args, "create", TB_OPTIONAL, &options.create) ||
        !tb_arg_bool(call, args, "createNew", TB_OPTIONAL, &options.create_new) ||
        !tb_arg_uint(call, args, "mode", TB_OPTIONAL, UINT32_MAX, &options.mode))
        return false;
    *ret_options = options;
    return true;
}

static int flags_of(const struct write_options *options)
{
    int flags = options->append ? O_APPEND : 0;
    if (options->create_new)
        return flags | O_CREAT | O_EXCL;
    return options->create ? flags | O_CREAT : flags;
}

/* Only now that the file is known to be the right one is its old content given up. 0 or -errno. */
static int replace_content(int fd, const struct write_options *options, struct tb_bytes content)
{
    if (!options->append && ftruncate(fd, 0) < 0)
        return -errno;
    return tb_fd_write_all(fd, content);
}

static void write_target(struct tb_call *call, const struct fs_path *path,
                         const struct write_options *options)
{
    const struct fs_how how = {
        .intent = FS_FILE,
        .flags = O_WRONLY | flags_of(options),
        .mode = (unsigned)options->mode,
    };
    struct stat status;
    tb_fd fd = -1;
    if (!fs_open_for(call, path, &how, &status, &fd))
        return;
    int r = replace_content(fd, options, call->body);
    if (r < 0)
        fs_answer_failure(call, fs_failure_of(r));
    else
        tb_reply_nil(call);
}

void fs_write_file(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args args;
    struct write_options options;
    if (!fs_read_target(call, &path, &args) || !read_options(call, args, &options))
        return;
    if (call->has_body)
        write_target(call, &path, &options);
    else
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "the content is missing: it is the raw body");
}
