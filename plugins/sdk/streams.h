/* The streams of a session, from inside. */
#pragma once

#include "plugins/sdk/note.h"
#include "plugins/sdk/trollbridge-plugin.h"
#include "proto/plugin_frame.h"

struct tb_session;

/* Bytes of a request's body that the plugin has not dealt with yet. */
struct tb_body_part {
    struct tb_body_part *next;
    struct tb_bytes bytes; /* what is left of it */
    bool last;
    bool pooled;
    uint64_t at;
    uint32_t cost;
    uint8_t copy[]; /* of bytes that were not in the pool */
};

struct tb_stream {
    struct tb_stream *next; /* in its bucket, then among the dead */
    struct tb_stream *next_ready;
    struct tb_session *session;
    uint64_t call;
    const struct tb_stream_events *events;
    void *data;
    bool ready; /* in the queue */
    bool cancelled;
    bool ended;
    bool dead; /* freed by the plugin; its memory goes when nobody is inside it */

    uint32_t credit;    /* bytes that may be sent */
    uint32_t waits_for; /* `room` is due when so many may be; 0: nobody waits */
    size_t n_room;      /* of the raw bytes that are being made */
    bool making_value;
    bool asked; /* for the room that it waits for; else it is the first */
    bool value_sent;
    bool bytes_sent;

    bool more;       /* parts of the body are still to come */
    bool held;       /* the plugin has not taken all there is: nothing more until resume */
    uint32_t window; /* bytes that the broker may still send */
    uint32_t owed;   /* credit that is to be given back */
    struct tb_body_part *parts;
    struct tb_body_part **parts_end;

    tb_secret_callback *secret; /* who waits for a passphrase; NULL: nobody */
    uint32_t n_secrets;         /* that were asked for */
    struct tb_note note;
};

enum { TB_STREAM_BUCKETS = 256 };

struct tb_streams {
    struct tb_stream *buckets[TB_STREAM_BUCKETS]; /* live ones, by the call's number */
    size_t n;
    size_t n_held;           /* not freed by the plugin yet, ended or not */
    struct tb_stream *ready; /* a queue */
    struct tb_stream **ready_end;
    struct tb_stream *dead;
};

void tb_streams_init(struct tb_streams *streams);
/* The link has ended: cancels what is live. */
void tb_streams_end(struct tb_session *session);
/* Lets those that wait and can go on do so, once each. */
void tb_streams_run(struct tb_session *session);
/* Frees the memory of those that the plugin has freed. Nobody may be inside one. */
void tb_streams_reap(struct tb_streams *streams);
/* NULL: no stream that is still live has the call. */
struct tb_stream *tb_streams_find(const struct tb_streams *streams, uint64_t call);

/* The frames, by their bodies: TB_OK, or the broker broke the protocol. */
tb_must_check int tb_streams_chunk(struct tb_session *session, struct tb_bytes body);
/* What came with the call itself. TB_OK or -ENOMEM. */
tb_must_check int tb_streams_first(struct tb_stream *stream, const struct tb_body_part *part);
tb_must_check int tb_streams_credit(struct tb_session *session, struct tb_bytes body);
tb_must_check int tb_streams_secret(struct tb_session *session, struct tb_bytes body);
tb_must_check int tb_streams_cancel(struct tb_session *session, struct tb_bytes body);

/* For the files of streams among themselves. */
void tb_stream_queue(struct tb_stream *stream);   /* it may have something to do */
void tb_stream_end(struct tb_stream *stream);     /* its REPLY has been written */
void tb_stream_deliver(struct tb_stream *stream); /* the parts that wait, until one is kept */
void tb_stream_drop_parts(struct tb_stream *stream);
