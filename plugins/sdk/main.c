/*
 * The link on descriptor 3, and whatever else the plugin waits for. One thread: a plugin serves one
 * view, and the broker, which multiplexes, keeps to what the view's commands may have in flight.
 *
 * Nothing waits for the broker to read. While it does not, no more calls are handled and no stream
 * is asked for more, but descriptors and timers go on.
 */
#include "base/fd.h"
#include "base/result.h"
#include "plugins/sdk/session.h"

#include <errno.h>
#include <sys/socket.h>

enum { LINK = 3, READ_AT_LEAST = 64 * 1024 };

static int send_some(struct tb_buffer *out)
{
    while (tb_buffer_n(out) > 0) {
        ssize_t n = tb_fd_send(LINK, tb_buffer_bytes(out), -1, MSG_DONTWAIT);
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

/* `need`: so many bytes make the next frame whole. */
static int receive(struct tb_buffer *in, size_t need)
{
    size_t missing = need > tb_buffer_n(in) ? need - tb_buffer_n(in) : 0;
    size_t cap = missing > READ_AT_LEAST ? missing : READ_AT_LEAST;
    uint8_t *room = tb_buffer_reserve(in, cap);
    if (!room)
        return TB_TOO_LARGE;
    ssize_t n = tb_fd_receive(LINK, room, cap, NULL, MSG_DONTWAIT);
    if (n == -EINTR || n == -EAGAIN)
        return TB_OK;
    if (n <= 0)
        return n == 0 || n == -ECONNRESET ? TB_CLOSED : (int)n;
    tb_buffer_commit(in, (size_t)n);
    return TB_OK;
}

/* One round: what can be handled, what can be sent, and a wait for more of either. */
static int turn(struct tb_session *session)
{
    size_t need = 0;
    int step = tb_session_step(session, &need);
    if (step != TB_OK && step != TB_AGAIN)
        return step;
    int r = send_some(&session->out);
    if (r != TB_OK)
        return r;
    bool full = tb_session_full(session);
    bool busy = step == TB_OK && !full;
    if (busy && !tb_watches_any(&session->watches))
        return TB_OK;
    /* No frame is read while others wait: the link's own buffer is there to hold them back. */
    bool reads = step == TB_AGAIN && !full;
    short events = (short)((reads ? POLLIN : 0) | (tb_buffer_n(&session->out) > 0 ? POLLOUT : 0));
    short found;
    r = tb_watches_wait(&session->watches, LINK, events, busy, &found);
    if (r == 0 && (found & (POLLIN | POLLHUP | POLLERR | POLLNVAL)) != 0)
        r = receive(&session->in, need);
    return r;
}

int tb_plugin_main(const struct tb_plugin *plugin)
{
    tb_cleanup(tb_session_deinit) struct tb_session session = {0};
    int r = tb_session_init(&session, plugin);
    while (r == TB_OK)
        r = turn(&session);
    return r == TB_CLOSED ? 0 : 1;
}
