#include "base/fd.h"
#include "base/result.h"
#include "plugins/fs/change.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    PIECE = 64 * 1024,
    PIECES = 64, /* between looks at other calls */
};

int fs_copy_go_on(struct fs_copying *copying)
{
    uint8_t room[PIECE];
    for (int i = 0; i < PIECES && !copying->itself; i++) {
        ssize_t n = read(copying->from, room, sizeof room);
        if (n <= 0)
            return n < 0 ? -errno : TB_OK;
        int r = tb_fd_write_all(copying->to, tb_bytes_of(room, (size_t)n));
        if (r < 0)
            return r;
    }
    return copying->itself ? TB_OK : TB_AGAIN;
}

void fs_copy_end(struct fs_copying *copying)
{
    tb_fd_close(&copying->from);
    tb_fd_close(&copying->to);
}

bool fs_copy_begin(const struct fs_target *from, const struct fs_target *to,
                   struct fs_copying *ret_copying, struct fs_failure *ret_failure)
{
    tb_cleanup(fs_copy_end) struct fs_copying copying = {.from = -1, .to = -1};
    const struct fs_how reading = {.intent = FS_FILE, .flags = O_RDONLY};
    struct stat from_status;
    struct stat to_status;
    if (!fs_open(from, &reading, ret_failure, &from_status, &copying.from))
        return false;
    const struct fs_how writing = {
        .intent = FS_FILE, .flags = O_WRONLY | O_CREAT, .mode = from_status.st_mode};
    if (!fs_open(to, &writing, ret_failure, &to_status, &copying.to))
        return false;
    copying.itself = fs_identity_equal(fs_identity_of(&from_status), fs_identity_of(&to_status));
    if (!copying.itself && ftruncate(copying.to, 0) < 0)
        return fs_fail(fs_failure_of(-errno), ret_failure);
    *ret_copying = copying;
    copying = (struct fs_copying){.from = -1, .to = -1};
    return true;
}

/* ---- what takes longer, between other calls ---- */

struct later {
    struct fs_copying copying;
    struct tb_stream *stream;
    struct tb_timer *timer;
};

static void free_later(struct later *later)
{
    fs_copy_end(&later->copying);
    tb_timer_free(later->timer);
    tb_stream_free(later->stream);
    free(later);
}

static void cancel(struct tb_stream *stream)
{
    free_later(tb_stream_data(stream));
}

static void go_on(void *data)
{
    struct later *later = data;
    int r = fs_copy_go_on(&later->copying);
    if (r == TB_AGAIN) {
        tb_timer_set(later->timer, 0);
        return;
    }
    if (r == TB_OK)
        (void)tb_stream_end_nil(later->stream);
    else
        fs_end_failed(later->stream, fs_failure_of(r));
    free_later(later);
}

static void answer_later(struct tb_call *call, struct fs_copying *copying)
{
    static const struct tb_stream_events events = {.cancel = cancel};
    struct later *later = calloc(1, sizeof *later);
    if (!later) {
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return;
    }
    later->copying = *copying;
    *copying = (struct fs_copying){.from = -1, .to = -1};
    later->timer = tb_timer_new(call->init->session, go_on, later);
    if (!later->timer)
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
    else
        later->stream = tb_call_stream(call, &events, later);
    if (later->stream)
        tb_timer_set(later->timer, 0);
    else
        free_later(later);
}

static void copy(struct tb_call *call, const struct fs_target *from, const struct fs_target *to)
{
    tb_cleanup(fs_copy_end) struct fs_copying copying = {.from = -1, .to = -1};
    struct fs_failure failure;
    if (!fs_copy_begin(from, to, &copying, &failure)) {
        fs_answer_failure(call, failure);
        return;
    }
    int r = fs_copy_go_on(&copying);
    if (r == TB_AGAIN)
        answer_later(call, &copying);
    else
        fs_answer_done(call, r == TB_OK, fs_failure_of(r));
}

void fs_copy_file(struct tb_call *call)
{
    struct fs_path from_path;
    struct fs_path to_path;
    struct tb_args options;
    if (!tb_arg_args(call, call->args, "options", TB_OPTIONAL, &options) ||
        !fs_read_path(call, "fromPath", options, "fromPathBaseDir", &from_path) ||
        !fs_read_path(call, "toPath", options, "toPathBaseDir", &to_path))
        return;
    const struct fs_target from = fs_target_of(call, &from_path);
    const struct fs_target to = fs_target_of(call, &to_path);
    copy(call, &from, &to);
}
