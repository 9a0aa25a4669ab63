#include "base/fd.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

void fs_truncate(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct stat status;
    uint64_t length = 0;
    tb_fd fd = -1;
    const struct fs_how how = {.intent = FS_FILE, .flags = O_WRONLY};
    if (!fs_read_target(call, &path, &options) ||
        !tb_arg_uint(call, call->args, "len", TB_OPTIONAL, INT64_MAX, &length) ||
        !fs_open_for(call, &path, &how, &status, &fd))
        return;
    bool done = ftruncate(fd, (off_t)length) == 0;
    fs_answer_done(call, done, fs_failure_of(-errno));
}
