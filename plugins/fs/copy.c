#include "base/fd.h"
#include "plugins/fs/change.h"
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

bool fs_copy(const struct fs_target *from, const struct fs_target *to,
             struct fs_failure *ret_failure)
{
    const struct fs_how reading = {.intent = FS_FILE, .flags = O_RDONLY};
    struct stat from_status;
    struct stat to_status;
    tb_fd from_fd = -1;
    tb_fd to_fd = -1;
    if (!fs_open(from, &reading, ret_failure, &from_status, &from_fd))
        return false;
    const struct fs_how writing = {
        .intent = FS_FILE, .flags = O_WRONLY | O_CREAT, .mode = from_status.st_mode};
    if (!fs_open(to, &writing, ret_failure, &to_status, &to_fd))
        return false;
    int r = replace_content(from_fd, &from_status, to_fd, &to_status);
    return r == 0 || fs_fail(fs_failure_of(r), ret_failure);
}

void fs_copy_file(struct tb_call *call)
{
    struct fs_path from_path;
    struct fs_path to_path;
    struct tb_args options;
    struct fs_failure failure;
    if (!tb_arg_args(call, call->args, "options", TB_OPTIONAL, &options) ||
        !fs_read_path(call, "fromPath", options, "fromPathBaseDir", &from_path) ||
        !fs_read_path(call, "toPath", options, "toPathBaseDir", &to_path))
        return;
    const struct fs_target from = fs_target_of(call, &from_path);
    const struct fs_target to = fs_target_of(call, &to_path);
    bool done = fs_copy(&from, &to, &failure);
    fs_answer_done(call, done, failure);
}
