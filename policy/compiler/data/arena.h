/*
 * Memory of a short run: everything is freed at once, at its end. The compiler reads files of
 * capped size and exits, so it never gives back a part. Small pieces are cut from chunks; between
 * two of them there is always a gap that the address sanitizer watches.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

struct tb_arena {
    struct tb_arena_block *last;
    uint8_t *free; /* the rest of the newest chunk */
    size_t n_free;
    size_t n_bytes;
};

/* Zeroed. Never NULL: without memory, or past 512 MiB in all, the program says so and ends with
 * status 4. It has written nothing by then that anybody would take for a result. */
void *tb_arena_get(struct tb_arena *arena, size_t n, size_t size);
#define TB_NEW(arena, type) ((type *)tb_arena_get((arena), 1, sizeof(type)))

/* Room for one more item behind the n that there are: returns the array, moved when it was full. */
void *tb_arena_grow(struct tb_arena *arena, void *items, size_t n, size_t size);

struct tb_bytes tb_arena_copy(struct tb_arena *arena, struct tb_bytes bytes);
const char *tb_arena_string(struct tb_arena *arena, struct tb_bytes bytes);
tb_printf(2, 3) const char *tb_arena_format(struct tb_arena *arena, const char *format, ...);
void tb_arena_deinit(struct tb_arena *arena);
