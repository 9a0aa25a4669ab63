#include "policy/compiler/index.h"

#include <sodium.h>

enum { FIRST_SLOTS = 64 };

_Static_assert(TB_INDEX_SEED == crypto_shorthash_KEYBYTES, "the seed is the hash's key");

struct tb_index_slot {
    const void *owner;
    struct tb_bytes key;
    void *item; /* NULL: free */
};

static uint64_t hash(const struct tb_index *index, const void *owner, struct tb_bytes key)
{
    uint8_t bytes[crypto_shorthash_BYTES];
    uint64_t h;
    crypto_shorthash(bytes, key.data, key.n, index->seed);
    memcpy(&h, bytes, sizeof h);
    /* One name in many owners: their addresses spread it. */
    h += (uintptr_t)owner * UINT64_C(0x9e3779b97f4a7c15);
    return h ^ h >> 32;
}

/* The slot that holds the key, or the free one where it belongs. Some slot is always free. */
static struct tb_index_slot *find_slot(const struct tb_index *index, const void *owner,
                                       struct tb_bytes key)
{
    size_t at = (size_t)hash(index, owner, key) & (index->n_slots - 1);
    for (;; at = (at + 1) & (index->n_slots - 1)) {
        struct tb_index_slot *slot = &index->slots[at];
        if (!slot->item || (slot->owner == owner && tb_bytes_equal(slot->key, key)))
            return slot;
    }
}

static void grow(struct tb_arena *arena, struct tb_index *index)
{
    struct tb_index larger = *index;
    larger.n_slots = index->n_slots == 0 ? FIRST_SLOTS : 2 * index->n_slots;
    larger.slots = tb_arena_get(arena, larger.n_slots, sizeof *larger.slots);
    if (index->n_slots == 0)
        randombytes_buf(larger.seed, sizeof larger.seed);
    for (size_t i = 0; i < index->n_slots; i++)
        if (index->slots[i].item)
            *find_slot(&larger, index->slots[i].owner, index->slots[i].key) = index->slots[i];
    *index = larger;
}

void *tb_index_find(const struct tb_index *index, const void *owner, struct tb_bytes key)
{
    return index->n == 0 ? NULL : find_slot(index, owner, key)->item;
}

void *tb_index_put(struct tb_arena *arena, struct tb_index *index, const void *owner,
                   struct tb_bytes key, void *item)
{
    if (2 * (index->n + 1) > index->n_slots)
        grow(arena, index);
    struct tb_index_slot *slot = find_slot(index, owner, key);
    void *before = slot->item;
    index->n += before == NULL;
    *slot = (struct tb_index_slot){owner, key, item};
    return before;
}
