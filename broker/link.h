/*
 * One end of a framed stream socket: what came in and is not handled yet, what goes out and is not
 * sent yet.
 *
 * Reading is batched (everything there is, in one system call) and writing is coalesced: frames are
 * appended to `out`, and the whole is sent when the broker flushes. Nothing that the peer does to
 * the socket blocks.
 *
 * Large bodies go round both buffers: the end of a frame can be read to where it is wanted, and
 * pieces are sent from where they lie.
 */
#pragma once

#include "base/pieces.h"
#include "base/result.h"
#include "broker/loop.h"
#include "proto/frame.h"

struct tb_link {
    struct tb_source source;
    struct tb_loop *loop;
    enum tb_side side;
    struct tb_buffer in;
    struct tb_buffer out;
    struct tb_pieces pieces; /* what goes out between the bytes of `out` */
    size_t n_taken;          /* bytes at the front of `in` that belong to the frame last returned */
    uint8_t *aside;          /* where the end of the frame at the front of `in` is read to */
    size_t n_aside;          /* how much of it is still to come */
    size_t n_front;          /* how much of that frame is in `in`; 0: all of it will be */
    bool bulk;               /* the frame before this one was read aside */
    bool paused;             /* not read from, so that the peer's own kernel buffer fills */
    bool dirty;              /* in the broker's list of links to flush */
    bool needs_records;   /* what it has to send is allowed by records, as what plugins are sent */
    bool waits;           /* it is not to be sent anything yet */
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

/* The frame of which tb_link_next has said TB_AGAIN, if its header is there and good: TB_OK, and of
 * its body the first *ret_held bytes are there. TB_AGAIN: wait for more of it. */
tb_must_check int tb_link_front(const struct tb_link *link, struct tb_frame *ret_frame,
                                size_t *ret_held);
/* The last n bytes of that frame go to `to`. The caller has copied those n_held of them that are
 * there already; the others are read straight to their place. Then tb_link_next returns the frame,
 * with a body of its full length, whose last n bytes must not be looked at. */
void tb_link_aside(struct tb_link *link, uint8_t *to, size_t n, size_t n_held);

/* What waits to be sent. */
static inline size_t tb_link_n_out(const struct tb_link *link)
{
    return tb_pieces_n(&link->pieces);
}

/* Sends as much as the peer takes now; for the rest the loop says when there is room. A failure is
 * not told: the socket is at its end then, and reading will say so. */
void tb_link_flush(struct tb_link *link);

void tb_link_pause(struct tb_link *link);
void tb_link_resume(struct tb_link *link);
