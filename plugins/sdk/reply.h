/*
 * A call's one answer, written straight into the link's output buffer: a value, raw bytes, or an
 * error. A later answer replaces an earlier one, so that a handler that fails half way just calls
 * tb_reply_error. What comes out larger than a frame may be is replaced by the error too_large.
 */
#pragma once

#include "proto/error.h"
#include "proto/pack.h"

struct tb_call;

struct tb_reply {
    struct tb_buffer *out;
    struct tb_scanner *scanner;
    uint64_t call;
    size_t at;     /* of the frame's header, from the front of out */
    size_t at_raw; /* of the raw bytes; 0: there are none */
    struct tb_packer packer;
    enum { TB_REPLY_NONE = 0, TB_REPLY_VALUE, TB_REPLY_BYTES, TB_REPLY_ERROR } kind;
};

/* Begins a value: pack exactly one into what is returned. */
struct tb_packer *tb_reply_value(struct tb_call *call);
void tb_reply_nil(struct tb_call *call);

/* Inside a value, an array whose length is known only at its end: begin, pack n values, end with
 * what begin returned. */
size_t tb_pack_array_begin(struct tb_packer *packer);
void tb_pack_array_end(struct tb_packer *packer, size_t at, uint32_t n);

void tb_reply_bytes(struct tb_call *call, struct tb_bytes bytes);
/* Raw bytes made in place: begin, then any number of times room for n more bytes and commit of
 * those that were used. NULL when the reply would become too large; then just return. */
void tb_reply_bytes_begin(struct tb_call *call);
tb_must_check uint8_t *tb_reply_room(struct tb_call *call, size_t n);
void tb_reply_commit(struct tb_call *call, size_t n);

/* An error. Codes: denied scope invalid_args not_found io unimplemented too_large. `number` is an
 * errno, 0: none. The page sees the message: it must hold nothing that the page did not send. */
tb_printf(4, 5) void tb_reply_error(struct tb_call *call, enum tb_code code, int number,
                                    const char *format, ...);

/* For the session: begin before the handler, end after it (TB_OK or -ENOMEM). `out` must have room
 * for a small answer beyond what it holds. */
struct tb_reply tb_reply_begin(struct tb_buffer *out, struct tb_scanner *scanner, uint64_t call);
tb_must_check int tb_reply_end(struct tb_call *call);
