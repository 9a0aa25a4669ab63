#include "base/fd.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
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

/* The file, and its old content given up only now that it is known to be the right one. */
static bool open_target(struct tb_call *call, const struct fs_path *path,
                        const struct write_options *options, int *ret_fd)
{
    const struct fs_how how = {
        .intent = FS_FILE,
        .flags = O_WRONLY | flags_of(options),
        .mode = (unsigned)options->mode,
    };
    struct stat status;
    tb_fd fd = -1;
    if (!fs_open_for(call, path, &how, &status, &fd))
        return false;
    if (!options->append && ftruncate(fd, 0) < 0) {
        fs_answer_failure(call, fs_failure_of(-errno));
        return false;
    }
    *ret_fd = fd;
    fd = -1;
    return true;
}

/* ---- a content that comes in parts is written as it comes ---- */

struct writing {
    int fd;
};

static void end_writing(struct tb_stream *stream)
{
    struct writing *writing = tb_stream_data(stream);
    tb_fd_close(&writing->fd);
    free(writing);
    tb_stream_free(stream);
}

static size_t write_part(struct tb_stream *stream, struct tb_bytes bytes, bool last)
{
    const struct writing *writing = tb_stream_data(stream);
    int r = tb_fd_write_all(writing->fd, bytes);
    if (r < 0)
        fs_end_failed(stream, fs_failure_of(r));
    else if (last)
        (void)tb_stream_end_nil(stream);
    if (r < 0 || last)
        end_writing(stream);
    return bytes.n;
}

static void write_parts(struct tb_call *call, int *fd)
{
    static const struct tb_stream_events events = {.body = write_part, .cancel = end_writing};
    struct writing *writing = malloc(sizeof *writing);
    if (!writing) {
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return;
    }
    if (!tb_call_stream(call, &events, writing)) {
        free(writing);
        return;
    }
    *writing = (struct writing){.fd = *fd};
    *fd = -1;
}

static void write_content(struct tb_call *call, const struct fs_path *path,
                          const struct write_options *options)
{
    tb_fd fd = -1;
    if (!open_target(call, path, options, &fd))
        return;
    if (call->more) {
        write_parts(call, &fd);
        return;
    }
    int r = tb_fd_write_all(fd, call->body);
    fs_answer_done(call, r == 0, fs_failure_of(r));
}

void fs_write_file(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args args;
    struct write_options options;
    if (!fs_read_target(call, &path, &args) || !read_options(call, args, &options))
        return;
    if (call->has_body || call->more)
        write_content(call, &path, &options);
    else
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "the content is missing: it is the raw body");
}
