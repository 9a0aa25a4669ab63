/*
 * What filters the calls of each command, for people: `policy explain` shows it, and `policy diff`
 * compares it. As items, each a msgpack map
 *
 *     {"kind": "rule" | "schema" | "hook" | "ask" | "tripwire" | "private", "value": any,
 *      "file": str, "line": uint}
 *
 * whose value is what the manifest says, without its place: of a rule or schema the table, of a
 * hook {"file", "digest" of its text, "time_ms", "memory_mib"}, of ask {"remember_days"}. What is
 * private the plugin itself says: {"record": [name]}.
 */
#pragma once

#include "policy/compiler/resolve.h"

/* What a command has besides rules. */
struct tb_filters_own {
    uint32_t before[2]; /* those that come before rules: schema, hook */
    size_t n_before;
    uint32_t after[3]; /* ask, tripwire, private */
    size_t n_after;
};

/* Items and limits are whole values, so that views can name them by index. */
struct tb_filters {
    struct tb_bytes *items; /* the rules first, with the indexes that the snapshot has for them */
    size_t n_items;
    struct tb_bytes *limits;
    size_t n_limits;
    struct tb_filters_own *own_of; /* by command of the snapshot */
    uint32_t *limits_of;
};

/* The snapshot is what the policy was compiled to. */
struct tb_filters tb_filters_of(const struct tb_policy *policy, const struct tb_snapshot *snapshot);

/* The indexes of all items of a command, in the order in which they are applied. */
const uint32_t *tb_filters_at(const struct tb_filters *filters, struct tb_arena *arena,
                              const struct tb_snapshot *snapshot,
                              const struct tb_resolved *resolved,
                              const struct tb_resolved_command *command, size_t *ret_n);

/* The item of a tripwire, granted or not. */
struct tb_bytes tb_filters_tripwire(const struct tb_policy *policy, const struct tb_detail *detail);
