/*
 * A call's one answer: a value, raw bytes, or an error. A later answer replaces an earlier one, so
 * that a handler that fails half way just calls tb_reply_error. It is sent when the handler has
 * returned. What comes out larger than a frame may be is replaced by the error too_large.
 */
#pragma once

#include "proto/error.h"
#include "proto/pack.h"

struct tb_call;

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
