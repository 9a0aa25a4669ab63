/*
 * Nothing waits for the broker to read. While it does not, no more calls are handled and no stream
 * is asked for more.
 */
#include "plugins/sdk/turn.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <sys/socket.h>

enum { READ_AT_LEAST = 64 * 1024 };

static int send_some(struct tb_buffer *out, int fd)
{
    while (tb_buffer_n(out) > 0) {
        ssize_t n = tb_fd_send(fd, tb_buffer_bytes(out), -1, MSG_DONTWAIT);
        if (n == -EAGAIN)
            return TB_OK;
        if (n == -EINTR)
            continue;
        if (n < 0)
            return n == -EPIPE ? TB_CLOSED : (int)n;
        tb_buffer_consume(out, (size_t)n);
    }
    return TB_OK;
}

int tb_session_turn(struct tb_session *session, int fd, struct tb_session_wants *ret_wants)
{
    struct tb_session_wants wants = {0};
    session->turning = true;
    int step = tb_session_step(session, &wants.need);
    session->turning = false;
    if (step != TB_OK && step != TB_AGAIN)
        return step;
    int r = send_some(&session->out, fd);
    if (r != TB_OK)
        return r;
    bool full = tb_session_full(session);
    /* No frame is read while others wait: the link's own buffer is there to hold them back. */
    wants.reads = step == TB_AGAIN && !full;
    wants.writes = tb_buffer_n(&session->out) > 0;
    wants.busy = step == TB_OK && !full;
    *ret_wants = wants;
    return TB_OK;
}

int tb_session_receive(struct tb_session *session, int fd, size_t need)
{
    struct tb_buffer *in = &session->in;
    size_t missing = need > tb_buffer_n(in) ? need - tb_buffer_n(in) : 0;
    size_t cap = missing > READ_AT_LEAST ? missing : READ_AT_LEAST;
    uint8_t *room = tb_buffer_reserve(in, cap);
    if (!room)
        return TB_TOO_LARGE;
    ssize_t n = tb_fd_receive(fd, room, cap, NULL, MSG_DONTWAIT);
    if (n == -EINTR || n == -EAGAIN)
        return TB_OK;
    if (n <= 0)
        return n == 0 || n == -ECONNRESET ? TB_CLOSED : (int)n;
    tb_buffer_commit(in, (size_t)n);
    return TB_OK;
}
