/* The parts of a snapshot that filter calls: snapshot_write.c has the layout. */
#pragma once

#include "policy/compiler/snapshot.h"

enum { TB_SNAPSHOT_FILTER_KEYS = 4 };

/* Appends the keys hook, rules, tripwires and remember_days with their values. */
void tb_snapshot_filters_pack(const struct tb_policy *policy, struct tb_packer *packer);

/* What the reader has found under these keys. */
struct tb_snapshot_filters {
    const msgpack_object *hook; /* empty map: none */
    const msgpack_object *rules;
    const msgpack_object *tripwires;
    uint64_t remember_days;
};

/* TB_OK, TB_MALFORMED or TB_TOO_LARGE. */
tb_must_check int tb_snapshot_filters_read(struct tb_arena *arena,
                                           const struct tb_snapshot_filters *filters,
                                           struct tb_snapshot *snapshot);
