#include "endpoint/endpoint.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "endpoint/commands.h"
#include "endpoint/greet.h"
#include "endpoint/misses.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { READ_SIZE = 64 * 1024, OUT_MAX = 64 * 1024 * 1024 };

struct pending {
    bool used;
    uint32_t command;
    uint64_t counter;
    struct tb_handle handle;
    tb_endpoint_done *done;
    void *data;
};

enum state { AWAIT_BOOT, AWAIT_WELCOME, OPEN, LOST };

struct tb_endpoint {
    enum state state;
    int fd;
    int close_code;
    bool direct;
    bool broken; /* the broker broke the protocol */
    struct tb_buffer in;
    struct tb_buffer out;
    struct tb_unpacker unpacker;
    struct tb_session_keys keys;
    uint64_t n_sent;
    uint64_t n_received;
    char session[2 * TB_SESSION_SIZE + 1];
    uint32_t frame_max; /* these two as WELCOME says */
    uint32_t in_flight;
    uint32_t n_pending;
    struct tb_commands commands;
    struct tb_misses misses;
    struct pending pending[TB_SESSION_CALLS];
};

static void lose(struct tb_endpoint *endpoint, int close_code)
{
    if (endpoint->state == LOST)
        return;
    endpoint->state = LOST;
    endpoint->close_code = close_code;
    for (size_t i = 0; i < TB_SESSION_CALLS; i++) {
        struct pending *pending = &endpoint->pending[i];
        if (!pending->used)
            continue;
        pending->used = false;
        endpoint->n_pending--;
        pending->done(pending->data, NULL);
    }
}

/* Nothing more is said to a broker that broke the protocol but the end of the link. */
static void break_off(struct tb_endpoint *endpoint)
{
    if (endpoint->state == LOST)
        return;
    endpoint->broken = true;
    (void)shutdown(endpoint->fd, SHUT_RDWR);
    lose(endpoint, -1);
}

static int greet(struct tb_endpoint *endpoint, struct tb_bytes untrusted_bootstrap)
{
    uint8_t hello[TB_GREETING_SIZE];
    int r = tb_greet(untrusted_bootstrap, hello, &endpoint->keys);
    if (r != TB_OK)
        return r;
    endpoint->state = AWAIT_WELCOME;
    return tb_buffer_append(&endpoint->out, tb_bytes_of(hello, sizeof hello)) ? TB_OK : TB_FULL;
}

struct tb_endpoint *tb_endpoint_new(int fd, struct tb_bytes bootstrap)
{
    struct tb_endpoint *endpoint = calloc(1, sizeof *endpoint);
    if (!endpoint || tb_unpacker_init(&endpoint->unpacker, &tb_scan_peer) < 0) {
        tb_fd_close(&fd);
        free(endpoint);
        return NULL;
    }
    endpoint->fd = fd;
    endpoint->close_code = -1;
    endpoint->direct = bootstrap.n == 0;
    tb_buffer_init(&endpoint->in, TB_HEADER_SIZE + TB_FRAME_MAX + READ_SIZE);
    tb_buffer_init(&endpoint->out, OUT_MAX);
    if (!endpoint->direct && greet(endpoint, bootstrap) != TB_OK) {
        tb_endpoint_free(endpoint);
        return NULL;
    }
    return endpoint;
}

void tb_endpoint_free(struct tb_endpoint *endpoint)
{
    if (!endpoint)
        return;
    lose(endpoint, TB_CLOSE_BYE);
    tb_commands_deinit(&endpoint->commands);
    tb_buffer_deinit(&endpoint->in);
    tb_buffer_deinit(&endpoint->out);
    tb_unpacker_deinit(&endpoint->unpacker);
    tb_fd_close(&endpoint->fd);
    sodium_memzero(&endpoint->keys, sizeof endpoint->keys);
    free(endpoint);
}

int tb_endpoint_fd(const struct tb_endpoint *endpoint)
{
    return endpoint->fd;
}

bool tb_endpoint_ready(const struct tb_endpoint *endpoint)
{
    return endpoint->state == OPEN;
}

bool tb_endpoint_lost(const struct tb_endpoint *endpoint)
{
    return endpoint->state == LOST;
}

int tb_endpoint_close_code(const struct tb_endpoint *endpoint)
{
    return endpoint->close_code;
}

struct tb_bytes tb_endpoint_session(const struct tb_endpoint *endpoint)
{
    return tb_bytes_of_string(endpoint->session);
}

bool tb_endpoint_broken(const struct tb_endpoint *endpoint)
{
    return endpoint->broken;
}

uint32_t tb_endpoint_find(const struct tb_endpoint *endpoint, struct tb_bytes name)
{
    return tb_commands_find(&endpoint->commands, name);
}

/* ---- frames under the zero handle ---- */

static struct tb_envelope to_broker(const struct tb_endpoint *endpoint)
{
    return (struct tb_envelope){.key = endpoint->keys.to_broker, .counter = endpoint->n_sent};
}

static int want(struct tb_endpoint *endpoint, uint32_t command)
{
    const struct tb_want message = {command, tb_commands_lack(&endpoint->commands, command)};
    if (message.count == 0)
        return TB_OK;
    const struct tb_envelope envelope = to_broker(endpoint);
    int r = tb_want_write(&endpoint->out, &envelope, &message);
    if (r == TB_OK) {
        endpoint->n_sent++;
        tb_commands_asked(&endpoint->commands, command, message.count);
    }
    return r;
}

static int tell_misses(struct tb_endpoint *endpoint)
{
    struct tb_miss miss;
    if (endpoint->state != OPEN || endpoint->misses.n_waiting == 0 ||
        !tb_misses_take(&endpoint->misses, tb_clock_ns(), &miss))
        return TB_OK;
    const struct tb_envelope envelope = to_broker(endpoint);
    int r = tb_miss_write(&endpoint->out, &envelope, &miss);
    if (r == TB_OK)
        endpoint->n_sent++;
    return r;
}

/* ---- frames from the broker: false breaks the session ---- */

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
    endpoint->state = OPEN;
    return true;
}

static bool on_handles(struct tb_endpoint *endpoint, const struct tb_plaintext *plaintext)
{
    struct tb_handles message;
    return tb_handles_read(&endpoint->unpacker, plaintext, &message) == TB_OK &&
           tb_commands_answered(&endpoint->commands, &message) == TB_OK;
}

static bool on_reply(struct tb_endpoint *endpoint, const struct tb_address *address,
                     const struct tb_plaintext *plaintext)
{
    uint32_t call = tb_commands_call(&endpoint->commands, &address->handle);
    struct tb_reply reply;
    if (call == UINT32_MAX || address->counter != 0 ||
        tb_reply_read(&endpoint->unpacker, plaintext, &reply) != TB_OK)
        return false;
    struct pending pending = endpoint->pending[call];
    /* Before the old one is forgotten: `next` must be another. */
    if (reply.has_next && tb_commands_call(&endpoint->commands, &reply.next) != UINT32_MAX)
        return false;
    tb_commands_retire(&endpoint->commands, pending.command, &address->handle);
    if (reply.has_next &&
        tb_commands_add(&endpoint->commands, pending.command, &reply.next) != TB_OK)
        return false;
    tb_commands_revoke(&endpoint->commands, pending.command,
                       !reply.has_next && reply.type == TB_REPLY_ERROR &&
                           reply.error.code == TB_CODE_DENIED);
    endpoint->pending[call].used = false;
    endpoint->n_pending--;
    pending.done(pending.data, &reply);
    return true;
}

/* A CHUNK or CREDIT that crossed the end of its call belongs to nothing; no live call is a stream.
 */
static bool on_stream(const struct tb_endpoint *endpoint, const struct tb_address *address)
{
    return tb_commands_call(&endpoint->commands, &address->handle) == UINT32_MAX;
}

static bool on_sealed(struct tb_endpoint *endpoint, const struct tb_frame *frame)
{
    struct tb_address address = tb_sealed_address(frame);
    struct tb_plaintext plaintext;
    if (((frame->flags & TB_RAW_CLEAR) && !endpoint->direct) ||
        tb_seal_open(frame, endpoint->keys.to_endpoint, &plaintext) != TB_OK)
        return false;
    if (frame->kind != TB_WELCOME && endpoint->state != OPEN)
        return false;
    if (frame->kind == TB_REPLY)
        return on_reply(endpoint, &address, &plaintext);
    if (frame->kind == TB_CHUNK || frame->kind == TB_CREDIT)
        return on_stream(endpoint, &address);
    if (!tb_handle_equal(&address.handle, &tb_handle_zero) ||
        address.counter != endpoint->n_received++)
        return false;
    if (frame->kind == TB_WELCOME)
        return endpoint->state == AWAIT_WELCOME && on_welcome(endpoint, &plaintext);
    return on_handles(endpoint, &plaintext);
}

static bool on_frame(struct tb_endpoint *endpoint, const struct tb_frame *frame)
{
    if (frame->kind == TB_CLOSE) {
        lose(endpoint, (int)tb_close_read(frame));
        return true;
    }
    if (frame->kind == TB_BOOT)
        return endpoint->state == AWAIT_BOOT && greet(endpoint, frame->body) == TB_OK;
    return endpoint->state != AWAIT_BOOT && on_sealed(endpoint, frame);
}

static void handle_frames(struct tb_endpoint *endpoint)
{
    struct tb_frame frame;
    size_t size;
    int r = TB_OK;
    while (endpoint->state != LOST) {
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
    return r == TB_AGAIN && size > held + READ_SIZE ? size - held : READ_SIZE;
}

/* Not in recvmsg: a reader that is blocked there is woken as well when the broker takes what was
 * sent last, since that makes room to write, and goes back to sleep for nothing. */
static void wait_readable(const struct tb_endpoint *endpoint)
{
    struct pollfd link = {.fd = endpoint->fd, .events = POLLIN};
    (void)poll(&link, 1, -1);
}

int tb_endpoint_dispatch(struct tb_endpoint *endpoint, bool wait)
{
    if (endpoint->state == LOST)
        return TB_CLOSED;
    if (wait)
        wait_readable(endpoint);
    size_t n = missing(endpoint);
    uint8_t *room = tb_buffer_reserve(&endpoint->in, n);
    ssize_t got = room ? tb_fd_receive(endpoint->fd, room, n, NULL, MSG_DONTWAIT) : 0;
    if (got == -EAGAIN || got == -EINTR)
        return TB_AGAIN;
    if (got <= 0) {
        lose(endpoint, -1);
        return TB_CLOSED;
    }
    tb_buffer_commit(&endpoint->in, (size_t)got);
    handle_frames(endpoint);
    return endpoint->state == LOST ? TB_CLOSED : TB_OK;
}

int tb_endpoint_flush(struct tb_endpoint *endpoint)
{
    (void)tell_misses(endpoint);
    while (tb_buffer_n(&endpoint->out) > 0 && endpoint->state != LOST) {
        ssize_t n = tb_fd_send(endpoint->fd, tb_buffer_bytes(&endpoint->out), -1, MSG_DONTWAIT);
        if (n == -EAGAIN || n == -EINTR)
            return TB_AGAIN;
        if (n < 0)
            return TB_CLOSED; /* not lost yet: a CLOSE that says why may still be there to read */
        tb_buffer_consume(&endpoint->out, (size_t)n);
    }
    return endpoint->state == LOST ? TB_CLOSED : TB_OK;
}

/* ---- calls ---- */

static uint32_t free_pending(const struct tb_endpoint *endpoint)
{
    if (endpoint->n_pending >= endpoint->in_flight)
        return UINT32_MAX;
    for (uint32_t i = 0; i < TB_SESSION_CALLS; i++)
        if (!endpoint->pending[i].used)
            return i;
    return UINT32_MAX;
}

/* The frame is made before its handle is spent, so that a call that cannot be made costs none. */
static int write_call(struct tb_endpoint *endpoint, const struct tb_handle *handle,
                      struct tb_bytes args, bool has_raw, struct tb_bytes raw)
{
    const struct tb_envelope envelope = {.key = endpoint->keys.to_broker, .handle = *handle};
    size_t before = tb_buffer_n(&endpoint->out);
    int r =
        tb_call_write(&endpoint->out, &envelope, args, has_raw, raw, has_raw && endpoint->direct);
    if (r != TB_OK ||
        tb_buffer_n(&endpoint->out) - before <= TB_HEADER_SIZE + (size_t)endpoint->frame_max)
        return r;
    tb_buffer_truncate(&endpoint->out, before);
    return TB_TOO_LARGE;
}

int tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t index, struct tb_bytes args,
                     bool has_raw, struct tb_bytes raw, tb_endpoint_done *done, void *data)
{
    if (endpoint->state != OPEN)
        return TB_CLOSED;
    tb_assert(index < endpoint->commands.n);
    if (want(endpoint, index) != TB_OK)
        return TB_FULL;
    uint32_t call = free_pending(endpoint);
    const struct tb_handle *next = tb_commands_next(&endpoint->commands, index);
    if (!next && tb_commands_revoked(&endpoint->commands, index))
        return TB_DENIED;
    if (call == UINT32_MAX || !next)
        return TB_AGAIN;
    struct tb_handle handle = *next;
    int r = write_call(endpoint, &handle, args, has_raw, raw);
    if (r != TB_OK)
        return r;
    tb_commands_spend(&endpoint->commands, index, call);
    endpoint->n_pending++;
    endpoint->pending[call] = (struct pending){
        .used = true,
        .command = index,
        .counter = 1,
        .handle = handle,
        .done = done,
        .data = data,
    };
    return TB_OK;
}

int tb_endpoint_miss(struct tb_endpoint *endpoint, struct tb_bytes name)
{
    if (endpoint->state != OPEN)
        return TB_CLOSED;
    tb_misses_add(&endpoint->misses, name);
    return tell_misses(endpoint);
}

int tb_endpoint_cancel(struct tb_endpoint *endpoint, const void *data)
{
    for (size_t i = 0; i < TB_SESSION_CALLS; i++) {
        struct pending *pending = &endpoint->pending[i];
        if (!pending->used || pending->data != data)
            continue;
        const struct tb_envelope envelope = {.key = endpoint->keys.to_broker,
                                             .handle = pending->handle,
                                             .counter = pending->counter};
        int r = tb_cancel_write(&endpoint->out, &envelope);
        if (r == TB_OK)
            pending->counter++;
        return r;
    }
    return TB_UNKNOWN;
}
