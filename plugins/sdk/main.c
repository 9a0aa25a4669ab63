/*
 * The link on descriptor 3. One thread that blocks: a plugin serves one view, and the broker, which
 * multiplexes, keeps to what the view's commands may have in flight.
 */
#include "base/fd.h"
#include "base/result.h"
#include "plugins/sdk/session.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

enum { LINK = 3, READ_AT_LEAST = 64 * 1024 };

static int send_all(struct tb_buffer *out)
{
    while (tb_buffer_n(out) > 0) {
        ssize_t n = tb_fd_send(LINK, tb_buffer_bytes(out), -1, 0);
        if (n == -EINTR)
            continue;
        if (n < 0)
            return n == -EPIPE ? TB_CLOSED : (int)n;
        tb_buffer_consume(out, (size_t)n);
    }
    return TB_OK;
}

/* Not in recvmsg: a reader that is blocked there is woken as well when the broker takes the last
 * answer, since that makes room to write, and goes back to sleep for nothing. */
static int wait_readable(void)
{
    struct pollfd link = {.fd = LINK, .events = POLLIN};
    return poll(&link, 1, -1) < 0 ? -errno : 0;
}

/* Reads until `in` holds `need` bytes, and whatever else is there already. */
static int receive(struct tb_buffer *in, size_t need)
{
    while (tb_buffer_n(in) < need) {
        size_t missing = need - tb_buffer_n(in);
        size_t cap = missing > READ_AT_LEAST ? missing : READ_AT_LEAST;
        uint8_t *room = tb_buffer_reserve(in, cap);
        if (!room)
            return TB_TOO_LARGE;
        ssize_t n = wait_readable();
        if (n == 0)
            n = tb_fd_receive(LINK, room, cap, NULL, MSG_DONTWAIT);
        if (n == -EINTR || n == -EAGAIN)
            continue;
        if (n <= 0)
            return n == 0 || n == -ECONNRESET ? TB_CLOSED : (int)n;
        tb_buffer_commit(in, (size_t)n);
    }
    return TB_OK;
}

static int serve(struct tb_session *session)
{
    for (;;) {
        size_t need;
        int r = tb_session_step(session, &need);
        if (r == TB_OK)
            r = send_all(&session->out);
        else if (r == TB_AGAIN)
            r = receive(&session->in, need);
        if (r != TB_OK)
            return r;
    }
}

int tb_plugin_main(const struct tb_plugin *plugin)
{
    tb_cleanup(tb_session_deinit) struct tb_session session = {0};
    int r = tb_session_init(&session, plugin);
    if (r == 0)
        r = serve(&session);
    return r == TB_CLOSED ? 0 : 1;
}
