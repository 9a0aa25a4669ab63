#include "broker/link.h"

#include "base/fd.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>

/* Behind a large body that is read aside comes, where there are many, the front of the next: what
 * is read of that one's body has to be copied. */
enum { READ_SIZE = 64 * 1024, READ_FRONT = 512 };

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
    tb_pieces_init(&link->pieces, &link->out);
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
    tb_pieces_deinit(&link->pieces);
    tb_buffer_deinit(&link->in);
    tb_buffer_deinit(&link->out);
}

static void take(struct tb_link *link)
{
    if (link->n_taken > 0)
        tb_buffer_consume(&link->in, link->n_taken);
    link->n_taken = 0;
}

/* A frame that is half there says how much is missing; else a batch. */
static size_t n_wanted(const struct tb_link *link)
{
    struct tb_frame frame;
    size_t size = 0;
    size_t held = tb_buffer_n(&link->in);
    size_t want = link->bulk ? READ_FRONT : READ_SIZE;
    if (link->n_aside == 0 &&
        tb_frame_parse(link->side, tb_buffer_bytes(&link->in), &frame, &size) == TB_AGAIN &&
        size > held + want)
        want = size - held;
    return want;
}

/* What came, the bytes that go aside first. */
static void took(struct tb_link *link, size_t n)
{
    size_t n_aside = n < link->n_aside ? n : link->n_aside;
    if (n_aside > 0) /* no arithmetic on NULL */
        link->aside += n_aside;
    link->n_aside -= n_aside;
    tb_buffer_commit(&link->in, n - n_aside);
}

int tb_link_read(struct tb_link *link, int *ret_fd)
{
    take(link);
    size_t want = n_wanted(link);
    uint8_t *room = tb_buffer_reserve(&link->in, want);
    if (!room)
        return TB_CLOSED; /* out of memory for this peer: it loses its link, nobody else anything */
    const struct iovec parts[] = {{link->aside, link->n_aside}, {room, want}};
    size_t from = link->n_aside > 0 ? 0 : 1;
    ssize_t n = tb_fd_receive_parts(link->source.fd, parts + from, TB_ARRAY_LEN(parts) - from,
                                    ret_fd, MSG_DONTWAIT);
    if (n == -EAGAIN || n == -EINTR)
        return TB_AGAIN;
    if (n == -EPROTO)
        return TB_MALFORMED;
    if (n <= 0)
        return TB_CLOSED;
    took(link, (size_t)n);
    return TB_OK;
}

int tb_link_next(struct tb_link *link, struct tb_frame *ret_frame)
{
    take(link);
    if (link->n_aside > 0)
        return TB_AGAIN;
    size_t size;
    bool bulk = link->n_front > 0;
    struct tb_bytes in = tb_buffer_bytes(&link->in);
    int r = bulk ? tb_frame_front(link->side, in, ret_frame, &size)
                 : tb_frame_parse(link->side, in, ret_frame, &size);
    if (r != TB_OK)
        return r;
    link->n_taken = bulk ? link->n_front : size;
    link->n_front = 0;
    link->bulk = bulk;
    return TB_OK;
}

int tb_link_front(const struct tb_link *link, struct tb_frame *ret_frame, size_t *ret_held)
{
    size_t size;
    struct tb_bytes in = tb_buffer_bytes(&link->in);
    if (link->n_front > 0 || tb_frame_front(link->side, in, ret_frame, &size) != TB_OK)
        return TB_AGAIN;
    tb_assert(link->n_taken == 0 && in.n < size);
    *ret_held = in.n - TB_HEADER_SIZE;
    return TB_OK;
}

void tb_link_aside(struct tb_link *link, uint8_t *to, size_t n, size_t n_held)
{
    tb_assert(n_held < n && link->n_front == 0);
    tb_buffer_truncate(&link->in, tb_buffer_n(&link->in) - n_held);
    link->n_front = tb_buffer_n(&link->in);
    link->aside = to + n_held;
    link->n_aside = n - n_held;
}

void tb_link_flush(struct tb_link *link)
{
    if (!tb_link_attached(link))
        return;
    int r = tb_pieces_send(&link->pieces, link->source.fd);
    if (r < 0) /* nothing goes there any more, and waiting for room would never end */
        tb_pieces_drop(&link->pieces);
    (void)tb_loop_arm(link->loop, &link->source, events_of(link, r == TB_AGAIN));
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
    take(link); /* it is dealt with, and may stay for long */
    link->paused = true;
    rearm(link);
}

void tb_link_resume(struct tb_link *link)
{
    link->paused = false;
    rearm(link);
}
