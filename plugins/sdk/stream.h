/*
 * Calls that go on after their handler has returned: PROTOCOL.md, sections 5 and 8. A handler takes
 * its call over with tb_call_stream and returns without answering. From then on the call is a
 * struct tb_stream of the plugin's own, which ends it with exactly one of the tb_stream_end
 * functions, now or later, and frees it.
 *
 * Nothing here blocks. How much may be sent is for the page to say: it gives credit as it takes
 * what came. What would pass the credit is refused with TB_NO_ROOM, and `room` tells when to go on.
 */
#pragma once

#include "plugins/sdk/plugin.h"

struct tb_stream;

/* What happens to a stream. Each may be NULL. A stream may be ended and freed inside them. */
struct tb_stream_events {
    /*
     * The next bytes of the request's body, behind call->body; `last`: no more will come. Returns
     * how many of them it has dealt with. The page may send more in their place; the others are
     * kept, and come again after tb_stream_resume. NULL: the body is not wanted.
     */
    size_t (*body)(struct tb_stream *stream, struct tb_bytes bytes, bool last);
    /* Something may be sent: once after tb_call_stream, and again whenever tb_stream_room has
     * returned 0, a function has returned TB_NO_ROOM, or tb_stream_resume was called. */
    void (*room)(struct tb_stream *stream);
    /* The call's result is not wanted any more, or the link has ended: nothing more will be taken.
     * End the stream, with an error. NULL: that is done for it. */
    void (*cancel)(struct tb_stream *stream);
};

enum tb_sent {
    TB_SENT = 0,
    TB_NO_ROOM, /* nothing was sent: try again when `room` is called */
    TB_REFUSED, /* nothing was sent, and never will be: it is too large for one message, not one
                   value, or of a stream that has ended, was cancelled or promised otherwise */
};

/* A channel of the page's, which it passed with the call. */
struct tb_channel {
    bool given; /* false: an optional argument that is absent */
    uint32_t id;
};

/* Takes a call over, inside its handler. Events and data are borrowed. Returns a new stream, or
 * NULL and has answered the call with an error: just return. */
tb_must_check struct tb_stream *tb_call_stream(struct tb_call *call,
                                               const struct tb_stream_events *events, void *data);
void *tb_stream_data(const struct tb_stream *stream);
/* Ends it with an error if it was not ended. NULL is fine. */
void tb_stream_free(struct tb_stream *stream);
/* Bytes of the body that were kept come again, and `room` is called when there is any: not at once,
 * but soon after the caller has returned. */
void tb_stream_resume(struct tb_stream *stream);
/* Whether it was ended, or cancelled. */
bool tb_stream_over(const struct tb_stream *stream);

/* How many raw bytes may be sent in one piece now: 0 to 65,536. */
tb_must_check size_t tb_stream_room(struct tb_stream *stream);

/*
 * Values: begin one, pack exactly one value into what is returned, and send it. Beginning another
 * drops one that was not sent.
 *
 * tb_stream_value is the call's result, ahead of its end: at most once, and none after bytes of the
 * result. tb_stream_message is a message of a channel, or with NULL one of the call itself.
 * tb_stream_end_value is the result, and the end.
 */
struct tb_packer *tb_stream_value(struct tb_stream *stream);
struct tb_packer *tb_stream_message(struct tb_stream *stream, const struct tb_channel *channel);
struct tb_packer *tb_stream_end_value(struct tb_stream *stream);
/* An end that the broker could not take is replaced by an error: TB_REFUSED, and it has ended. */
enum tb_sent tb_stream_send(struct tb_stream *stream);

/*
 * Raw bytes: the next part of the call's result, or with a channel a message of that. At most
 * tb_stream_room bytes. Made in place: room, which is NULL if they may not be sent, and send of the
 * n that were made.
 */
enum tb_sent tb_stream_bytes(struct tb_stream *stream, const struct tb_channel *channel,
                             struct tb_bytes bytes);
uint8_t *tb_stream_bytes_room(struct tb_stream *stream, const struct tb_channel *channel, size_t n);
enum tb_sent tb_stream_bytes_send(struct tb_stream *stream, size_t n);

/*
 * Ends, beside tb_stream_end_value. A result of bytes is what was sent and these; after an early
 * value the end is nil, after bytes it is bytes; an error always is. TB_NO_ROOM only of bytes.
 */
enum tb_sent tb_stream_end_nil(struct tb_stream *stream);
enum tb_sent tb_stream_end_bytes(struct tb_stream *stream, struct tb_bytes bytes);
tb_printf(4, 5) enum tb_sent tb_stream_end_error(struct tb_stream *stream, enum tb_code code,
                                                 int number, const char *format, ...);

/* Reads a channel: the string that Tauri's Channel becomes, `__CHANNEL__:` and its number. */
tb_must_check bool tb_arg_channel(struct tb_call *call, struct tb_args args, const char *key,
                                  enum tb_need need, struct tb_channel *ret_channel);
