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

struct tb_plugin_call {
    uint64_t call;
    uint32_t command; /* the number that INIT gave */
    uint32_t scope;   /* UINT32_MAX: none */
    const msgpack_object *args;
    bool has_raw;
    struct tb_bytes raw;
};
/* *ret_args is the text of the args map as it stands in the frame; it borrows from `out` until its
 * next change. */
tb_must_check int tb_plugin_call_write(struct tb_buffer *out, const struct tb_plugin_call *call,
                                       struct tb_bytes *ret_args);
tb_must_check int tb_plugin_cancel_write(struct tb_buffer *out, uint64_t call);

/* A plugin's answer; `command` of the error stays empty, `has_next` false. */
tb_must_check int tb_plugin_reply_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                       uint64_t *ret_call, struct tb_reply *ret_reply);
