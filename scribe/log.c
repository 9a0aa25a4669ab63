#include "scribe/log.h"

#include "base/fd.h"

#include <errno.h>
#include <unistd.h>

void tb_log_init(struct tb_log *log, int fd, const struct tb_tail *tail)
{
    log->fd = fd;
    log->size = tail->size;
    log->n = tail->n;
    log->n_out = 0;
    memcpy(log->hash, tail->hash, sizeof log->hash);
    /* Sent with the next line, so that no instant leaves the newline alone for long. */
    if (tail->needs_newline)
        log->out[log->n_out++] = '\n';
}

void tb_log_deinit(struct tb_log *log)
{
    tb_fd_close(&log->fd);
}

int tb_log_room(struct tb_log *log, char **ret_room)
{
    int r = sizeof log->out - log->n_out < TB_LINE_MAX ? tb_log_flush(log) : 0;
    if (r == 0)
        *ret_room = log->out + log->n_out;
    return r;
}

void tb_log_add(struct tb_log *log, size_t n)
{
    tb_assert(n < TB_LINE_MAX && n < sizeof log->out - log->n_out);
    tb_line_hash(tb_bytes_of(log->out + log->n_out, n), log->hash);
    log->n++;
    log->n_out += n;
    log->out[log->n_out++] = '\n';
}

/* Of the first n bytes held, those up to the last newline stay. */
static void cut_back(struct tb_log *log, size_t n)
{
    const char *newline = n > 0 ? memrchr(log->out, '\n', n) : NULL;
    uint64_t whole = log->size + (newline ? (uint64_t)(newline - log->out) + 1 : 0);
    /* Should this fail too, the rest is a torn tail, which the next start records. */
    int ignored tb_unused = ftruncate(log->fd, (off_t)whole);
}

int tb_log_flush(struct tb_log *log)
{
    size_t done = 0;
    while (done < log->n_out) {
        ssize_t n = write(log->fd, log->out + done, log->n_out - done);
        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0) {
            int error = n < 0 ? errno : EIO;
            cut_back(log, done);
            return -error;
        }
        done += (size_t)n;
    }
    log->size += done;
    log->n_out = 0;
    return 0;
}

int tb_log_sync(struct tb_log *log)
{
    int r = tb_log_flush(log);
    if (r < 0)
        return r;
    return fdatasync(log->fd) < 0 ? -errno : 0;
}
