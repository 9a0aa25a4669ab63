/*
 * Picks: a file or folder that a person has picked is added to what one session may reach.
 * PROTOCOL.md, section 7; what plugins are told is in proto/plugin_pick.h. Reader and writer side
 * by side. Results as in proto/message.h.
 */
#pragma once

#include "proto/error.h"
#include "proto/pack.h"

/* Control link, PICK; the descriptor comes with it. */
struct tb_pick_offer {
    uint32_t id;
    struct tb_bytes view;
    uint64_t document;
    struct tb_bytes path;
    bool folder;
    bool recursive; /* of a folder: all that is below it; else the files in it alone */
    bool writable;
};
tb_must_check int tb_pick_offer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                     struct tb_pick_offer *ret_offer);
tb_must_check int tb_pick_offer_write(struct tb_buffer *out, const struct tb_pick_offer *offer);

/* Control link, PICKED. */
struct tb_pick_answer {
    uint32_t id;
    enum tb_code code; /* NONE: every plugin that may have it has it */
    struct tb_bytes message;
};
tb_must_check int tb_pick_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                      struct tb_pick_answer *ret_answer);
tb_must_check int tb_pick_answer_write(struct tb_buffer *out, const struct tb_pick_answer *answer);
