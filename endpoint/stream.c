/* The streams of a call: what is sent of its body, and what comes under its handle. */
#include "base/result.h"
#include "endpoint/state.h"

enum {
    /* Credit is given back in pieces of this size, or a frame would go back for each that comes. */
    GIVE_AT = TB_CREDIT_FIRST / 4,
};

/* ---- the request's body ---- */

static uint32_t n_uint(size_t v)
{
    return v < 0x80 ? 1 : v <= 0xff ? 2 : v <= 0xffff ? 3 : 5;
}

/* As tb_part_write packs it: {"bytes": n, "last": true}, and the bytes. */
static uint32_t cost_of_part(struct tb_bytes raw, bool last)
{
    uint32_t n_last = last ? 1 + 4 + 1 : 0;
    return 1 + (1 + 5) + n_uint(raw.n) + n_last + (uint32_t)raw.n;
}

int tb_endpoint_send(struct tb_endpoint *endpoint, uint64_t id, struct tb_bytes raw, bool last)
{
    struct tb_pending *pending = tb_endpoint_pending(endpoint, id);
    if (!pending || pending->cancelled)
        return TB_UNKNOWN;
    if (!pending->more || raw.n > TB_CHUNK_RAW_MAX || (raw.n == 0 && !last))
        return TB_MALFORMED;
    uint32_t cost = cost_of_part(raw, last);
    if (cost > pending->may_send)
        return TB_AGAIN;
    const struct tb_part part = {.raw = raw, .last = last};
    const struct tb_envelope envelope = tb_endpoint_envelope(endpoint, pending);
    int r = tb_part_write(&endpoint->out, &envelope, &part, endpoint->direct);
    if (r != TB_OK)
        return r;
    pending->n_sent++;
    pending->may_send -= cost;
    pending->more = !last;
    return TB_OK;
}

/* ---- credit for what comes ---- */

static void give(struct tb_endpoint *endpoint, struct tb_pending *pending)
{
    if (pending->n_owed < GIVE_AT || pending->cancelled)
        return;
    const struct tb_credit credit = {.bytes = pending->n_owed};
    const struct tb_envelope envelope = tb_endpoint_envelope(endpoint, pending);
    if (tb_credit_write(&endpoint->out, &envelope, &credit) != TB_OK) {
        endpoint->owes = true;
        return;
    }
    pending->n_sent++;
    pending->may_come += pending->n_owed;
    pending->n_owed = 0;
}

void tb_endpoint_give_owed(struct tb_endpoint *endpoint)
{
    if (!endpoint->owes)
        return;
    endpoint->owes = false;
    for (size_t i = 0; i < TB_SESSION_CALLS; i++)
        if (endpoint->pending[i].id != 0)
            give(endpoint, &endpoint->pending[i]);
}

void tb_endpoint_consumed(struct tb_endpoint *endpoint, uint64_t id, uint32_t cost)
{
    struct tb_pending *pending = tb_endpoint_pending(endpoint, id);
    if (!pending)
        return;
    tb_assert(cost <= pending->n_held);
    pending->n_held -= cost;
    pending->n_owed += cost;
    give(endpoint, pending);
}

/* ---- what comes ---- */

/* What the first frame under a handle does: the handle no longer counts against the command's pool,
 * whose next one it brings. */
static bool take_next(struct tb_endpoint *endpoint, const struct tb_pending *pending, bool has_next,
                      const struct tb_handle *next)
{
    bool is_first = pending->n_heard == 1;
    if (is_first)
        tb_commands_release(&endpoint->commands, pending->command);
    if (!has_next)
        return true;
    return is_first && tb_commands_add(&endpoint->commands, pending->command, next) == TB_OK;
}

static void become_stream(struct tb_endpoint *endpoint, struct tb_pending *pending)
{
    endpoint->n_streams += !pending->is_stream;
    pending->is_stream = true;
}

/* A result is a value or parts of a body, and a value comes once. */
static bool fits(const struct tb_pending *pending, const struct tb_chunk *chunk)
{
    switch (chunk->type) {
    case TB_CHUNK_VALUE:
        return !pending->has_value && !pending->has_parts;
    case TB_CHUNK_BYTES:
        return chunk->has_channel || !pending->has_value;
    case TB_CHUNK_MESSAGE:
        return true;
    }
    return false;
}

static void note(struct tb_pending *pending, const struct tb_chunk *chunk, uint32_t cost)
{
    bool is_part = chunk->type == TB_CHUNK_BYTES && !chunk->has_channel;
    pending->has_value |= chunk->type == TB_CHUNK_VALUE;
    pending->has_parts |= is_part;
    pending->n_parts += is_part ? chunk->raw.n : 0;
    pending->may_come -= cost;
}

/* Nobody takes a chunk without a handler, or one for a channel that was not passed with the call.
 */
static bool wanted(const struct tb_pending *pending, const struct tb_chunk *chunk)
{
    return pending->handler->chunk &&
           (!chunk->has_channel || tb_channels_has(&pending->channels, chunk->channel));
}

bool tb_endpoint_on_chunk(struct tb_endpoint *endpoint, struct tb_pending *pending,
                          const struct tb_plaintext *plaintext)
{
    uint64_t cost = tb_chunk_cost(plaintext);
    struct tb_chunk chunk;
    if (cost > pending->may_come ||
        tb_chunk_read(&endpoint->unpacker, plaintext, &chunk) != TB_OK || !fits(pending, &chunk) ||
        !take_next(endpoint, pending, chunk.has_next, &chunk.next))
        return false;
    become_stream(endpoint, pending);
    note(pending, &chunk, (uint32_t)cost);
    if (wanted(pending, &chunk)) {
        pending->n_held += (uint32_t)cost;
        pending->handler->chunk(pending->data, &chunk, (uint32_t)cost);
    } else {
        pending->n_owed += (uint32_t)cost;
        give(endpoint, pending);
    }
    return true;
}

bool tb_endpoint_on_credit(struct tb_endpoint *endpoint, struct tb_pending *pending,
                           const struct tb_plaintext *plaintext)
{
    struct tb_credit credit;
    if (tb_credit_read(&endpoint->unpacker, plaintext, &credit) != TB_OK ||
        (credit.bytes == 0 && pending->n_heard != 1) ||
        credit.bytes > TB_CREDIT_MOST - pending->may_send ||
        !take_next(endpoint, pending, credit.has_next, &credit.next))
        return false;
    become_stream(endpoint, pending);
    pending->may_send += credit.bytes;
    if (pending->more && !pending->cancelled && credit.bytes > 0 && pending->handler->room)
        pending->handler->room(pending->data);
    return true;
}

/* After an early value there is nothing left to say but how it ended; a body that came in parts
 * says how long it was. */
static bool completes(const struct tb_pending *pending, const struct tb_reply *reply)
{
    switch (reply->type) {
    case TB_REPLY_VALUE:
        return !pending->has_parts &&
               (!pending->has_value || reply->value->type == MSGPACK_OBJECT_NIL);
    case TB_REPLY_BYTES:
        return !pending->has_value && reply->has_total == pending->has_parts &&
               (!reply->has_total || reply->total - reply->raw.n == pending->n_parts);
    case TB_REPLY_ERROR:
        return true;
    }
    return false;
}

bool tb_endpoint_on_reply(struct tb_endpoint *endpoint, struct tb_pending *pending,
                          const struct tb_plaintext *plaintext)
{
    struct tb_commands *commands = &endpoint->commands;
    struct tb_reply reply;
    if (tb_reply_read(&endpoint->unpacker, plaintext, &reply) != TB_OK ||
        !completes(pending, &reply) || !take_next(endpoint, pending, reply.has_next, &reply.next))
        return false;
    /* The REPLY of a stream never has `next`, and says nothing of the command. */
    if (pending->n_heard == 1)
        tb_commands_revoke(commands, pending->command,
                           !reply.has_next && reply.type == TB_REPLY_ERROR &&
                               reply.error.code == TB_CODE_DENIED);
    tb_commands_forget(commands, &pending->handle);
    tb_endpoint_end(endpoint, pending, &reply);
    return true;
}
