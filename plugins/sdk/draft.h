/*
 * A frame that a plugin is about to send, in the making. It is one map, either with a value that is
 * packed step by step, or with raw bytes that are made in place: in the pool where they are many
 * and there is room, else behind the map. Nothing reaches the link before the whole frame is known
 * to be one that the broker takes.
 */
#pragma once

#include "plugins/sdk/pool.h"
#include "proto/plugin_frame.h"

enum {
    TB_DRAFT_MAP_MAX = 64, /* bytes of the map of a frame with raw bytes, without a note */
    TB_DRAFT_NOTE_MAX = 8 + TB_NOTE_MAX, /* what a note adds to a map */
};

enum tb_draft_form { TB_DRAFT_EMPTY = 0, TB_DRAFT_VALUE, TB_DRAFT_RAW };

struct tb_draft {
    struct tb_pool *pool; /* borrowed */
    struct tb_buffer frame;
    struct tb_buffer map; /* RAW: scratch for the map, which is written last */
    struct tb_packer packer;
    enum tb_draft_form form;
    enum tb_kind kind;
    uint64_t call;
    const uint32_t *channel; /* RAW: NULL if there is none */
    uint32_t channel_id;
    uint8_t *block; /* RAW: in the pool, or NULL */
    size_t n_raw;
    size_t n_front;       /* RAW: bytes in front of those, in `frame` */
    struct tb_bytes note; /* borrowed; empty: none. For tb_draft_finish, of a REPLY alone */
};

void tb_draft_init(struct tb_draft *draft, struct tb_pool *pool);
void tb_draft_deinit(struct tb_draft *draft);
/* Drops what was begun. */
void tb_draft_clear(struct tb_draft *draft);

/* Begins a frame of one map of n pairs: pack them. */
struct tb_packer *tb_draft_value(struct tb_draft *draft, enum tb_kind kind, size_t n_pairs);

/* Begins a frame of raw bytes; channel may be NULL. Then any number of times room for n more bytes,
 * NULL when they are too many, and commit of those that were used. */
void tb_draft_raw(struct tb_draft *draft, enum tb_kind kind, uint64_t call,
                  const uint32_t *channel);
tb_must_check uint8_t *tb_draft_room(struct tb_draft *draft, size_t n);
void tb_draft_commit(struct tb_draft *draft, size_t n);

/*
 * Makes the frame whole: TB_OK, and *ret_cost is what it costs of a stream's credit; TB_TOO_LARGE;
 * TB_MALFORMED: no value, more than one, or not one that the protocol knows.
 */
tb_must_check int tb_draft_finish(struct tb_draft *draft, struct tb_scanner *scanner,
                                  size_t *ret_cost);
/* Appends a whole frame to `out`; false: there is no room, and it is still here. */
tb_must_check bool tb_draft_send(struct tb_draft *draft, struct tb_buffer *out);
