/* What comes from the broker, frame by frame. */
#include "base/fd.h"
#include "base/result.h"
#include "endpoint/state.h"

#include <errno.h>
#include <poll.h>
#include <sys/socket.h>

/* Nothing more is said to a broker that broke the protocol but the end of the link. */
static void break_off(struct tb_endpoint *endpoint)
{
    if (endpoint->state == TB_ENDPOINT_LOST)
        return;
    endpoint->broken = true;
    (void)shutdown(endpoint->fd, SHUT_RDWR);
    tb_endpoint_lose(endpoint, -1);
}

/* Each takes a frame; false breaks the session. */

static bool on_welcome(struct tb_endpoint *endpoint, const struct tb_plaintext *plaintext)
{
    struct tb_welcome welcome;
    if (tb_welcome_read(&endpoint->unpacker, plaintext, &welcome) != TB_OK ||
        tb_commands_init(&endpoint->commands, welcome.commands) != TB_OK)
        return false;
    memcpy(endpoint->session, welcome.session.data, welcome.session.n);
    endpoint->frame_max = welcome.frame;
    endpoint->in_flight = welcome.in_flight;
    endpoint->misses.most = welcome.miss_per_s < TB_MISS_PER_S ? welcome.miss_per_s : TB_MISS_PER_S;
    endpoint->state = TB_ENDPOINT_OPEN;
    return true;
}

static bool on_handles(struct tb_endpoint *endpoint, const struct tb_plaintext *plaintext)
{
    struct tb_handles message;
    return tb_handles_read(&endpoint->unpacker, plaintext, &message) == TB_OK &&
           tb_commands_answered(&endpoint->commands, &message) == TB_OK;
}

/* What names no live call has crossed the end of its call, but for REPLY, which is that end. */
static bool on_call_frame(struct tb_endpoint *endpoint, enum tb_kind kind,
                          const struct tb_address *address, const struct tb_plaintext *plaintext)
{
    uint32_t call = tb_commands_call(&endpoint->commands, &address->handle);
    if (call == UINT32_MAX)
        return kind != TB_REPLY;
    struct tb_pending *pending = &endpoint->pending[call];
    if (address->counter != pending->n_heard++)
        return false;
    if (kind == TB_CHUNK)
        return tb_endpoint_on_chunk(endpoint, pending, plaintext);
    if (kind == TB_CREDIT)
        return tb_endpoint_on_credit(endpoint, pending, plaintext);
    return tb_endpoint_on_reply(endpoint, pending, plaintext);
}

static bool on_sealed(struct tb_endpoint *endpoint, const struct tb_frame *frame)
{
    struct tb_address address = tb_sealed_address(frame);
    struct tb_plaintext plaintext;
    if (((frame->flags & TB_RAW_CLEAR) && !endpoint->direct) ||
        tb_seal_open(frame, endpoint->keys.to_endpoint, &plaintext) != TB_OK)
        return false;
    if (frame->kind != TB_WELCOME && endpoint->state != TB_ENDPOINT_OPEN)
        return false;
    if (frame->kind == TB_REPLY || frame->kind == TB_CHUNK || frame->kind == TB_CREDIT)
        return on_call_frame(endpoint, frame->kind, &address, &plaintext);
    if (!tb_handle_equal(&address.handle, &tb_handle_zero) ||
        address.counter != endpoint->n_received++)
        return false;
    if (frame->kind == TB_WELCOME)
        return endpoint->state == TB_ENDPOINT_AWAIT_WELCOME && on_welcome(endpoint, &plaintext);
    return on_handles(endpoint, &plaintext);
}

static bool on_frame(struct tb_endpoint *endpoint, const struct tb_frame *frame)
{
    if (frame->kind == TB_CLOSE) {
        tb_endpoint_lose(endpoint, (int)tb_close_read(frame));
        return true;
    }
    if (frame->kind == TB_BOOT)
        return endpoint->state == TB_ENDPOINT_AWAIT_BOOT &&
               tb_endpoint_greet(endpoint, frame->body) == TB_OK;
    return endpoint->state != TB_ENDPOINT_AWAIT_BOOT && on_sealed(endpoint, frame);
}

static void handle_frames(struct tb_endpoint *endpoint)
{
    struct tb_frame frame;
    size_t size;
    int r = TB_OK;
    while (endpoint->state != TB_ENDPOINT_LOST) {
        r = tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(&endpoint->in), &frame, &size);
        if (r != TB_OK)
            break;
        bool ok = on_frame(endpoint, &frame);
        tb_buffer_consume(&endpoint->in, size);
        if (!ok)
            break_off(endpoint);
    }
    if (r != TB_OK && r != TB_AGAIN)
        break_off(endpoint);
}

/* As much as a frame that is half there still needs, else a batch. */
static size_t missing(const struct tb_endpoint *endpoint)
{
    struct tb_frame frame;
    size_t size = 0;
    size_t held = tb_buffer_n(&endpoint->in);
    int r = tb_frame_parse(TB_SIDE_ENDPOINT, tb_buffer_bytes(&endpoint->in), &frame, &size);
    return r == TB_AGAIN && size > held + TB_ENDPOINT_READ ? size - held : TB_ENDPOINT_READ;
}

/* Not in recvmsg: a reader that is blocked there is woken as well when the broker takes what was
 * sent last, since that makes room to write, and goes back to sleep for nothing. */
static void wait_readable(const struct tb_endpoint *endpoint)
{
    struct pollfd link = {.fd = endpoint->fd, .events = POLLIN};
    (void)poll(&link, 1, -1);
}

static int read_once(struct tb_endpoint *endpoint)
{
    size_t n = missing(endpoint);
    uint8_t *room = tb_buffer_reserve(&endpoint->in, n);
    ssize_t got = room ? tb_fd_receive(endpoint->fd, room, n, NULL, MSG_DONTWAIT) : 0;
    if (got == -EAGAIN || got == -EINTR)
        return TB_AGAIN;
    if (got <= 0) {
        tb_endpoint_lose(endpoint, -1);
        return TB_CLOSED;
    }
    tb_buffer_commit(&endpoint->in, (size_t)got);
    handle_frames(endpoint);
    return endpoint->state == TB_ENDPOINT_LOST ? TB_CLOSED : TB_OK;
}

int tb_endpoint_dispatch(struct tb_endpoint *endpoint, bool wait)
{
    /* A handler that waited in here would wait for itself. */
    if (endpoint->busy)
        return TB_AGAIN;
    if (endpoint->state == TB_ENDPOINT_LOST)
        return TB_CLOSED;
    if (wait)
        wait_readable(endpoint);
    endpoint->busy = true;
    int r = read_once(endpoint);
    endpoint->busy = false;
    if (endpoint->freed)
        tb_endpoint_release(endpoint);
    return r;
}
