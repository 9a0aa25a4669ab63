/*
 * What the frames of a plugin link have in common, and those that both ends send: PROTOCOL.md,
 * section 8. Results as in proto/message.h.
 */
#pragma once

#include "proto/frame.h"
#include "proto/pack.h"
#include "proto/plaintext.h"

/* A plugin frame being written at the back of a buffer: begin, pack one map, finish with the raw
 * bytes. */
struct tb_plain {
    struct tb_buffer *out;
    size_t at;
    enum tb_kind kind;
    bool failed;
};
struct tb_plain tb_plain_begin(struct tb_packer *packer, struct tb_buffer *out, enum tb_kind kind);
/* TB_OK; or TB_TOO_LARGE or TB_FULL, and the buffer is as it was before begin. */
tb_must_check int tb_plain_finish(const struct tb_plain *plain, const struct tb_packer *packer,
                                  struct tb_bytes raw);

/* The raw bytes of a plugin frame: behind its map, or in the pool. */
struct tb_raw {
    struct tb_bytes bytes; /* read from a frame: of those in the pool only the length is set */
    bool pooled;
    uint64_t at; /* from the pool's beginning */
};

/* Writes `bytes`, and `at` if they are pooled. */
void tb_plugin_pack_raw(struct tb_packer *packer, const struct tb_raw *raw);
/* Splits and unpacks a plugin's frame. */
tb_must_check int tb_plugin_unpack(struct tb_unpacker *unpacker, struct tb_bytes body,
                                   struct tb_plaintext *ret_plaintext,
                                   const msgpack_object **ret_root);
/* The same of one that has no raw bytes, and reads its map. */
tb_must_check int tb_plugin_read_alone(struct tb_unpacker *unpacker, struct tb_bytes body,
                                       const struct tb_field *fields, size_t n_fields);
/* Whether what the map says of the raw bytes fits what is there; raw->pooled and raw->at are as the
 * map says. */
tb_must_check bool tb_plugin_take_raw(const struct tb_plaintext *plaintext, bool has_bytes,
                                      uint64_t untrusted_n, struct tb_raw *raw);

struct tb_plugin_credit {
    uint64_t call;
    uint32_t bytes; /* at least 1 */
};
tb_must_check int tb_plugin_credit_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                        struct tb_plugin_credit *ret_credit);
tb_must_check int tb_plugin_credit_write(struct tb_buffer *out,
                                         const struct tb_plugin_credit *credit);

tb_must_check int tb_plugin_release_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                         uint64_t *ret_at);
tb_must_check int tb_plugin_release_write(struct tb_buffer *out, uint64_t at);

/* Whether it can be the name of an event. */
tb_must_check bool tb_event_name_valid(struct tb_bytes name);
