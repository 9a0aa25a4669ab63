#include "broker/calls.h"

#include <errno.h>
#include <stdlib.h>

enum { N_SLOTS = TB_SESSION_CALLS, NO_SLOT = UINT16_MAX };
_Static_assert((N_SLOTS & (N_SLOTS - 1)) == 0, "a call's number holds its slot in its low bits");

int tb_calls_init(struct tb_calls *calls)
{
    *calls = (struct tb_calls){.first_free = NO_SLOT};
    calls->slots = calloc(N_SLOTS, sizeof *calls->slots);
    return calls->slots ? 0 : -ENOMEM;
}

void tb_calls_deinit(struct tb_calls *calls)
{
    free(calls->slots);
    *calls = (struct tb_calls){0};
}

/* Slots are taken last-in first-out and fresh ones only when none was given back: few pages stay
 * touched. */
static uint32_t take_slot(struct tb_calls *calls)
{
    uint32_t slot = calls->first_free;
    if (slot != NO_SLOT) {
        calls->first_free = calls->slots[slot].next_free;
        return slot;
    }
    return calls->n_used < N_SLOTS ? calls->n_used : NO_SLOT;
}

struct tb_live_call *tb_calls_new(struct tb_calls *calls)
{
    uint32_t slot = take_slot(calls);
    if (slot == NO_SLOT)
        return NULL;
    calls->n_used++;
    calls->n_ever++;
    struct tb_live_call *call = &calls->slots[slot];
    *call = (struct tb_live_call){
        .used = true,
        .number = calls->n_ever * N_SLOTS + slot,
        .stream = {.in = tb_flow_begin(TB_TO_PLUGIN), .out = tb_flow_begin(TB_TO_ENDPOINT)},
    };
    return call;
}

void tb_calls_free(struct tb_calls *calls, struct tb_live_call *call)
{
    tb_assert(call->used);
    *call = (struct tb_live_call){.next_free = calls->first_free};
    calls->first_free = tb_calls_slot(calls, call);
    calls->n_used--;
}

uint32_t tb_calls_slot(const struct tb_calls *calls, const struct tb_live_call *call)
{
    return (uint32_t)(call - calls->slots);
}

struct tb_live_call *tb_calls_at(struct tb_calls *calls, uint32_t slot)
{
    tb_assert(slot < N_SLOTS && calls->slots[slot].used);
    return &calls->slots[slot];
}

struct tb_live_call *tb_calls_find(struct tb_calls *calls, uint64_t untrusted_number)
{
    struct tb_live_call *call = &calls->slots[untrusted_number % N_SLOTS];
    return call->used && call->number == untrusted_number ? call : NULL;
}
