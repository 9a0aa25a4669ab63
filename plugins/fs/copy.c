#include "base/fd.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

enum { STEP = 64 * 1024 };

/* 0 or -errno. */
static int copy_content(int from, int to)
{
    uint8_t room[STEP];
    for (;;) {
        ssize_t n = read(from, room, sizeof room);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return n < 0 ? -errno : 0;
        int r = tb_fd_write_all(to, tb_bytes_of(room, (size_t)n));
        if (r < 0)
            return r;
    }
}

/* A file that is its own copy keeps its content. */
static int replace_content(int from, const struct stat *from_status, int to,
                           const struct stat *to_status)
{
    if (fs_identity_equal(fs_identity_of(from_status), fs_identity_of(to_status)))
        return 0;
    return ftruncate(to, 0) < 0 ? -errno : copy_content(from, to);
}

static void copy(struct tb_call *call, const struct fs_path *from_path,
                 const struct fs_path *to_path)
{
    const struct fs_how reading = {.intent = FS_FILE, .flags = O_RDONLY};
    struct stat from_status;
    struct stat to_status;
    tb_fd from = -1;
    tb_fd to = -1;
    if (!fs_open_for(call, from_path, &reading, &from_status, &from))
        return;
    const struct fs_how writing = {
        .intent = FS_FILE, .flags = O_WRONLY | O_CREAT, .mode = from_status.st_mode};
    if (!fs_open_for(call, to_path, &writing, &to_status, &to))
        return;
    int r = replace_content(from, &from_status, to, &to_status);
    fs_answer_done(call, r == 0, fs_failure_of(r));
}

void fs_copy_file(struct tb_call *call)
{
    struct fs_path from;
    struct fs_path to;
    struct tb_args options;
    if (tb_arg_args(call, call->args, "options", TB_OPTIONAL, &options) &&
        fs_read_path(call, "fromPath", options, "fromPathBaseDir", &from) &&
        fs_read_path(call, "toPath", options, "toPathBaseDir", &to))
        copy(call, &from, &to);
}
