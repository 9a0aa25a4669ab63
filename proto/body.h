/* What reading and writing the messages inside seals share; for message.c and welcome.c. */
#pragma once

#include "base/result.h"
#include "proto/message.h"

static inline int tb_body_unpack(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                                 const msgpack_object **ret_root)
{
    return tb_unpack(unpacker, &tb_scan_peer, plaintext->text, ret_root);
}

/* Messages without a body of raw bytes must not carry any. */
static inline int tb_body_unpack_alone(struct tb_unpacker *unpacker,
                                       const struct tb_plaintext *plaintext,
                                       const msgpack_object **ret_root)
{
    return plaintext->raw.n != 0 ? TB_MALFORMED : tb_body_unpack(unpacker, plaintext, ret_root);
}

static inline struct tb_seal tb_body_begin(struct tb_packer *packer, struct tb_buffer *out,
                                           enum tb_kind kind, uint8_t flags)
{
    struct tb_seal seal = tb_seal_begin(out, kind, flags);
    tb_packer_init(packer, out);
    return seal;
}

/* Whole handles, and the zero handle, which names the session, is none of them. */
static inline bool tb_handles_valid(struct tb_bytes handles)
{
    for (size_t at = 0; at + TB_HANDLE_SIZE <= handles.n; at += TB_HANDLE_SIZE)
        if (memcmp(handles.data + at, tb_handle_zero.bytes, TB_HANDLE_SIZE) == 0)
            return false;
    return handles.n % TB_HANDLE_SIZE == 0;
}

/* Adds the raw bytes and seals: TB_OK, TB_TOO_LARGE or TB_FULL. */
static inline int tb_body_finish(struct tb_seal *seal, const struct tb_packer *packer,
                                 const struct tb_envelope *envelope, struct tb_bytes raw)
{
    seal->failed |= packer->failed;
    return tb_seal_finish(seal, envelope->key, &envelope->handle, envelope->counter, raw);
}

/* The value of the key `next`, if it is there; false: it is not one handle. */
static inline bool tb_body_next(struct tb_bytes next, bool has_next, struct tb_handle *ret_next)
{
    if (!has_next)
        return true;
    if (next.n != TB_HANDLE_SIZE || !tb_handles_valid(next))
        return false;
    memcpy(ret_next->bytes, next.data, TB_HANDLE_SIZE);
    return true;
}
