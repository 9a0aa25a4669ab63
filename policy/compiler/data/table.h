/* From a name to what it stands for, in constant time: policies may hold thousands of each. */
#pragma once

#include "policy/compiler/data/arena.h"

struct tb_table {
    struct tb_table_slot *slots; /* a power of two of them, at most half in use */
    size_t n;
    size_t cap;
};

/* NULL: nothing of that name. */
void *tb_table_find(const struct tb_table *table, struct tb_bytes key);

/* Borrows the key, which must live as long as the table. Replaces what was there. `value` is not
 * NULL. */
void tb_table_put(struct tb_arena *arena, struct tb_table *table, struct tb_bytes key, void *value);

/* The same where several owners have names of their own in one table. */
void *tb_table_find_of(const struct tb_table *table, const void *owner, struct tb_bytes key);
void tb_table_put_of(struct tb_arena *arena, struct tb_table *table, const void *owner,
                     struct tb_bytes key, void *value);
