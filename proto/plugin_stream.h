/*
 * The messages of streams, pool and events on a plugin link: PROTOCOL.md, section 8. The broker's
 * side; results as in proto/message.h.
 */
#pragma once

#include "proto/plugin.h"
#include "proto/stream.h"

/* To the plugin: a part of a request's body. */
struct tb_plugin_part {
    uint64_t call;
    bool last;
    struct tb_raw raw;
};
/* *ret_cost is what the plugin counts for it. */
tb_must_check int tb_plugin_part_write(struct tb_buffer *out, const struct tb_plugin_part *part,
                                       uint64_t *ret_cost);

/* From the plugin. */
struct tb_plugin_chunk {
    uint64_t call;
    struct tb_chunk chunk; /* has_next is false; `raw` is empty if the bytes are pooled */
    struct tb_raw raw;
    uint64_t cost;
};
tb_must_check int tb_plugin_chunk_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                       struct tb_plugin_chunk *ret_chunk);

struct tb_plugin_emit {
    struct tb_bytes event; /* in the format of names of events */
    const msgpack_object *payload;
};
tb_must_check int tb_plugin_emit_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                      struct tb_plugin_emit *ret_emit);
