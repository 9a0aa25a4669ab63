/*
 * The broker's side of a plugin link: PROTOCOL.md, section 8. The plugin's side is plugins/sdk.
 * Results as in proto/message.h.
 */
#pragma once

#include "proto/message.h"
#include "proto/plugin_frame.h"

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
    struct tb_raw raw;    /* of BYTES; those of `reply` are the same unless they are pooled */
    struct tb_bytes note; /* for the log; empty: none */
};
tb_must_check int tb_plugin_reply_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                       struct tb_plugin_reply *ret_reply);
