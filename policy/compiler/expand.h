/* From an identifier in a capability to the permissions that it stands for. */
#pragma once

#include "policy/compiler/policy.h"

struct tb_expansion {
    struct tb_expanded {
        struct tb_acl *acl;
        const struct tb_permission *permission;
    } * items;
    size_t n;
};

/* In Tauri's order, duplicates kept, other platforms' left out. What does not exist, or goes round
 * in a circle, is told; then the result holds the rest. */
struct tb_expansion tb_expand(struct tb_policy *policy, struct tb_bytes identifier,
                              struct tb_place place);
