/* The way out: values, raw bytes and ends, within the credit that the page has given. */
#include "base/result.h"
#include "plugins/sdk/session.h"

#include <errno.h>

/* So many bytes are sent even when much waits already: else a stream could not be ended. Each of
 * the calls that can be live has room for an end in the link's buffer. */
enum { SMALL = 1024 };

/* `room` is due when n bytes may be sent. */
static void wait_for(struct tb_stream *stream, size_t n)
{
    stream->waits_for = (uint32_t)n;
    stream->asked = true;
    if (stream->credit >= n)
        tb_stream_queue(stream);
}

int tb_streams_credit(struct tb_session *session, struct tb_bytes body)
{
    struct tb_plugin_credit credit;
    int r = tb_plugin_credit_read(&session->unpacker, body, &credit);
    if (r != TB_OK)
        return r;
    struct tb_stream *stream = tb_streams_find(&session->streams, credit.call);
    if (!stream)
        return TB_OK;
    if (credit.bytes > TB_CREDIT_MOST - stream->credit)
        return TB_MALFORMED;
    stream->credit += credit.bytes;
    if (stream->waits_for != 0 && stream->credit >= stream->waits_for)
        tb_stream_queue(stream);
    return TB_OK;
}

size_t tb_stream_room(struct tb_stream *stream)
{
    enum { LEAST = TB_DRAFT_MAP_MAX + 1 };
    if (tb_stream_over(stream))
        return 0;
    if (tb_session_full(stream->session) || stream->credit < LEAST) {
        wait_for(stream, LEAST);
        return 0;
    }
    size_t n = stream->credit - TB_DRAFT_MAP_MAX;
    return n < TB_CHUNK_RAW_MAX ? n : TB_CHUNK_RAW_MAX;
}

static struct tb_draft *own_draft(struct tb_stream *stream)
{
    struct tb_session *session = stream->session;
    tb_draft_clear(&session->draft);
    session->draft_owner = stream;
    return &session->draft;
}

/* The draft that the stream has begun, in this form; else NULL. */
static struct tb_draft *begun_draft(struct tb_stream *stream, enum tb_draft_form form)
{
    struct tb_session *session = stream->session;
    bool own = session->draft_owner == stream && session->draft.form == form;
    return own && !stream->ended ? &session->draft : NULL;
}

static enum tb_sent drop(struct tb_stream *stream, enum tb_sent why)
{
    tb_draft_clear(&stream->session->draft);
    return why;
}

/* ---- values ---- */

/* What is begun out of order goes nowhere, and takes what was begun before with it. */
static struct tb_packer *refuse(struct tb_stream *stream)
{
    (void)own_draft(stream);
    return &stream->session->nowhere;
}

static struct tb_packer *begin_chunk(struct tb_stream *stream, const struct tb_channel *channel,
                                     const char *key)
{
    struct tb_packer *packer = tb_draft_value(own_draft(stream), TB_PLUGIN_CHUNK, 2u + !!channel);
    stream->making_value = false;
    tb_pack_key_uint(packer, "call", stream->call);
    if (channel)
        tb_pack_key_uint(packer, "channel", channel->id);
    tb_pack_key(packer, key);
    return packer;
}

struct tb_packer *tb_stream_value(struct tb_stream *stream)
{
    if (tb_stream_over(stream) || stream->value_sent || stream->bytes_sent)
        return refuse(stream);
    struct tb_packer *packer = begin_chunk(stream, NULL, "value");
    stream->making_value = true;
    return packer;
}

struct tb_packer *tb_stream_message(struct tb_stream *stream, const struct tb_channel *channel)
{
    if (tb_stream_over(stream))
        return refuse(stream);
    return begin_chunk(stream, channel, "message");
}

struct tb_packer *tb_stream_end_value(struct tb_stream *stream)
{
    if (stream->ended || stream->value_sent || stream->bytes_sent)
        return refuse(stream);
    return tb_answer_value(own_draft(stream), stream->call);
}

/* Sends a whole draft if it may be sent now. */
static enum tb_sent pass(struct tb_stream *stream, size_t cost)
{
    struct tb_session *session = stream->session;
    if (stream->cancelled)
        return drop(stream, TB_REFUSED);
    if (cost > stream->credit || tb_session_full(session)) {
        wait_for(stream, cost);
        return drop(stream, TB_NO_ROOM);
    }
    if (!tb_draft_send(&session->draft, &session->out)) {
        session->failed = -ENOMEM;
        return drop(stream, TB_REFUSED);
    }
    stream->credit -= (uint32_t)cost;
    tb_session_wake(session);
    return TB_SENT;
}

static enum tb_sent send_end(struct tb_stream *stream)
{
    struct tb_session *session = stream->session;
    struct tb_draft *draft = &session->draft;
    int r = tb_answer_finish(draft, session->unpacker.scanner, stream->call, &stream->note);
    if (r >= 0 && tb_session_full(session) && tb_buffer_n(&draft->frame) > SMALL) {
        wait_for(stream, 1);
        return drop(stream, TB_NO_ROOM);
    }
    if (r < 0 || !tb_draft_send(draft, &session->out))
        session->failed = -ENOMEM;
    tb_stream_end(stream);
    return r == TB_OK ? TB_SENT : TB_REFUSED;
}

enum tb_sent tb_stream_send(struct tb_stream *stream)
{
    struct tb_session *session = stream->session;
    struct tb_draft *draft = begun_draft(stream, TB_DRAFT_VALUE);
    size_t cost;
    if (!draft)
        return TB_REFUSED;
    if (draft->kind == TB_PLUGIN_REPLY)
        return send_end(stream);
    if (tb_draft_finish(draft, session->unpacker.scanner, &cost) != TB_OK)
        return drop(stream, TB_REFUSED);
    enum tb_sent sent = pass(stream, cost);
    if (sent == TB_SENT && stream->making_value)
        stream->value_sent = true;
    return sent;
}

/* ---- raw bytes ---- */

static bool may_send_bytes(const struct tb_stream *stream, const struct tb_channel *channel,
                           size_t n)
{
    return !tb_stream_over(stream) && (channel || !stream->value_sent) && n <= TB_CHUNK_RAW_MAX;
}

uint8_t *tb_stream_bytes_room(struct tb_stream *stream, const struct tb_channel *channel, size_t n)
{
    (void)own_draft(stream);
    if (!may_send_bytes(stream, channel, n))
        return NULL;
    if (n > tb_stream_room(stream)) {
        wait_for(stream, n + TB_DRAFT_MAP_MAX);
        return NULL;
    }
    struct tb_draft *draft = own_draft(stream);
    tb_draft_raw(draft, TB_PLUGIN_CHUNK, stream->call, channel ? &channel->id : NULL);
    stream->n_room = n;
    uint8_t *room = tb_draft_room(draft, n);
    if (!room)
        stream->session->failed = -ENOMEM;
    return room;
}

enum tb_sent tb_stream_bytes_send(struct tb_stream *stream, size_t n)
{
    struct tb_draft *draft = begun_draft(stream, TB_DRAFT_RAW);
    size_t cost;
    if (!draft || draft->kind != TB_PLUGIN_CHUNK || draft->packer.failed || n > stream->n_room)
        return TB_REFUSED;
    tb_draft_commit(draft, n);
    bool result = !draft->channel;
    if (n == 0 && result)
        return drop(stream, TB_SENT); /* no bytes are no part */
    if (tb_draft_finish(draft, stream->session->unpacker.scanner, &cost) != TB_OK)
        return drop(stream, TB_REFUSED);
    enum tb_sent sent = pass(stream, cost);
    if (sent == TB_SENT && result)
        stream->bytes_sent = true;
    return sent;
}

enum tb_sent tb_stream_bytes(struct tb_stream *stream, const struct tb_channel *channel,
                             struct tb_bytes bytes)
{
    uint8_t *room = tb_stream_bytes_room(stream, channel, bytes.n);
    if (!room)
        return may_send_bytes(stream, channel, bytes.n) ? TB_NO_ROOM : TB_REFUSED;
    if (bytes.n > 0)
        memcpy(room, bytes.data, bytes.n);
    return tb_stream_bytes_send(stream, bytes.n);
}

/* ---- ends ---- */

enum tb_sent tb_stream_end_nil(struct tb_stream *stream)
{
    if (stream->ended || stream->bytes_sent)
        return TB_REFUSED;
    tb_pack_nil(tb_answer_value(own_draft(stream), stream->call));
    return send_end(stream);
}

enum tb_sent tb_stream_end_bytes(struct tb_stream *stream, struct tb_bytes bytes)
{
    if (stream->ended || stream->value_sent)
        return TB_REFUSED;
    struct tb_draft *draft = own_draft(stream);
    tb_draft_raw(draft, TB_PLUGIN_REPLY, stream->call, NULL);
    uint8_t *room = tb_draft_room(draft, bytes.n);
    if (room && bytes.n > 0)
        memcpy(room, bytes.data, bytes.n);
    if (room)
        tb_draft_commit(draft, bytes.n);
    return send_end(stream);
}

enum tb_sent tb_stream_end_error(struct tb_stream *stream, enum tb_code code, int number,
                                 const char *format, ...)
{
    if (stream->ended)
        return TB_REFUSED;
    va_list arguments;
    va_start(arguments, format);
    tb_answer_error(own_draft(stream), stream->call, code, number, format, arguments);
    va_end(arguments);
    return send_end(stream);
}
