#include "scribe/calls.h"

#include <stdlib.h>

enum { FIRST_SLOTS = 256 };

void tb_calls_init(struct tb_calls *calls)
{
    *calls = (struct tb_calls){0};
}

void tb_calls_deinit(struct tb_calls *calls)
{
    free(calls->slots);
    *calls = (struct tb_calls){0};
}

static size_t home_of(const struct tb_calls *calls, uint64_t ref)
{
    return (size_t)ref & (calls->n_slots - 1);
}

static size_t next_of(const struct tb_calls *calls, size_t at)
{
    return (at + 1) & (calls->n_slots - 1);
}

/* The slot that holds ref, or the free one where it would go. There always is a free one. */
static size_t find(const struct tb_calls *calls, uint64_t ref)
{
    size_t at = home_of(calls, ref);
    while (calls->slots[at].ref != 0 && calls->slots[at].ref != ref)
        at = next_of(calls, at);
    return at;
}

static bool grow(struct tb_calls *calls)
{
    struct tb_calls larger = {.n_slots = calls->slots ? 2 * calls->n_slots : FIRST_SLOTS};
    larger.slots = calloc(larger.n_slots, sizeof *larger.slots);
    if (!larger.slots)
        return false;
    for (size_t i = 0; i < calls->n_slots; i++)
        if (calls->slots[i].ref != 0)
            larger.slots[find(&larger, calls->slots[i].ref)] = calls->slots[i];
    larger.n_live = calls->n_live;
    free(calls->slots);
    *calls = larger;
    return true;
}

bool tb_calls_add(struct tb_calls *calls, uint64_t ref, uint64_t n)
{
    tb_assert(ref != 0 && n != 0);
    if (calls->n_live >= TB_CALLS_MAX)
        return false;
    if (2 * (calls->n_live + 1) > calls->n_slots && !grow(calls))
        return false;
    struct tb_call_slot *slot = &calls->slots[find(calls, ref)];
    if (slot->ref == 0)
        calls->n_live++;
    *slot = (struct tb_call_slot){.ref = ref, .n = n};
    return true;
}

/* Moves later entries of the run into the hole, so that no search stops short of one. */
static void close_hole(struct tb_calls *calls, size_t hole)
{
    for (size_t at = next_of(calls, hole); calls->slots[at].ref != 0; at = next_of(calls, at)) {
        size_t home = home_of(calls, calls->slots[at].ref);
        size_t mask = calls->n_slots - 1;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue;
        calls->slots[hole] = calls->slots[at];
        hole = at;
    }
    calls->slots[hole] = (struct tb_call_slot){0};
}

uint64_t tb_calls_take(struct tb_calls *calls, uint64_t ref)
{
    if (ref == 0 || calls->n_slots == 0)
        return 0;
    size_t at = find(calls, ref);
    if (calls->slots[at].ref == 0)
        return 0;
    uint64_t n = calls->slots[at].n;
    close_hole(calls, at);
    calls->n_live--;
    return n;
}
