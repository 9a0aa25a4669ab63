#include "endpoint/endpoint.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "endpoint/greet.h"
#include "endpoint/state.h"

#include <errno.h>
#include <sodium.h>
#include <stdlib.h>
#include <sys/socket.h>

enum { OUT_MAX = 64 * 1024 * 1024 };

void tb_endpoint_lose(struct tb_endpoint *endpoint, int close_code)
{
    if (endpoint->state == TB_ENDPOINT_LOST)
        return;
    endpoint->state = TB_ENDPOINT_LOST;
    endpoint->close_code = close_code;
    for (size_t i = 0; i < TB_SESSION_CALLS; i++) {
        struct tb_pending *pending = &endpoint->pending[i];
        if (!pending->used)
            continue;
        pending->used = false;
        endpoint->n_pending--;
        pending->done(pending->data, NULL);
    }
}

int tb_endpoint_greet(struct tb_endpoint *endpoint, struct tb_bytes untrusted_bootstrap)
{
    uint8_t hello[TB_GREETING_SIZE];
    int r = tb_greet(untrusted_bootstrap, hello, &endpoint->keys);
    if (r != TB_OK)
        return r;
    endpoint->state = TB_ENDPOINT_AWAIT_WELCOME;
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
    tb_buffer_init(&endpoint->in, TB_HEADER_SIZE + TB_FRAME_MAX + TB_ENDPOINT_READ);
    tb_buffer_init(&endpoint->out, OUT_MAX);
    if (!endpoint->direct && tb_endpoint_greet(endpoint, bootstrap) != TB_OK) {
        tb_endpoint_free(endpoint);
        return NULL;
    }
    return endpoint;
}

void tb_endpoint_free(struct tb_endpoint *endpoint)
{
    if (!endpoint)
        return;
    tb_endpoint_lose(endpoint, TB_CLOSE_BYE);
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
    return endpoint->state == TB_ENDPOINT_OPEN;
}

bool tb_endpoint_lost(const struct tb_endpoint *endpoint)
{
    return endpoint->state == TB_ENDPOINT_LOST;
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
    if (endpoint->state != TB_ENDPOINT_OPEN || endpoint->misses.n_waiting == 0 ||
        !tb_misses_take(&endpoint->misses, tb_clock_ns(), &miss))
        return TB_OK;
    const struct tb_envelope envelope = to_broker(endpoint);
    int r = tb_miss_write(&endpoint->out, &envelope, &miss);
    if (r == TB_OK)
        endpoint->n_sent++;
    return r;
}

int tb_endpoint_flush(struct tb_endpoint *endpoint)
{
    (void)tell_misses(endpoint);
    while (tb_buffer_n(&endpoint->out) > 0 && endpoint->state != TB_ENDPOINT_LOST) {
        ssize_t n = tb_fd_send(endpoint->fd, tb_buffer_bytes(&endpoint->out), -1, MSG_DONTWAIT);
        if (n == -EAGAIN || n == -EINTR)
            return TB_AGAIN;
        if (n < 0)
            return TB_CLOSED; /* not lost yet: a CLOSE that says why may still be there to read */
        tb_buffer_consume(&endpoint->out, (size_t)n);
    }
    return endpoint->state == TB_ENDPOINT_LOST ? TB_CLOSED : TB_OK;
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
    const struct tb_call call = {.has_raw = has_raw, .raw = raw};
    int r = tb_call_write(&endpoint->out, &envelope, args, &call, has_raw && endpoint->direct);
    if (r != TB_OK ||
        tb_buffer_n(&endpoint->out) - before <= TB_HEADER_SIZE + (size_t)endpoint->frame_max)
        return r;
    tb_buffer_truncate(&endpoint->out, before);
    return TB_TOO_LARGE;
}

int tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t index, struct tb_bytes args,
                     bool has_raw, struct tb_bytes raw, tb_endpoint_done *done, void *data)
{
    if (endpoint->state != TB_ENDPOINT_OPEN)
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
    endpoint->pending[call] = (struct tb_pending){
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
    if (endpoint->state != TB_ENDPOINT_OPEN)
        return TB_CLOSED;
    tb_misses_add(&endpoint->misses, name);
    return tell_misses(endpoint);
}

int tb_endpoint_cancel(struct tb_endpoint *endpoint, const void *data)
{
    for (size_t i = 0; i < TB_SESSION_CALLS; i++) {
        struct tb_pending *pending = &endpoint->pending[i];
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
