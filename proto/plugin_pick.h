/* What a plugin is told of a pick: PROTOCOL.md, section 8. Results as in proto/message.h. */
#pragma once

#include "proto/pack.h"

/* Whether it can be the path of what was picked: absolute and in normal form, not `/` itself. */
tb_must_check bool tb_pick_path_valid(struct tb_bytes path);
/* Whether it can be both at once: a file has nothing below it. */
tb_must_check bool tb_pick_kind_valid(bool folder, bool recursive);

/* Plugin link, PICKED. */
struct tb_plugin_pick {
    uint32_t number;      /* 1 to TB_PICKS_MAX */
    struct tb_bytes path; /* as the page knows it */
    struct tb_bytes at;   /* where it is for the plugin */
    bool folder;
    bool recursive;
    bool writable;
};
tb_must_check int tb_plugin_pick_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                      struct tb_plugin_pick *ret_pick);
tb_must_check int tb_plugin_pick_write(struct tb_buffer *out, const struct tb_plugin_pick *pick);
