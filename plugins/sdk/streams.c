#include "plugins/sdk/streams.h"

#include "base/result.h"
#include "plugins/sdk/session.h"

#include <errno.h>
#include <stdlib.h>

static const struct tb_stream_events no_events;

void tb_streams_init(struct tb_streams *streams)
{
    *streams = (struct tb_streams){0};
    streams->ready_end = &streams->ready;
}

static struct tb_stream **bucket_of(struct tb_streams *streams, uint64_t call)
{
    return &streams->buckets[call % TB_STREAM_BUCKETS];
}

struct tb_stream *tb_streams_find(const struct tb_streams *streams, uint64_t call)
{
    struct tb_stream *stream = streams->buckets[call % TB_STREAM_BUCKETS];
    while (stream && stream->call != call)
        stream = stream->next;
    return stream;
}

struct tb_stream *tb_call_stream(struct tb_call *call, const struct tb_stream_events *events,
                                 void *data)
{
    struct tb_open_call *open = tb_open_call_of(call);
    struct tb_streams *streams = &open->session->streams;
    struct tb_stream *stream = NULL;
    if (!open->stream && streams->n < TB_SESSION_CALLS)
        stream = calloc(1, sizeof *stream);
    if (!stream) {
        tb_reply_error(call, TB_CODE_IO, ENOMEM, "the plugin cannot have another stream");
        return NULL;
    }
    struct tb_stream **bucket = bucket_of(streams, open->number);
    *stream = (struct tb_stream){
        .next = *bucket,
        .session = open->session,
        .call = open->number,
        .events = events ? events : &no_events,
        .data = data,
        .credit = TB_CREDIT_FIRST_PLUGIN,
        .waits_for = 1,
        .more = call->more,
        .window = TB_CREDIT_FIRST_TO_PLUGIN,
        .note = open->note,
    };
    stream->parts_end = &stream->parts;
    *bucket = stream;
    streams->n++;
    streams->n_held++;
    open->stream = stream;
    tb_draft_clear(&open->session->answer);
    tb_stream_queue(stream);
    return stream;
}

void *tb_stream_data(const struct tb_stream *stream)
{
    return stream->data;
}

bool tb_stream_over(const struct tb_stream *stream)
{
    return stream->ended || stream->cancelled;
}

void tb_stream_queue(struct tb_stream *stream)
{
    struct tb_streams *streams = &stream->session->streams;
    tb_session_wake(stream->session);
    if (stream->ready || stream->ended)
        return;
    stream->ready = true;
    stream->next_ready = NULL;
    *streams->ready_end = stream;
    streams->ready_end = &stream->next_ready;
}

void tb_stream_resume(struct tb_stream *stream)
{
    stream->held = false;
    tb_stream_queue(stream);
}

void tb_stream_end(struct tb_stream *stream)
{
    struct tb_streams *streams = &stream->session->streams;
    struct tb_stream **at = bucket_of(streams, stream->call);
    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    streams->n--;
    stream->ended = true;
    tb_stream_drop_parts(stream);
    tb_session_wake(stream->session);
}

/* Nobody is inside a stream of a session that has ended. */
static void let_go(struct tb_session *session)
{
    tb_streams_reap(&session->streams);
    if (session->host && session->streams.n_held == 0)
        session->host->released(session->host->context);
}

void tb_stream_free(struct tb_stream *stream)
{
    if (!stream || stream->dead)
        return;
    struct tb_session *session = stream->session;
    if (!stream->ended)
        (void)tb_stream_end_error(stream, TB_CODE_IO, 0, "the plugin gave no answer");
    if (session->draft_owner == stream)
        session->draft_owner = NULL;
    stream->dead = true;
    stream->next = session->streams.dead;
    session->streams.dead = stream;
    session->streams.n_held--;
    tb_session_wake(session);
    if (session->ended)
        let_go(session);
}

static struct tb_stream *take_ready(struct tb_streams *streams)
{
    struct tb_stream *stream = streams->ready;
    streams->ready = stream->next_ready;
    if (!streams->ready)
        streams->ready_end = &streams->ready;
    stream->ready = false;
    return stream;
}

/* Room is what a body may have been kept for, so that comes first, and `room` if it leaves some. */
static void run(struct tb_stream *stream)
{
    bool room = stream->waits_for != 0 && stream->credit >= stream->waits_for;
    if (room) {
        stream->held = stream->held && !stream->asked;
        stream->waits_for = 0;
        stream->asked = false;
    }
    tb_stream_deliver(stream);
    if (room && stream->waits_for == 0 && stream->events->room && !tb_stream_over(stream))
        stream->events->room(stream);
}

/* Those that queue up again meanwhile have their turn the next time. */
void tb_streams_run(struct tb_session *session)
{
    struct tb_streams *streams = &session->streams;
    struct tb_stream **end = streams->ready_end;
    bool last = !streams->ready;
    while (!last && !tb_session_full(session)) {
        struct tb_stream *stream = streams->ready;
        last = end == &stream->next_ready;
        (void)take_ready(streams);
        run(stream);
    }
}

void tb_streams_reap(struct tb_streams *streams)
{
    struct tb_stream **at = &streams->dead;
    while (*at) {
        struct tb_stream *stream = *at;
        if (stream->ready) { /* still in the queue: the next time */
            at = &stream->next;
            continue;
        }
        *at = stream->next;
        free(stream);
    }
}

static void cancel(struct tb_stream *stream)
{
    stream->cancelled = true;
    tb_stream_drop_parts(stream);
    if (stream->events->cancel)
        stream->events->cancel(stream);
    else
        (void)tb_stream_end_error(stream, TB_CODE_IO, ECANCELED, "cancelled");
}

int tb_streams_cancel(struct tb_session *session, struct tb_bytes body)
{
    uint64_t call;
    const struct tb_field fields[] = {{.key = "call", .type = TB_UINT, .ret = &call}};
    int r = tb_plugin_read_alone(&session->unpacker, body, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    /* One that is not here has been answered already. */
    struct tb_stream *stream = tb_streams_find(&session->streams, call);
    if (stream && !stream->cancelled)
        cancel(stream);
    return TB_OK;
}

void tb_streams_end(struct tb_session *session)
{
    struct tb_streams *streams = &session->streams;
    for (size_t i = 0; i < TB_STREAM_BUCKETS; i++) {
        while (streams->buckets[i]) {
            struct tb_stream *stream = streams->buckets[i];
            if (!stream->cancelled)
                cancel(stream);
            if (!stream->ended)
                tb_stream_end(stream);
        }
    }
    while (streams->ready)
        (void)take_ready(streams);
}
