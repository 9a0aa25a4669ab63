#include "policy/compiler/data/table.h"

#include <sodium.h>

enum { FIRST_SLOTS = 16 };

struct tb_table_slot {
    const void *owner;
    struct tb_bytes key;
    uint64_t hash;
    void *value; /* NULL: free */
};

/* The key of the hash is fixed: who writes an app's policy gains nothing by slowing its own start
 * down, and the limit of CPU time ends it. */
static uint64_t hash_of(const void *owner, struct tb_bytes key)
{
    static const uint8_t secret[crypto_shorthash_KEYBYTES] = "policy";
    uint8_t bytes[crypto_shorthash_BYTES];
    uint64_t hash;
    crypto_shorthash(bytes, key.data, key.n, secret);
    memcpy(&hash, bytes, sizeof hash);
    /* One name in many owners: their addresses spread it. */
    hash += (uintptr_t)owner * UINT64_C(0x9e3779b97f4a7c15);
    return hash ^ hash >> 32;
}

/* The slot of the key, or the free one where it belongs. */
static struct tb_table_slot *slot_of(const struct tb_table *table, const void *owner,
                                     struct tb_bytes key, uint64_t hash)
{
    size_t at = hash & (table->cap - 1);
    while (table->slots[at].value &&
           (table->slots[at].hash != hash || table->slots[at].owner != owner ||
            !tb_bytes_equal(table->slots[at].key, key)))
        at = (at + 1) & (table->cap - 1);
    return &table->slots[at];
}

void *tb_table_find_of(const struct tb_table *table, const void *owner, struct tb_bytes key)
{
    return table->n == 0 ? NULL : slot_of(table, owner, key, hash_of(owner, key))->value;
}

void *tb_table_find(const struct tb_table *table, struct tb_bytes key)
{
    return tb_table_find_of(table, NULL, key);
}

static void grow(struct tb_arena *arena, struct tb_table *table)
{
    struct tb_table larger = {.cap = table->cap == 0 ? FIRST_SLOTS : 2 * table->cap, .n = table->n};
    larger.slots = tb_arena_get(arena, larger.cap, sizeof *larger.slots);
    for (size_t i = 0; i < table->cap; i++)
        if (table->slots[i].value)
            *slot_of(&larger, table->slots[i].owner, table->slots[i].key, table->slots[i].hash) =
                table->slots[i];
    *table = larger;
}

void tb_table_put_of(struct tb_arena *arena, struct tb_table *table, const void *owner,
                     struct tb_bytes key, void *value)
{
    uint64_t hash = hash_of(owner, key);
    tb_assert(value);
    if (2 * (table->n + 1) > table->cap)
        grow(arena, table);
    struct tb_table_slot *slot = slot_of(table, owner, key, hash);
    table->n += slot->value == NULL;
    *slot = (struct tb_table_slot){owner, key, hash, value};
}

void tb_table_put(struct tb_arena *arena, struct tb_table *table, struct tb_bytes key, void *value)
{
    tb_table_put_of(arena, table, NULL, key, value);
}
