/*
 * From handle to a number. Handles are uniform random bytes that this side or the broker has
 * issued, so that their first bytes are the hash: nobody can choose what is stored. Looking up a
 * forged handle ends at the first free slot.
 */
#pragma once

#include "proto/seal.h"

struct tb_handle_slot {
    struct tb_handle handle;
    uint32_t value;
    bool used;
};

struct tb_handle_map {
    struct tb_handle_slot *slots;
    uint32_t cap; /* a power of two */
    uint32_t n;
    uint32_t max;
};

void tb_handle_map_init(struct tb_handle_map *map, uint32_t max);
void tb_handle_map_deinit(struct tb_handle_map *map); /* wipes */

/* TB_OK; TB_FULL at max or when out of memory. The handle must not be in the map. */
tb_must_check int tb_handle_map_add(struct tb_handle_map *map, const struct tb_handle *handle,
                                    uint32_t value);
/* The value, which the caller may change in place, or NULL. Valid until the next change of the map.
 */
uint32_t *tb_handle_map_find(const struct tb_handle_map *map, const struct tb_handle *handle);
/* Removes a handle that is in the map, and erases it. */
void tb_handle_map_remove(struct tb_handle_map *map, const struct tb_handle *handle);
