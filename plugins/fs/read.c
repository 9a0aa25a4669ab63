#include "base/fd.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

/* ---- as a stream: no more of the file is held than one piece ---- */

struct reading {
    int fd;
    off_t at;
};

static void end_reading(struct tb_stream *stream)
{
    struct reading *reading = tb_stream_data(stream);
    tb_fd_close(&reading->fd);
    free(reading);
    tb_stream_free(stream);
}

/* Whether it goes on. */
static bool send_piece(struct tb_stream *stream, size_t n)
{
    struct reading *reading = tb_stream_data(stream);
    uint8_t *room = tb_stream_bytes_room(stream, NULL, n);
    ssize_t got = room ? pread(reading->fd, room, n, reading->at) : -1;
    if (got > 0) {
        if (tb_stream_bytes_send(stream, (size_t)got) != TB_SENT)
            return false;
        reading->at += got;
        return true;
    }
    if (got == 0)
        (void)tb_stream_end_bytes(stream, (struct tb_bytes){0});
    else
        fs_end_failed(stream, fs_failure_of(room ? -errno : -ENOMEM));
    end_reading(stream);
    return false;
}

static void send_pieces(struct tb_stream *stream)
{
    size_t n;
    do
        n = tb_stream_room(stream);
    while (n > 0 && send_piece(stream, n));
}

static void answer_stream(struct tb_call *call, int *fd)
{
    static const struct tb_stream_events events = {.room = send_pieces, .cancel = end_reading};
    struct reading *reading = malloc(sizeof *reading);
    if (!reading) {
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return;
    }
    if (!tb_call_stream(call, &events, reading)) {
        free(reading);
        return;
    }
    *reading = (struct reading){.fd = *fd};
    *fd = -1;
}

/* ---- in one answer ---- */

/* Reads to the end, straight into the answer. The size is only where to begin: a file may grow, and
 * some have none until they are read. False: it is more than one answer holds. */
static bool answer_content(struct tb_call *call, int fd, size_t size)
{
    size_t total = 0;
    tb_reply_bytes_begin(call);
    for (;;) {
        size_t want = total < size ? size - total + 1 : 4096;
        uint8_t *room = tb_reply_room(call, want);
        if (!room)
            return true;
        ssize_t n = read(fd, room, want);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0) {
            fs_answer_failure(call, fs_failure_of(-errno));
            return true;
        }
        total += (size_t)n;
        if (total > FS_CONTENT_MAX)
            return false;
        tb_reply_commit(call, (size_t)n);
        /* One byte more was asked for than there should be: its absence is the end. */
        if (n == 0 || (total == size && (size_t)n < want))
            return true;
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
    if (status.st_size <= FS_CONTENT_MAX && answer_content(call, fd, (size_t)status.st_size))
        return;
    answer_stream(call, &fd);
}
