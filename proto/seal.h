/* Sealing and opening of frames: PROTOCOL.md, section 4. */
#pragma once

#include "base/buffer.h"
#include "proto/frame.h"
#include "proto/plaintext.h"

struct tb_handle {
    uint8_t bytes[TB_HANDLE_SIZE];
};

extern const struct tb_handle tb_handle_zero;

static inline bool tb_handle_equal(const struct tb_handle *a, const struct tb_handle *b)
{
    return memcmp(a->bytes, b->bytes, sizeof a->bytes) == 0;
}

/* The clear part that every sealed frame begins with. tb_frame_parse has checked that it is there.
 */
struct tb_address {
    struct tb_handle handle;
    uint64_t counter;
};
struct tb_address tb_sealed_address(const struct tb_frame *frame);

/* Where the raw bytes of a frame with RAW_CLEAR begin, counted from the front of its body, of which
 * the first n_held bytes are there: TB_OK, or TB_AGAIN: not all of what is before them is. What it
 * goes by is not authentic until the frame is opened. */
tb_must_check int tb_seal_raw_at(const struct tb_frame *frame, size_t n_held, size_t *ret_at);

/*
 * Opens a sealed frame in place: the memory behind `frame->body` is overwritten with the plaintext,
 * into which the result points. TB_OK, TB_FORGED (the tag is wrong), TB_MALFORMED.
 */
tb_must_check int tb_seal_open(const struct tb_frame *frame, const uint8_t key[static TB_KEY_SIZE],
                               struct tb_plaintext *ret_plaintext);

/* A sealed frame being written at the back of a buffer: begin, pack the msgpack, finish. */
struct tb_seal {
    struct tb_buffer *out;
    size_t at; /* of the header, from the buffer's front */
    size_t n_clear;
    enum tb_kind kind;
    uint8_t flags;
    bool failed;
};

struct tb_seal tb_seal_begin(struct tb_buffer *out, enum tb_kind kind, uint8_t flags);

/*
 * Adds the raw bytes and seals. With RAW_CLEAR `raw` may have a length and no data: then they are
 * counted, and whoever sends the frame sends them behind it. TB_OK; or TB_TOO_LARGE when the frame
 * would pass its kind's maximum, TB_FULL when the buffer had no room; then the buffer is as it was
 * before begin.
 */
tb_must_check int tb_seal_finish(struct tb_seal *seal, const uint8_t key[static TB_KEY_SIZE],
                                 const struct tb_handle *handle, uint64_t counter,
                                 struct tb_bytes raw);

/* The bytes of msgpack and raw bytes in a sealed frame of that size, header included. */
static inline size_t tb_seal_content(size_t n_frame, bool raw_clear)
{
    return n_frame - TB_HEADER_SIZE - TB_HANDLE_SIZE - 8 - (raw_clear ? 4 : 0) - 4 - TB_TAG_SIZE;
}
