#include "endpoint/endpoint.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <poll.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { READ_SIZE = 64 * 1024, OUT_MAX = 64 * 1024 * 1024, SPARE_HANDLES = 2 };

struct command {
    char *name;
    uint32_t pool;
    struct tb_handle *handles; /* `pool` of them fit */
    uint32_t n_handles;
    uint32_t n_live; /* calls under way */
    bool wanting;    /* a WANT is under way */
};

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
    struct tb_buffer in;
    struct tb_buffer out;
    struct tb_unpacker unpacker;
    struct tb_session_keys keys;
    uint64_t n_sent;
    uint64_t n_received;
    char session[2 * TB_SESSION_SIZE + 1];
    struct command *commands;
    uint32_t n_commands;
    struct tb_handle_map live; /* to an index in pending */
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
        pending->done(pending->data, NULL);
    }
}

/* Makes a key pair for this session, sends HELLO and derives the session's keys. */
static int greet(struct tb_endpoint *endpoint, struct tb_bytes untrusted_bootstrap)
{
    struct tb_bootstrap bootstrap;
    struct tb_hello hello;
    uint8_t sk[TB_KEY_SIZE];
    uint8_t frame[TB_HEADER_SIZE + TB_HELLO_SIZE];
    int r = tb_bootstrap_read(untrusted_bootstrap, &bootstrap);
    if (r != TB_OK)
        return r;
    memcpy(hello.ticket_id, bootstrap.ticket_id, sizeof hello.ticket_id);
    crypto_box_keypair(hello.endpoint_pk, sk);
    r = tb_keys_derive(&bootstrap, sk, bootstrap.broker_pk, hello.endpoint_pk, &endpoint->keys);
    sodium_memzero(sk, sizeof sk);
    sodium_memzero(&bootstrap, sizeof bootstrap);
    if (r != TB_OK)
        return r;
    tb_frame_header(frame, TB_HELLO, 0, TB_HELLO_SIZE);
    tb_hello_write(&hello, frame + TB_HEADER_SIZE);
    endpoint->state = AWAIT_WELCOME;
    return tb_buffer_append(&endpoint->out, tb_bytes_of(frame, sizeof frame)) ? TB_OK : TB_FULL;
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
    tb_handle_map_init(&endpoint->live, TB_SESSION_CALLS);
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
    for (uint32_t i = 0; i < endpoint->n_commands; i++) {
        free(endpoint->commands[i].name);
        free(endpoint->commands[i].handles);
    }
    free(endpoint->commands);
    tb_handle_map_deinit(&endpoint->live);
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

uint32_t tb_endpoint_find(const struct tb_endpoint *endpoint, struct tb_bytes name)
{
    for (uint32_t i = 0; i < endpoint->n_commands; i++)
        if (tb_bytes_are(name, endpoint->commands[i].name))
            return i;
    return TB_NO_COMMAND;
}

/* ---- handles ---- */

static bool add_handle(struct command *command, const uint8_t bytes[static TB_HANDLE_SIZE])
{
    if (command->n_handles >= command->pool)
        return false;
    memcpy(command->handles[command->n_handles++].bytes, bytes, TB_HANDLE_SIZE);
    return true;
}

static bool add_handles(struct command *command, struct tb_bytes handles)
{
    for (size_t at = 0; at < handles.n; at += TB_HANDLE_SIZE)
        if (!add_handle(command, handles.data + at))
            return false;
    return true;
}

static int want(struct tb_endpoint *endpoint, uint32_t index)
{
    struct command *command = &endpoint->commands[index];
    /* With the pool used up a WANT would be answered with none. */
    if (command->wanting || command->n_handles + command->n_live >= command->pool)
        return TB_OK;
    const struct tb_want message = {index, command->pool};
    const struct tb_envelope envelope = {.key = endpoint->keys.to_broker,
                                         .counter = endpoint->n_sent};
    int r = tb_want_write(&endpoint->out, &envelope, &message);
    if (r == TB_OK) {
        endpoint->n_sent++;
        command->wanting = true;
    }
    return r;
}

/* ---- frames from the broker: false breaks the session ---- */

static bool on_welcome_command(struct tb_endpoint *endpoint, const msgpack_object *item)
{
    struct tb_welcome_command message;
    struct command *command = &endpoint->commands[endpoint->n_commands];
    if (tb_welcome_command_read(item, &message) != TB_OK || message.index != endpoint->n_commands ||
        message.pool < TB_POOL_MIN)
        return false;
    command->name = strndup((const char *)message.name.data, message.name.n);
    command->handles = calloc(message.pool, sizeof *command->handles);
    command->pool = message.pool;
    endpoint->n_commands++;
    return command->name && command->handles && add_handles(command, message.handles);
}

static bool on_welcome(struct tb_endpoint *endpoint, const struct tb_plaintext *plaintext)
{
    struct tb_welcome welcome;
    if (tb_welcome_read(&endpoint->unpacker, plaintext, &welcome) != TB_OK)
        return false;
    uint32_t n = welcome.commands->via.array.size;
    endpoint->commands = calloc(n ? n : 1, sizeof *endpoint->commands);
    if (!endpoint->commands)
        return false;
    for (uint32_t i = 0; i < n; i++)
        if (!on_welcome_command(endpoint, &welcome.commands->via.array.ptr[i]))
            return false;
    memcpy(endpoint->session, welcome.session.data, welcome.session.n);
    endpoint->state = OPEN;
    return true;
}

static bool on_handles(struct tb_endpoint *endpoint, const struct tb_plaintext *plaintext)
{
    struct tb_handles message;
    if (tb_handles_read(&endpoint->unpacker, plaintext, &message) != TB_OK ||
        message.command >= endpoint->n_commands)
        return false;
    struct command *command = &endpoint->commands[message.command];
    command->wanting = false;
    return add_handles(command, message.handles);
}

static bool on_reply(struct tb_endpoint *endpoint, const struct tb_address *address,
                     const struct tb_plaintext *plaintext)
{
    const uint32_t *at = tb_handle_map_find(&endpoint->live, &address->handle);
    struct tb_reply reply;
    if (!at || address->counter != 0 ||
        tb_reply_read(&endpoint->unpacker, plaintext, &reply) != TB_OK)
        return false;
    struct pending pending = endpoint->pending[*at];
    endpoint->pending[*at].used = false;
    endpoint->commands[pending.command].n_live--;
    tb_handle_map_remove(&endpoint->live, &address->handle);
    if (reply.has_next && !add_handle(&endpoint->commands[pending.command], reply.next.bytes))
        return false;
    pending.done(pending.data, &reply);
    return true;
}

static bool on_sealed(struct tb_endpoint *endpoint, const struct tb_frame *frame)
{
    struct tb_address address = tb_sealed_address(frame);
    struct tb_plaintext plaintext;
    if (((frame->flags & TB_RAW_CLEAR) && !endpoint->direct) ||
        tb_seal_open(frame, endpoint->keys.to_endpoint, &plaintext) != TB_OK)
        return false;
    if (frame->kind == TB_REPLY)
        return endpoint->state == OPEN && on_reply(endpoint, &address, &plaintext);
    if (!tb_handle_equal(&address.handle, &tb_handle_zero) ||
        address.counter != endpoint->n_received++)
        return false;
    if (frame->kind == TB_WELCOME)
        return endpoint->state == AWAIT_WELCOME && on_welcome(endpoint, &plaintext);
    return frame->kind == TB_HANDLES && endpoint->state == OPEN && on_handles(endpoint, &plaintext);
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
            lose(endpoint, -1);
    }
    if (r != TB_OK && r != TB_AGAIN)
        lose(endpoint, -1);
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

static struct pending *free_pending(struct tb_endpoint *endpoint)
{
    for (size_t i = 0; i < TB_SESSION_CALLS; i++)
        if (!endpoint->pending[i].used)
            return &endpoint->pending[i];
    return NULL;
}

int tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t index, struct tb_bytes args,
                     bool has_raw, struct tb_bytes raw, tb_endpoint_done *done, void *data)
{
    if (endpoint->state != OPEN)
        return TB_CLOSED;
    tb_assert(index < endpoint->n_commands);
    struct command *command = &endpoint->commands[index];
    if (command->n_handles < SPARE_HANDLES && want(endpoint, index) != TB_OK)
        return TB_FULL;
    struct pending *pending = free_pending(endpoint);
    if (command->n_handles == 0 || !pending)
        return TB_AGAIN;

    const struct tb_envelope envelope = {.key = endpoint->keys.to_broker,
                                         .handle = command->handles[command->n_handles - 1]};
    int r =
        tb_call_write(&endpoint->out, &envelope, args, has_raw, raw, has_raw && endpoint->direct);
    if (r != TB_OK)
        return r;
    command->n_handles--;
    command->n_live++;
    *pending = (struct pending){
        .used = true,
        .command = index,
        .counter = 1,
        .handle = envelope.handle,
        .done = done,
        .data = data,
    };
    r = tb_handle_map_add(&endpoint->live, &envelope.handle,
                          (uint32_t)(pending - endpoint->pending));
    tb_assert(r == TB_OK);
    return TB_OK;
}

/* As much of a name as MISS may hold, cut between characters. */
static struct tb_bytes cut_name(struct tb_bytes name)
{
    if (name.n <= TB_COMMAND_MAX)
        return name;
    size_t n = TB_COMMAND_MAX;
    while (n > 0 && (name.data[n] & 0xc0) == 0x80)
        n--;
    return tb_bytes_of(name.data, n);
}

int tb_endpoint_miss(struct tb_endpoint *endpoint, struct tb_bytes name)
{
    if (endpoint->state != OPEN)
        return TB_CLOSED;
    const struct tb_miss miss = {.name = cut_name(name)};
    const struct tb_envelope envelope = {.key = endpoint->keys.to_broker,
                                         .counter = endpoint->n_sent};
    int r = tb_miss_write(&endpoint->out, &envelope, &miss);
    if (r == TB_OK)
        endpoint->n_sent++;
    return r;
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
