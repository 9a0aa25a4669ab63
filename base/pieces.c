#include "base/pieces.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <sys/socket.h>

enum { ZEROS = 64 * 1024 };
static uint8_t zeros[ZEROS];

const struct tb_piece tb_no_piece;

void tb_pieces_init(struct tb_pieces *pieces, struct tb_buffer *buffer)
{
    *pieces = (struct tb_pieces){.buffer = buffer};
}

void tb_pieces_add(struct tb_pieces *pieces, const struct tb_piece *piece)
{
    tb_assert(!tb_pieces_full(pieces));
    if (piece->bytes.n == 0) {
        tb_piece_done(piece);
        return;
    }
    uint32_t at = (pieces->first + pieces->n++) % TB_PIECES_MAX;
    size_t n_before = tb_buffer_n(pieces->buffer) - pieces->n_before;
    pieces->list[at].piece = *piece;
    pieces->list[at].n_before = n_before;
    pieces->list[at].n_sent = 0;
    pieces->list[at].blank = false;
    pieces->n_before += n_before;
    pieces->n_bytes += piece->bytes.n;
}

void tb_pieces_change(struct tb_pieces *pieces, const void *owner,
                      void (*change)(struct tb_piece *piece))
{
    for (uint32_t i = 0; i < pieces->n; i++) {
        struct tb_piece *piece = &pieces->list[(pieces->first + i) % TB_PIECES_MAX].piece;
        if (piece->owner == owner)
            change(piece);
    }
}

static void finish_first(struct tb_pieces *pieces)
{
    struct tb_piece piece = pieces->list[pieces->first].piece;
    pieces->n_bytes -= piece.bytes.n - pieces->list[pieces->first].n_sent;
    pieces->n_before -= pieces->list[pieces->first].n_before;
    pieces->first = (pieces->first + 1) % TB_PIECES_MAX;
    pieces->n--;
    tb_piece_done(&piece);
}

void tb_pieces_drop(struct tb_pieces *pieces)
{
    while (pieces->n > 0)
        finish_first(pieces);
    if (pieces->buffer && tb_buffer_n(pieces->buffer) > 0)
        tb_buffer_consume(pieces->buffer, tb_buffer_n(pieces->buffer));
}

void tb_pieces_deinit(struct tb_pieces *pieces)
{
    tb_pieces_drop(pieces);
    *pieces = (struct tb_pieces){0};
}

static void put(struct iovec *parts, size_t *n_parts, struct tb_bytes bytes)
{
    if (bytes.n > 0)
        parts[(*n_parts)++] =
            (struct iovec){.iov_base = (void *)(uintptr_t)bytes.data, .iov_len = bytes.n};
}

/* The front of what is to be sent, with that many pieces at most; returns the number of parts. */
static size_t gather(const struct tb_pieces *pieces, uint32_t most,
                     struct iovec parts[static TB_PIECES_PARTS])
{
    struct tb_bytes buffer = tb_buffer_bytes(pieces->buffer);
    size_t n = 0;
    uint32_t i = 0;
    for (; i < pieces->n && i < most && n + 2 <= TB_PIECES_PARTS; i++) {
        uint32_t at = (pieces->first + i) % TB_PIECES_MAX;
        struct tb_bytes bytes = pieces->list[at].piece.bytes;
        size_t n_sent = pieces->list[at].n_sent;
        size_t n_before = pieces->list[at].n_before;
        put(parts, &n, tb_bytes_of(buffer.data, n_before));
        buffer = tb_bytes_of(buffer.data ? buffer.data + n_before : NULL, buffer.n - n_before);
        bytes = tb_bytes_of(bytes.data + n_sent, bytes.n - n_sent);
        if (pieces->list[at].blank) {
            put(parts, &n, tb_bytes_of(zeros, bytes.n < ZEROS ? bytes.n : ZEROS));
            return n;
        }
        put(parts, &n, bytes);
    }
    if (i == pieces->n && n < TB_PIECES_PARTS)
        put(parts, &n, buffer);
    return n;
}

static void consume(struct tb_pieces *pieces, size_t n)
{
    while (n > 0 && pieces->n > 0) {
        uint32_t at = pieces->first;
        size_t n_buffer = pieces->list[at].n_before < n ? pieces->list[at].n_before : n;
        pieces->list[at].n_before -= n_buffer;
        pieces->n_before -= n_buffer;
        if (n_buffer > 0)
            tb_buffer_consume(pieces->buffer, n_buffer);
        n -= n_buffer;
        size_t left = pieces->list[at].piece.bytes.n - pieces->list[at].n_sent;
        size_t n_piece = left < n ? left : n;
        pieces->list[at].n_sent += n_piece;
        pieces->n_bytes -= n_piece;
        n -= n_piece;
        if (n_piece == left && pieces->list[at].n_before == 0)
            finish_first(pieces);
    }
    if (n > 0)
        tb_buffer_consume(pieces->buffer, n);
}

/* A piece that cannot be read is sent as zeros: the frame that it belongs to has begun, and whoever
 * answers for the piece must not end the link for others. Which one it was is found by sending the
 * first alone. */
static void blank_unreadable(struct tb_pieces *pieces, uint32_t *most)
{
    pieces->list[pieces->first].blank = *most == 1;
    *most = 1;
}

int tb_pieces_send(struct tb_pieces *pieces, int socket)
{
    uint32_t most = TB_PIECES_MAX;
    while (tb_pieces_n(pieces) > 0) {
        struct iovec parts[TB_PIECES_PARTS];
        ssize_t n = tb_fd_send_parts(socket, parts, gather(pieces, most, parts), MSG_DONTWAIT);
        if (n == -EAGAIN || n == -EINTR || n == -ENOBUFS || n == -ENOMEM)
            return TB_AGAIN;
        if (n == -EFAULT && pieces->n > 0 && !pieces->list[pieces->first].blank) {
            blank_unreadable(pieces, &most);
            continue;
        }
        if (n < 0)
            return (int)n;
        consume(pieces, (size_t)n);
        most = TB_PIECES_MAX;
    }
    return TB_OK;
}
