#include "broker/link.h"

#include "base/fd.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { READ_SIZE = 64 * 1024 };

void tb_link_init(struct tb_link *link, struct tb_loop *loop, enum tb_side side, size_t max_out)
{
    *link = (struct tb_link){
        .loop = loop,
        .side = side,
        .source.fd = -1,
        .needs_records = side == TB_SIDE_BROKER_PLUGIN,
    };
    tb_buffer_init(&link->in, TB_HEADER_SIZE + TB_FRAME_MAX + READ_SIZE);
    tb_buffer_init(&link->out, max_out);
}

static uint32_t events_of(const struct tb_link *link, bool blocked)
{
    return (link->paused ? 0u : (uint32_t)EPOLLIN) | (blocked ? (uint32_t)EPOLLOUT : 0u) |
           (uint32_t)EPOLLRDHUP;
}

int tb_link_attach(struct tb_link *link, int fd, void (*ready)(struct tb_source *, uint32_t),
                   void *context)
{
    link->source = (struct tb_source){.fd = fd, .ready = ready, .context = context};
    return tb_loop_arm(link->loop, &link->source, events_of(link, false));
}

void tb_link_deinit(struct tb_link *link)
{
    if (!link->loop)
        return;
    tb_loop_remove(link->loop, &link->source);
    tb_fd_close(&link->source.fd);
    tb_buffer_deinit(&link->in);
    tb_buffer_deinit(&link->out);
}

static void take(struct tb_link *link)
{
    if (link->n_taken > 0)
        tb_buffer_consume(&link->in, link->n_taken);
    link->n_taken = 0;
}

int tb_link_read(struct tb_link *link, int *ret_fd)
{
    take(link);
    /* A frame that is half there says how much is missing; else a batch. */
    struct tb_frame frame;
    size_t size = 0;
    size_t want = READ_SIZE;
    if (tb_frame_parse(link->side, tb_buffer_bytes(&link->in), &frame, &size) == TB_AGAIN &&
        size > tb_buffer_n(&link->in) + want)
        want = size - tb_buffer_n(&link->in);
    uint8_t *room = tb_buffer_reserve(&link->in, want);
    if (!room)
        return TB_CLOSED; /* out of memory for this peer: it loses its link, nobody else anything */
    ssize_t n = tb_fd_receive(link->source.fd, room, want, ret_fd, MSG_DONTWAIT);
    if (n == -EAGAIN || n == -EINTR)
        return TB_AGAIN;
    if (n == -EPROTO)
        return TB_MALFORMED;
    if (n <= 0)
        return TB_CLOSED;
    tb_buffer_commit(&link->in, (size_t)n);
    return TB_OK;
}

int tb_link_next(struct tb_link *link, struct tb_frame *ret_frame)
{
    take(link);
    size_t size;
    int r = tb_frame_parse(link->side, tb_buffer_bytes(&link->in), ret_frame, &size);
    if (r == TB_OK)
        link->n_taken = size;
    return r;
}

void tb_link_flush(struct tb_link *link)
{
    bool blocked = false;
    while (tb_link_attached(link) && tb_buffer_n(&link->out) > 0 && !blocked) {
        ssize_t n = tb_fd_send(link->source.fd, tb_buffer_bytes(&link->out), -1, MSG_DONTWAIT);
        if (n == -EAGAIN || n == -EINTR || n == -ENOBUFS || n == -ENOMEM)
            blocked = true;
        else if (n < 0) /* nothing goes there any more, and waiting for room would never end */
            tb_buffer_consume(&link->out, tb_buffer_n(&link->out));
        else
            tb_buffer_consume(&link->out, (size_t)n);
    }
    if (tb_link_attached(link))
        (void)tb_loop_arm(link->loop, &link->source, events_of(link, blocked));
}

static void rearm(struct tb_link *link)
{
    if (!tb_link_attached(link))
        return;
    bool blocked = (link->source.armed & (uint32_t)EPOLLOUT) != 0;
    (void)tb_loop_arm(link->loop, &link->source, events_of(link, blocked));
}

void tb_link_pause(struct tb_link *link)
{
    link->paused = true;
    rearm(link);
}

void tb_link_resume(struct tb_link *link)
{
    link->paused = false;
    rearm(link);
}
