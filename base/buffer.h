/*
 * A first-in first-out byte buffer with a cap that is known before anything is allocated.
 *
 * Bytes are appended at the back and consumed at the front. Memory is kept for reuse and given back
 * when the buffer has run empty after growing large, so that one big message does not stay
 * resident. In a process that wipes (base/wipe.h) nothing stays behind of what it no longer holds.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct tb_buffer {
    uint8_t *data;
    size_t start;
    size_t end;
    size_t cap;
    size_t max; /* the most bytes that it may ever hold */
};

void tb_buffer_init(struct tb_buffer *buffer, size_t max);
void tb_buffer_deinit(struct tb_buffer *buffer); /* wipes */

static inline size_t tb_buffer_n(const struct tb_buffer *buffer)
{
    return buffer->end - buffer->start;
}

static inline struct tb_bytes tb_buffer_bytes(const struct tb_buffer *buffer)
{
    /* No arithmetic on NULL, which a buffer without memory holds. */
    return tb_bytes_of(buffer->data ? buffer->data + buffer->start : NULL, tb_buffer_n(buffer));
}

/* Room for n more bytes behind the last one; NULL when that passes `max` or memory is out. The room
 * becomes content by tb_buffer_commit. Any earlier pointer into the buffer is invalid afterwards.
 */
tb_must_check uint8_t *tb_buffer_reserve(struct tb_buffer *buffer, size_t n);
void tb_buffer_commit(struct tb_buffer *buffer, size_t n);
void tb_buffer_truncate(struct tb_buffer *buffer,
                        size_t n);                          /* drops bytes at the back, down to n */
void tb_buffer_consume(struct tb_buffer *buffer, size_t n); /* drops bytes at the front */
tb_must_check bool tb_buffer_append(struct tb_buffer *buffer, struct tb_bytes bytes);
/* Appends all that `from` holds, which is empty afterwards. The memory changes hands rather than
 * being copied where `buffer` is empty. False: neither has changed. */
tb_must_check bool tb_buffer_take(struct tb_buffer *buffer, struct tb_buffer *from);
/* Gives back the memory that it does not need for what it holds; nothing of it was consumed. */
void tb_buffer_fit(struct tb_buffer *buffer);
