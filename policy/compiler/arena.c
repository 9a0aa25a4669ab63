#include "policy/compiler/arena.h"

#include "base/poison.h"
#include "policy/compiler/exit.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum {
    ARENA_MAX = 512 * 1024 * 1024,
    FIRST_ITEMS = 8,
    ALIGNMENT = 16,
    CHUNK = 64 * 1024,
    SMALL_MAX = 4096, /* larger pieces are blocks of their own, so that little is left over */
};

_Static_assert(_Alignof(max_align_t) <= ALIGNMENT, "a piece takes any type");

struct tb_arena_block {
    struct tb_arena_block *before;
    size_t n;
    _Alignas(ALIGNMENT) uint8_t memory[];
};

tb_noreturn static void out_of_memory(void)
{
    static const char text[] = "trollbridge: memory: the policy takes too much memory\n";
    ssize_t n = write(STDERR_FILENO, text, sizeof text - 1);
    (void)n; /* with no one to tell, the status still says it */
    _exit(TB_POLICY_PART);
}

static uint8_t *new_block(struct tb_arena *arena, size_t n)
{
    if (n > ARENA_MAX - arena->n_bytes)
        out_of_memory();
    struct tb_arena_block *block = calloc(1, sizeof *block + n);
    if (!block)
        out_of_memory();
    block->before = arena->last;
    block->n = n;
    arena->last = block;
    arena->n_bytes += n;
    TB_POISON(block->memory, n);
    return block->memory;
}

static uint8_t *cut_from_chunk(struct tb_arena *arena, size_t n)
{
    if (n > arena->n_free) {
        arena->free = new_block(arena, CHUNK);
        arena->n_free = CHUNK;
    }
    uint8_t *piece = arena->free;
    arena->free += n;
    arena->n_free -= n;
    return piece;
}

void *tb_arena_get(struct tb_arena *arena, size_t n, size_t size)
{
    size_t n_bytes;
    if (__builtin_mul_overflow(n, size, &n_bytes) || n_bytes > ARENA_MAX)
        out_of_memory();
    /* One byte more at least, which stays poisoned. */
    size_t n_taken = (n_bytes + ALIGNMENT) & ~(size_t)(ALIGNMENT - 1);
    uint8_t *piece =
        n_taken <= SMALL_MAX ? cut_from_chunk(arena, n_taken) : new_block(arena, n_taken);
    TB_UNPOISON(piece, n_bytes);
    return piece;
}

void *tb_arena_grow(struct tb_arena *arena, void *items, size_t n, size_t size)
{
    /* Arrays are full exactly at powers of two from FIRST_ITEMS on. */
    if (n > 0 && (n < FIRST_ITEMS || (n & (n - 1)) != 0))
        return items;
    size_t cap = n == 0 ? FIRST_ITEMS : 2 * n;
    void *larger = tb_arena_get(arena, cap, size);
    if (n > 0)
        memcpy(larger, items, n * size);
    return larger;
}

struct tb_bytes tb_arena_copy(struct tb_arena *arena, struct tb_bytes bytes)
{
    uint8_t *copy = tb_arena_get(arena, bytes.n + 1, 1);
    if (bytes.n > 0)
        memcpy(copy, bytes.data, bytes.n);
    return tb_bytes_of(copy, bytes.n);
}

const char *tb_arena_string(struct tb_arena *arena, struct tb_bytes bytes)
{
    return (const char *)tb_arena_copy(arena, bytes).data;
}

const char *tb_arena_format(struct tb_arena *arena, const char *format, ...)
{
    va_list list;
    va_start(list, format);
    char *text = NULL;
    int n = vasprintf(&text, format, list);
    va_end(list);
    if (n < 0)
        out_of_memory();
    const char *copy = tb_arena_string(arena, tb_bytes_of(text, (size_t)n));
    free(text);
    return copy;
}

void tb_arena_deinit(struct tb_arena *arena)
{
    while (arena->last) {
        struct tb_arena_block *block = arena->last;
        arena->last = block->before;
        TB_UNPOISON(block->memory, block->n);
        free(block);
    }
    *arena = (struct tb_arena){0};
}
