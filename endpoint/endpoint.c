#include "endpoint/endpoint.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/result.h"
#include "endpoint/greet.h"
#include "endpoint/state.h"

#include <sodium.h>
#include <stdlib.h>

enum { OUT_MAX = 64 * 1024 * 1024 };

/* A handler that frees the endpoint comes here a second time, and finds what is left. */
void tb_endpoint_lose(struct tb_endpoint *endpoint, int close_code)
{
    if (endpoint->state != TB_ENDPOINT_LOST) {
        endpoint->state = TB_ENDPOINT_LOST;
        endpoint->close_code = close_code;
        tb_pieces_drop(&endpoint->pieces); /* callers may want their memory back */
    }
    for (size_t i = 0; i < TB_SESSION_CALLS; i++)
        if (endpoint->pending[i].id != 0)
            tb_endpoint_end(endpoint, &endpoint->pending[i], NULL);
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
    while (endpoint->n_free < TB_SESSION_CALLS) {
        endpoint->free_slots[endpoint->n_free] =
            (uint16_t)(TB_SESSION_CALLS - 1 - endpoint->n_free);
        endpoint->n_free++;
    }
    tb_buffer_init(&endpoint->in, TB_HEADER_SIZE + TB_FRAME_MAX + TB_ENDPOINT_READ);
    tb_buffer_init(&endpoint->out, OUT_MAX);
    tb_pieces_init(&endpoint->pieces, &endpoint->out);
    if (!endpoint->direct && tb_endpoint_greet(endpoint, bootstrap) != TB_OK) {
        tb_endpoint_free(endpoint);
        return NULL;
    }
    return endpoint;
}

void tb_endpoint_release(struct tb_endpoint *endpoint)
{
    tb_commands_deinit(&endpoint->commands);
    tb_buffer_deinit(&endpoint->in);
    tb_buffer_deinit(&endpoint->out);
    tb_unpacker_deinit(&endpoint->unpacker);
    tb_fd_close(&endpoint->fd);
    sodium_memzero(&endpoint->keys, sizeof endpoint->keys);
    free(endpoint);
}

void tb_endpoint_free(struct tb_endpoint *endpoint)
{
    if (!endpoint)
        return;
    bool in_handler = endpoint->busy;
    endpoint->busy = true;
    endpoint->freed = true;
    tb_endpoint_lose(endpoint, TB_CLOSE_BYE);
    if (!in_handler)
        tb_endpoint_release(endpoint);
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

uint32_t tb_endpoint_n_commands(const struct tb_endpoint *endpoint)
{
    return endpoint->commands.n;
}

struct tb_bytes tb_endpoint_command(const struct tb_endpoint *endpoint, uint32_t command)
{
    tb_assert(command < endpoint->commands.n);
    const struct tb_command *found = &endpoint->commands.list[command];
    return tb_bytes_of(found->name, found->n_name);
}

/* ---- frames under the zero handle ---- */

static struct tb_envelope to_broker(const struct tb_endpoint *endpoint)
{
    return (struct tb_envelope){.key = endpoint->keys.to_broker, .counter = endpoint->n_sent};
}

int tb_endpoint_want(struct tb_endpoint *endpoint, uint32_t command)
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
    int r = TB_OK;
    while (r == TB_OK && tb_endpoint_misses_wait(endpoint) &&
           tb_misses_take(&endpoint->misses, tb_clock_ns(), &miss)) {
        const struct tb_envelope envelope = to_broker(endpoint);
        r = tb_miss_write(&endpoint->out, &envelope, &miss);
        if (r == TB_OK)
            endpoint->n_sent++;
    }
    return r;
}

int tb_endpoint_flush(struct tb_endpoint *endpoint)
{
    (void)tell_misses(endpoint);
    tb_endpoint_give_owed(endpoint);
    if (endpoint->state == TB_ENDPOINT_LOST)
        return TB_CLOSED;
    int r = tb_pieces_send(&endpoint->pieces, endpoint->fd);
    /* Not lost yet: a CLOSE that says why may still be there to read. */
    return r < 0 ? TB_CLOSED : r;
}

/* ---- */

int tb_endpoint_miss(struct tb_endpoint *endpoint, struct tb_bytes name)
{
    if (endpoint->state != TB_ENDPOINT_OPEN)
        return TB_CLOSED;
    tb_misses_add(&endpoint->misses, name);
    return tell_misses(endpoint);
}

bool tb_endpoint_misses_wait(const struct tb_endpoint *endpoint)
{
    return endpoint->state == TB_ENDPOINT_OPEN && endpoint->misses.n_waiting > 0;
}
