#include "base/fd.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static void answer_too_large(struct tb_call *call, uint64_t n)
{
    tb_reply_error(call, TB_CODE_TOO_LARGE, 0,
                   "the file has %llu bytes; one answer holds at most %d", (unsigned long long)n,
                   FS_CONTENT_MAX);
}

/* Reads to the end, straight into the answer. The size is only where to begin: a file may grow, and
 * some have none until they are read. */
static void answer_content(struct tb_call *call, int fd, size_t size)
{
    size_t total = 0;
    tb_reply_bytes_begin(call);
    for (;;) {
        size_t want = total < size ? size - total + 1 : 4096;
        uint8_t *room = tb_reply_room(call, want);
        if (!room)
            return;
        ssize_t n = read(fd, room, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fs_answer_failure(call, fs_failure_of(-errno));
            return;
        }
        total += (size_t)n;
        tb_reply_commit(call, (size_t)n);
        if (total > FS_CONTENT_MAX) {
            answer_too_large(call, total);
            return;
        }
        /* One byte more was asked for than there should be: its absence is the end. */
        if (n == 0 || (total == size && (size_t)n < want))
            return;
    }
}

void fs_read_file(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct stat status;
    tb_fd fd = -1;
    const struct fs_how how = {.intent = FS_FILE, .flags = O_RDONLY};
    if (!fs_read_target(call, &path, &options) || !fs_open_for(call, &path, &how, &status, &fd))
        return;
    if (status.st_size > FS_CONTENT_MAX)
        answer_too_large(call, (uint64_t)status.st_size);
    else
        answer_content(call, fd, (size_t)status.st_size);
}
