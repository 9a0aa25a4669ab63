/* The way in: parts of a request's body, and the credit for more of them. */
#include "base/result.h"
#include "plugins/sdk/session.h"

#include <errno.h>
#include <stdlib.h>

/* Credit is given back in amounts that are worth a frame. */
enum { CREDIT_AT_ONCE = 64 * 1024 };

static void give_credit(struct tb_stream *stream, uint32_t cost)
{
    struct tb_session *session = stream->session;
    stream->owed += cost;
    if (!stream->more || stream->owed < CREDIT_AT_ONCE)
        return;
    const struct tb_plugin_credit credit = {.call = stream->call, .bytes = stream->owed};
    if (tb_plugin_credit_write(&session->out, &credit) != TB_OK)
        session->failed = -ENOMEM;
    stream->window += stream->owed;
    stream->owed = 0;
}

/* The plugin is done with the part, or nobody wants it. */
static void finish_part(struct tb_session *session, const struct tb_body_part *part)
{
    if (part->pooled)
        tb_session_release(session, part->at);
}

/* True: the plugin has dealt with all of it. */
static bool deliver(struct tb_stream *stream, struct tb_body_part *part)
{
    size_t n = part->bytes.n;
    stream->held = true; /* unless it says resume meanwhile */
    if (stream->events->body)
        n = stream->events->body(stream, part->bytes, part->last);
    if (!tb_stream_over(stream) && n < part->bytes.n) {
        part->bytes = tb_bytes_of(part->bytes.data + n, part->bytes.n - n);
        return false;
    }
    stream->held = false;
    finish_part(stream->session, part);
    if (!tb_stream_over(stream))
        give_credit(stream, part->cost);
    return true;
}

void tb_stream_deliver(struct tb_stream *stream)
{
    while (stream->parts && !stream->held && !tb_stream_over(stream)) {
        struct tb_body_part *part = stream->parts;
        /* Off the list first: what it does may drop the list. */
        stream->parts = part->next;
        if (!stream->parts)
            stream->parts_end = &stream->parts;
        if (deliver(stream, part)) {
            free(part);
            continue;
        }
        part->next = stream->parts;
        stream->parts = part;
        if (!part->next)
            stream->parts_end = &part->next;
    }
}

void tb_stream_drop_parts(struct tb_stream *stream)
{
    while (stream->parts) {
        struct tb_body_part *part = stream->parts;
        stream->parts = part->next;
        finish_part(stream->session, part);
        free(part);
    }
    stream->parts_end = &stream->parts;
}

/* What lies in the pool stays there; the rest of the link's buffer is about to be used again. */
static int keep(struct tb_stream *stream, const struct tb_body_part *part)
{
    size_t n_copy = part->pooled ? 0 : part->bytes.n;
    struct tb_body_part *kept = malloc(sizeof *kept + n_copy);
    if (!kept)
        return -ENOMEM;
    *kept = *part;
    kept->next = NULL;
    if (n_copy > 0)
        memcpy(kept->copy, part->bytes.data, n_copy);
    if (!part->pooled)
        kept->bytes = tb_bytes_of(kept->copy, n_copy);
    *stream->parts_end = kept;
    stream->parts_end = &kept->next;
    return TB_OK;
}

static int take(struct tb_stream *stream, struct tb_body_part *part)
{
    bool waits = stream->held || stream->parts;
    return !waits && deliver(stream, part) ? TB_OK : keep(stream, part);
}

int tb_streams_first(struct tb_stream *stream, const struct tb_body_part *first)
{
    struct tb_body_part part = *first;
    bool empty = part.bytes.n == 0 && !part.last;
    if (!empty && !tb_stream_over(stream))
        return take(stream, &part);
    finish_part(stream->session, &part);
    return TB_OK;
}

struct chunk {
    uint64_t call;
    bool last;
    struct tb_raw raw;
    size_t cost;
};

static int read_chunk(struct tb_session *session, struct tb_bytes body, struct chunk *ret_chunk)
{
    struct tb_plaintext plaintext;
    struct chunk chunk = {0};
    const msgpack_object *map;
    uint64_t n_raw = 0;
    bool has_last;
    const struct tb_field fields[] = {
        {.key = "call", .type = TB_UINT, .ret = &chunk.call},
        {.key = "bytes", .type = TB_UINT, .ret = &n_raw, .max = TB_CHUNK_RAW_MAX},
        {.key = "at", .type = TB_UINT, .ret = &chunk.raw.at, .ret_has = &chunk.raw.pooled},
        {.key = "last", .type = TB_BOOL, .ret = &chunk.last, .ret_has = &has_last},
    };
    int r = tb_plugin_unpack(&session->unpacker, body, &plaintext, &map);
    if (r == TB_OK)
        r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (has_last != chunk.last || (n_raw == 0 && !chunk.last) ||
        !tb_plugin_take_raw(&plaintext, true, n_raw, &chunk.raw))
        return TB_MALFORMED;
    if (chunk.raw.pooled)
        r = tb_pool_find(&session->pool, chunk.raw.at, n_raw, &chunk.raw.bytes);
    chunk.cost = plaintext.text.n + n_raw;
    *ret_chunk = chunk;
    return r;
}

int tb_streams_chunk(struct tb_session *session, struct tb_bytes body)
{
    struct chunk chunk;
    int r = read_chunk(session, body, &chunk);
    if (r != TB_OK)
        return r;
    struct tb_body_part part = {
        .bytes = chunk.raw.bytes,
        .last = chunk.last,
        .pooled = chunk.raw.pooled,
        .at = chunk.raw.at,
        .cost = (uint32_t)chunk.cost,
    };
    struct tb_stream *stream = tb_streams_find(&session->streams, chunk.call);
    if (!stream || stream->cancelled) {
        finish_part(session, &part); /* it crossed the REPLY */
        return TB_OK;
    }
    if (!stream->more || part.cost > stream->window)
        return TB_MALFORMED;
    stream->window -= part.cost;
    stream->more = !part.last;
    return take(stream, &part);
}
