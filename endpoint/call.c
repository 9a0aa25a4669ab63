/* Calls, from their beginning to their end. */
#include "base/result.h"
#include "endpoint/state.h"

static uint32_t n_pending(const struct tb_endpoint *endpoint)
{
    return TB_SESSION_CALLS - endpoint->n_free;
}

struct tb_pending *tb_endpoint_pending(struct tb_endpoint *endpoint, uint64_t id)
{
    struct tb_pending *pending = &endpoint->pending[id % TB_SESSION_CALLS];
    return id != 0 && pending->id == id ? pending : NULL;
}

/* Whether the body is sent from where it lies. Small ones are sooner copied than sent apart. */
static bool goes_apart(const struct tb_endpoint *endpoint,
                       const struct tb_endpoint_request *request)
{
    return request->raw_stays && endpoint->direct && request->raw.n >= TB_POOLED_MIN &&
           !tb_pieces_full(&endpoint->pieces);
}

/* The frame is made before its handle is spent, so that a call that cannot be made costs none. */
static int write_call(struct tb_endpoint *endpoint, const struct tb_handle *handle,
                      const struct tb_endpoint_request *request)
{
    const struct tb_envelope envelope = {.key = endpoint->keys.to_broker, .handle = *handle};
    const struct tb_piece body = {.bytes = request->raw};
    bool apart = goes_apart(endpoint, request);
    const struct tb_call call = {
        .has_raw = request->has_raw,
        .more = request->more,
        .raw = tb_bytes_of(apart ? NULL : request->raw.data, request->raw.n),
    };
    size_t before = tb_buffer_n(&endpoint->out);
    int r = tb_call_write(&endpoint->out, &envelope, request->args, &call,
                          request->has_raw && endpoint->direct);
    if (r != TB_OK)
        return r;
    size_t n = tb_buffer_n(&endpoint->out) - before + (apart ? body.bytes.n : 0);
    if (n > TB_HEADER_SIZE + (size_t)endpoint->frame_max) {
        tb_buffer_truncate(&endpoint->out, before);
        return TB_TOO_LARGE;
    }
    if (apart)
        tb_pieces_add(&endpoint->pieces, &body);
    return TB_OK;
}

/* Takes a slot for a call whose handle is the one that is spent next. */
static uint64_t begin(struct tb_endpoint *endpoint, uint32_t command, struct tb_pending pending)
{
    uint32_t slot = endpoint->free_slots[--endpoint->n_free];
    pending.id = ++endpoint->n_calls * TB_SESSION_CALLS + slot;
    pending.command = command;
    pending.n_sent = 1;
    pending.may_send = TB_CREDIT_FIRST;
    pending.may_come = TB_CREDIT_FIRST;
    tb_commands_spend(&endpoint->commands, command, slot);
    endpoint->pending[slot] = pending;
    return pending.id;
}

/* A handle for a call of the command now: TB_OK, TB_AGAIN, TB_DENIED or TB_FULL. */
static int take_handle(struct tb_endpoint *endpoint, uint32_t command, struct tb_handle *ret_handle)
{
    if (tb_endpoint_want(endpoint, command) != TB_OK)
        return TB_FULL;
    const struct tb_handle *next = tb_commands_next(&endpoint->commands, command);
    if (!next && tb_commands_revoked(&endpoint->commands, command))
        return TB_DENIED;
    if (!next || endpoint->n_free == 0 ||
        n_pending(endpoint) - endpoint->n_streams >= endpoint->in_flight)
        return TB_AGAIN;
    *ret_handle = *next;
    return TB_OK;
}

int tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t command,
                     const struct tb_endpoint_request *request,
                     const struct tb_endpoint_handler *handler, void *data, uint64_t *ret_id)
{
    struct tb_pending pending = {.handler = handler, .data = data, .more = request->more};
    if (endpoint->state != TB_ENDPOINT_OPEN)
        return TB_CLOSED;
    tb_assert(command < endpoint->commands.n);
    int r = take_handle(endpoint, command, &pending.handle);
    if (r == TB_OK)
        r = tb_channels_init(&pending.channels, request->args);
    if (r != TB_OK)
        return r;
    r = write_call(endpoint, &pending.handle, request);
    if (r != TB_OK) {
        tb_channels_deinit(&pending.channels);
        return r;
    }
    uint64_t id = begin(endpoint, command, pending);
    if (ret_id)
        *ret_id = id;
    return TB_OK;
}

int tb_endpoint_cancel(struct tb_endpoint *endpoint, uint64_t id)
{
    struct tb_pending *pending = tb_endpoint_pending(endpoint, id);
    if (!pending)
        return TB_UNKNOWN;
    if (pending->cancelled)
        return TB_OK;
    const struct tb_envelope envelope = tb_endpoint_envelope(endpoint, pending);
    int r = tb_cancel_write(&endpoint->out, &envelope);
    if (r != TB_OK)
        return r;
    pending->n_sent++;
    pending->cancelled = true;
    return TB_OK;
}

/* The slot is free before the handler is called, which may take it at once. */
void tb_endpoint_end(struct tb_endpoint *endpoint, struct tb_pending *pending,
                     const struct tb_reply *reply)
{
    const struct tb_endpoint_handler *handler = pending->handler;
    void *data = pending->data;
    endpoint->n_streams -= pending->is_stream;
    endpoint->free_slots[endpoint->n_free++] = (uint16_t)(pending - endpoint->pending);
    tb_channels_deinit(&pending->channels);
    *pending = (struct tb_pending){0};
    handler->done(data, reply);
}
