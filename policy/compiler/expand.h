/* From an identifier in a capability to the permissions that it stands for. */
#pragma once

#include "policy/compiler/policy.h"

/* A set on the way from a capability's entry down to a permission. Permissions of one set share it.
 */
struct tb_way {
    const struct tb_way *up; /* NULL: the entry names this set */
    const struct tb_acl *acl;
    const struct tb_set *set;
    unsigned length;
};

struct tb_expansion {
    struct tb_expanded {
        struct tb_acl *acl;
        const struct tb_permission *permission;
        const struct tb_way *way; /* the set that holds it; NULL: the entry names it */
    } * items;
    size_t n;
};

/* In Tauri's order, duplicates kept, other platforms' left out. What does not exist, or goes round
 * in a circle, is told; then the result holds the rest. */
struct tb_expansion tb_expand(struct tb_policy *policy, struct tb_bytes identifier,
                              struct tb_place place);
