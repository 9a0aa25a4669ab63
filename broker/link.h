/*
 * One end of a framed stream socket: what came in and is not handled yet, what goes out and is not
 * sent yet.
 *
 * Reading is batched (everything there is, in one system call) and writing is coalesced: frames are
 * appended to `out`, and the whole is sent when the broker flushes. Nothing that the peer does to
 * the socket blocks.
 */
#pragma once

#include "base/buffer.h"
#include "base/result.h"
#include "broker/loop.h"
#include "proto/frame.h"

struct tb_link {
    struct tb_source source;
    struct tb_loop *loop;
    enum tb_side side;
    struct tb_buffer in;
    struct tb_buffer out;
    size_t n_taken;       /* bytes at the front of `in` that belong to the frame last returned */
    bool paused;          /* not read from, so that the peer's own kernel buffer fills */
    bool dirty;           /* in the broker's list of links to flush */
    bool needs_records;   /* what it has to send is allowed by records, as what plugins are sent */
    bool held;            /* what it has to send waits for something else */
    uint64_t released_ns; /* when it last stopped waiting */
    struct tb_link *next_dirty;
};

/* A link without a descriptor yet: frames can already be written to `out`. */
void tb_link_init(struct tb_link *link, struct tb_loop *loop, enum tb_side side, size_t max_out);

/* Consumes fd, also on failure; 0 or -errno (the descriptor cannot be polled). Starts reading. */
tb_must_check int tb_link_attach(struct tb_link *link, int fd,
                                 void (*ready)(struct tb_source *, uint32_t), void *context);
void tb_link_deinit(struct tb_link *link); /* closes, wipes; a link never initialised is fine */

static inline bool tb_link_attached(const struct tb_link *link)
{
    return link->loop && link->source.fd >= 0;
}

/* Reads what is there. TB_OK, TB_AGAIN (nothing), TB_CLOSED (end, or the socket failed),
 * TB_MALFORMED (the peer sent a descriptor where none belongs). ret_fd may be NULL: no descriptor
 * may come. */
tb_must_check int tb_link_read(struct tb_link *link, int *ret_fd);

/* The next whole frame of what was read; it is valid until the next call. Codes of tb_frame_parse.
 */
tb_must_check int tb_link_next(struct tb_link *link, struct tb_frame *ret_frame);

/* Sends as much as the peer takes now; for the rest the loop says when there is room. A failure is
 * not told: the socket is at its end then, and reading will say so. */
void tb_link_flush(struct tb_link *link);

void tb_link_pause(struct tb_link *link);
void tb_link_resume(struct tb_link *link);
