/*
 * The messages of a stream on a view link: PROTOCOL.md, section 5. Results as in proto/message.h.
 *
 * A CHUNK costs its sender as much credit as its msgpack part and its raw bytes are long.
 */
#pragma once

#include "proto/message.h"

static inline uint64_t tb_chunk_cost(const struct tb_plaintext *plaintext)
{
    return plaintext->text.n + plaintext->raw.n;
}

/* From the endpoint: a part of the request's body. */
struct tb_part {
    struct tb_bytes raw;
    bool last;
};
tb_must_check int tb_part_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                               struct tb_part *ret_part);
tb_must_check int tb_part_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                const struct tb_part *part, bool raw_clear);

/* From the broker: the result, a message, or a part of the result's body. */
enum tb_chunk_type { TB_CHUNK_VALUE, TB_CHUNK_MESSAGE, TB_CHUNK_BYTES };

struct tb_chunk {
    enum tb_chunk_type type;
    const msgpack_object *value; /* VALUE and MESSAGE */
    struct tb_bytes raw;         /* BYTES */
    bool has_channel;            /* not with VALUE */
    uint32_t channel;
    bool has_next;
    struct tb_handle next;
};
tb_must_check int tb_chunk_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                                struct tb_chunk *ret_chunk);
tb_must_check int tb_chunk_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                 const struct tb_chunk *chunk, bool raw_clear);

/* From either side. */
struct tb_credit {
    uint32_t bytes;
    bool has_next; /* from the broker only; then `bytes` may be 0 */
    struct tb_handle next;
};
tb_must_check int tb_credit_read(struct tb_unpacker *unpacker, const struct tb_plaintext *plaintext,
                                 struct tb_credit *ret_credit);
tb_must_check int tb_credit_write(struct tb_buffer *out, const struct tb_envelope *envelope,
                                  const struct tb_credit *credit);
