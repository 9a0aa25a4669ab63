/*
 * The broker's side of a plugin link: PROTOCOL.md, section 8. The plugin's side is plugins/sdk.
 * Results as in proto/message.h.
 */
#pragma once

#include "proto/message.h"

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

struct tb_plugin_call {
    uint64_t call;
    uint32_t command; /* the number that INIT gave */
    uint32_t scope;   /* UINT32_MAX: none */
    const msgpack_object *args;
    bool has_raw;
    bool more;
    struct tb_raw raw;
};
/* *ret_args is the text of the args map as it stands in the frame; it borrows from `out` until its
 * next change. */
tb_must_check int tb_plugin_call_write(struct tb_buffer *out, const struct tb_plugin_call *call,
                                       struct tb_bytes *ret_args);
tb_must_check int tb_plugin_cancel_write(struct tb_buffer *out, uint64_t call);

/* A plugin's answer; `command` of the error stays empty, `has_next` and `has_total` false. */
struct tb_plugin_reply {
    uint64_t call;
    struct tb_reply reply;
    struct tb_raw raw; /* of BYTES; those of `reply` are the same unless they are pooled */
};
tb_must_check int tb_plugin_reply_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                       struct tb_plugin_reply *ret_reply);

/* For proto/plugin_stream.c. Writes `bytes`, and `at` if they are pooled. */
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
