/*
 * The credit of one direction of a stream. What its sender may send must always fit what its
 * receiver has granted: what is held back until the app's hook has judged it has been counted.
 *
 * The two count differently, each the frames of its own link: a part of a request's body grows by
 * the call's number on its way to the plugin, a plugin's chunk shrinks by it and grows once by
 * `next`. So a receiver's CREDIT is not handed on as it came: the sender gets what brings it up to
 * what it may have (tb_flow_due), which never turns out to be more than the receiver granted.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum tb_way { TB_TO_PLUGIN, TB_TO_ENDPOINT };

struct tb_flow {
    enum tb_way way;
    uint32_t from; /* what the sender may still send, as it counts */
    uint32_t to;   /* what the receiver may still be sent, as it counts */
    uint32_t held; /* what came and has not gone on yet, as the sender counts */
};

struct tb_flow tb_flow_begin(enum tb_way way);

/* What came from the sender; false: more than it may send, and nothing is taken. */
tb_must_check bool tb_flow_take(struct tb_flow *flow, uint64_t untrusted_cost);
/* What was taken waits, for the app's hook or for its call to be dispatched; and goes on. */
void tb_flow_hold(struct tb_flow *flow, uint64_t cost);
void tb_flow_let_go(struct tb_flow *flow, uint64_t cost);
/* Whether the receiver can be sent so much: always, unless something has made this or what came
 * before it longer than it came. */
tb_must_check bool tb_flow_fits(const struct tb_flow *flow, uint64_t cost);
/* What went on to the receiver. */
void tb_flow_pass(struct tb_flow *flow, uint64_t cost);
/* CREDIT from the receiver; false: more than may be outstanding, and nothing is granted. */
tb_must_check bool tb_flow_grant(struct tb_flow *flow, uint32_t untrusted_bytes);

/* What the sender can be granted now; 0: too little for a frame of its own. To be asked after each
 * pass and each grant; tb_flow_given once the sender has been told. */
uint32_t tb_flow_due(const struct tb_flow *flow);
void tb_flow_given(struct tb_flow *flow, uint32_t bytes);

/* Whether the sender may send a whole CHUNK, so that it is not the receiver that it waits for. */
bool tb_flow_open(const struct tb_flow *flow);
