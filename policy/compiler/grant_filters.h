/* The part of a grant's writer that is about what filters calls. What there is nothing of is not
 * written. */
#pragma once

#include "policy/compiler/resolve.h"

struct tb_grant_parts {
    struct tb_arena *arena;
    struct tb_packer *packer;
    const struct tb_snapshot *snapshot;
    const struct tb_request *request;
    const struct tb_resolved *resolved;
};

/* Of one command: how many keys there are, and these with their values. */
size_t tb_grant_filters_count(const struct tb_resolved_command *command);
void tb_grant_filters_pack(const struct tb_grant_parts *parts,
                           const struct tb_resolved_command *command);

/* The same of the grant's own keys: hook, rules, tripwires. */
size_t tb_grant_rules_count(const struct tb_grant_parts *parts);
void tb_grant_rules_pack(const struct tb_grant_parts *parts);
