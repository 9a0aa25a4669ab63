/*
 * Which record a call's `done` belongs to: the broker's own number of a live call, and the number
 * that the scribe gave to its `call` record.
 *
 * Open addressing with linear probing; starts small, grows with the number of live calls and stops
 * at a cap. Numbers that come in order, as the broker's do, fall into neighbouring slots.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>

enum { TB_CALLS_MAX = 65536 };

struct tb_call_slot {
    uint64_t ref; /* 0: free */
    uint64_t n;
};

struct tb_calls {
    struct tb_call_slot *slots;
    size_t n_slots; /* a power of two, at least twice n_live */
    size_t n_live;
};

void tb_calls_init(struct tb_calls *calls);
void tb_calls_deinit(struct tb_calls *calls);

/* ref and n are not 0. A ref that is there already is given the new n. False when the table is at
 * its cap or memory is out: that call's `done` will have `of` 0. */
bool tb_calls_add(struct tb_calls *calls, uint64_t ref, uint64_t n);

/* Removes the call. Returns its n, or 0 if there is no such call. */
uint64_t tb_calls_take(struct tb_calls *calls, uint64_t ref);
