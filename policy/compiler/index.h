/*
 * Finds things by owner and name in constant time, whatever names a file chose: the hash is keyed
 * with random bytes, so that no file can be written whose names all fall together. Lives in the
 * arena; keys and items are borrowed.
 */
#pragma once

#include "policy/compiler/arena.h"

enum { TB_INDEX_SEED = 16 };

struct tb_index {
    struct tb_index_slot *slots;
    size_t n_slots; /* a power of two, or 0 */
    size_t n;
    uint8_t seed[TB_INDEX_SEED];
};

/* NULL: not there. A zeroed index is an empty one. */
void *tb_index_find(const struct tb_index *index, const void *owner, struct tb_bytes key);

/* Adds an item (not NULL), or replaces the one of that owner and key, which it returns. */
void *tb_index_put(struct tb_arena *arena, struct tb_index *index, const void *owner,
                   struct tb_bytes key, void *item);
