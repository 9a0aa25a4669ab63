#include "proto/handle_map.h"

#include "base/result.h"
#include "base/wire.h"

#include <sodium.h>
#include <stdlib.h>

enum { FIRST_CAP = 64 };

void tb_handle_map_init(struct tb_handle_map *map, uint32_t max)
{
    *map = (struct tb_handle_map){.max = max};
}

void tb_handle_map_deinit(struct tb_handle_map *map)
{
    if (map->slots)
        sodium_memzero(map->slots, map->cap * sizeof *map->slots);
    free(map->slots);
    *map = (struct tb_handle_map){0};
}

static uint32_t home(const struct tb_handle_map *map, const struct tb_handle *handle)
{
    return tb_load_u32(handle->bytes) & (map->cap - 1);
}

/* Where the handle is, or the free slot where it would go. */
static uint32_t seek(const struct tb_handle_map *map, const struct tb_handle *handle)
{
    uint32_t at = home(map, handle);
    while (map->slots[at].used && !tb_handle_equal(&map->slots[at].handle, handle))
        at = (at + 1) & (map->cap - 1);
    return at;
}

static bool grow(struct tb_handle_map *map)
{
    struct tb_handle_map larger = {.cap = map->cap ? 2 * map->cap : FIRST_CAP, .max = map->max};
    larger.slots = calloc(larger.cap, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (uint32_t i = 0; i < map->cap; i++)
        if (map->slots[i].used)
            larger.slots[seek(&larger, &map->slots[i].handle)] = map->slots[i];
    larger.n = map->n;
    tb_handle_map_deinit(map);
    *map = larger;
    return true;
}

int tb_handle_map_add(struct tb_handle_map *map, const struct tb_handle *handle, uint32_t value)
{
    if (map->n >= map->max)
        return TB_FULL;
    if (map->n >= map->cap / 2 && !grow(map))
        return TB_FULL;
    struct tb_handle_slot *slot = &map->slots[seek(map, handle)];
    tb_assert(!slot->used);
    *slot = (struct tb_handle_slot){.handle = *handle, .value = value, .used = true};
    map->n++;
    return TB_OK;
}

uint32_t *tb_handle_map_find(const struct tb_handle_map *map, const struct tb_handle *handle)
{
    if (map->cap == 0)
        return NULL;
    struct tb_handle_slot *slot = &map->slots[seek(map, handle)];
    return slot->used ? &slot->value : NULL;
}

void tb_handle_map_remove(struct tb_handle_map *map, const struct tb_handle *handle)
{
    tb_assert(map->cap > 0);
    uint32_t hole = seek(map, handle);
    tb_assert(map->slots[hole].used);
    map->n--;
    /* Closes the gap: what stands behind it moves up unless it is at home between the gap and
     * itself. */
    uint32_t mask = map->cap - 1;
    for (uint32_t at = (hole + 1) & mask; map->slots[at].used; at = (at + 1) & mask) {
        uint32_t from_home = (at - home(map, &map->slots[at].handle)) & mask;
        if (from_home >= ((at - hole) & mask)) {
            map->slots[hole] = map->slots[at];
            hole = at;
        }
    }
    sodium_memzero(&map->slots[hole], sizeof map->slots[hole]);
}
