/* The scopes of a compiled policy: lists of entries, packed as the grant will hold them. */
#pragma once

#include "policy/compiler/policy.h"

enum { TB_SCOPE_DEPTH = 20 }; /* lists and maps inside each other in one entry */

/* An entry's own lists come before those of the permission that it names; NULL: none. */
struct tb_scope_lists {
    const struct tb_value *allow[2];
    const struct tb_value *deny[2];
};

struct tb_scope {
    struct tb_bytes allow; /* a msgpack array */
    struct tb_bytes deny;
    struct tb_scope_lists lists; /* the same, as a file has it */
    uint32_t index;
};

struct tb_scopes {
    struct tb_scope **items;
    size_t n;
    struct tb_table by_content;
};

/* Whether one of the two holds an entry. */
static inline bool tb_scope_any(const struct tb_value *const lists[2])
{
    return (lists[0] && lists[0]->n > 0) || (lists[1] && lists[1]->n > 0);
}

/* Whether there is a list at all, be it empty. */
static inline bool tb_scope_lists_any(const struct tb_scope_lists *lists)
{
    return lists->allow[0] || lists->allow[1] || lists->deny[0] || lists->deny[1];
}

/* Who reads it. */
struct tb_scope_whose {
    enum tb_scope_kind kind;
    const struct tb_plugin *plugin; /* NULL: the app itself */
};

/* Checks and packs the lists. The index of the scope, which is one that is there already where it
 * has the same content. Entries that are wrong are told and left out. */
uint32_t tb_scope_add(struct tb_policy *policy, struct tb_scopes *scopes,
                      const struct tb_scope_whose *whose, const struct tb_scope_lists *lists);

/* A list of plain paths (variables, no wildcards): a plugin's sandbox in the manifest. */
struct tb_bytes *tb_scope_paths(struct tb_policy *policy, const struct tb_value *list,
                                size_t *ret_n);
