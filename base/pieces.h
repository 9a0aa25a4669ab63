/*
 * Bytes that go out over a socket between those of a buffer, from where they lie: large bodies
 * are not copied to be sent.
 *
 * The pieces of one buffer, in order. Each goes out when what was in the buffer at the time that it
 * was added has gone. Whoever adds a piece keeps its bytes until `done` is called, which happens
 * once for each, also when it is not sent.
 */
#pragma once

#include "base/buffer.h"

#include <sys/uio.h>

struct tb_piece {
    struct tb_bytes bytes;
    void (*done)(void *owner, struct tb_bytes bytes); /* NULL: nobody waits for it */
    void *owner;
};

extern const struct tb_piece tb_no_piece;

static inline void tb_piece_done(const struct tb_piece *piece)
{
    if (piece->done)
        piece->done(piece->owner, piece->bytes);
}

enum { TB_PIECES_MAX = 64, TB_PIECES_PARTS = 16 };

struct tb_pieces {
    struct tb_buffer *buffer;
    struct {
        struct tb_piece piece;
        size_t n_before; /* bytes of the buffer between the piece before it and this one */
        size_t n_sent;
        bool blank; /* goes out as zeros */
    } list[TB_PIECES_MAX];
    uint32_t first;
    uint32_t n;
    size_t n_before; /* all those of the list */
    size_t n_bytes;  /* of pieces, to be sent yet */
};

void tb_pieces_init(struct tb_pieces *pieces, struct tb_buffer *buffer);
void tb_pieces_deinit(struct tb_pieces *pieces); /* what is not sent is done with */

/* What is to be sent, those of the buffer too. */
static inline size_t tb_pieces_n(const struct tb_pieces *pieces)
{
    return tb_buffer_n(pieces->buffer) + pieces->n_bytes;
}

static inline bool tb_pieces_full(const struct tb_pieces *pieces)
{
    return pieces->n == TB_PIECES_MAX;
}

/* Must not be full. A piece of no bytes is done at once. */
void tb_pieces_add(struct tb_pieces *pieces, const struct tb_piece *piece);

/* Calls `change` with each piece of that owner, which may put as many other bytes, and another
 * owner, in their place. */
void tb_pieces_change(struct tb_pieces *pieces, const void *owner,
                      void (*change)(struct tb_piece *piece));

/* Sends as much as the socket takes now. TB_OK: all is sent; TB_AGAIN: it takes no more; or -errno,
 * and the socket is at its end. */
tb_must_check int tb_pieces_send(struct tb_pieces *pieces, int socket);
/* Drops everything that is not sent. */
void tb_pieces_drop(struct tb_pieces *pieces);
