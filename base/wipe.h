/*
 * Whether this process wipes what it is done with. Off at first, as wiping costs what writing does;
 * a process that learns that it will hold secrets switches it on, for all of itself and for good.
 * It is not a matter of single buffers or calls: secrets are copied on their way, and what has to
 * be told of each copy forgets one.
 *
 * Nothing but costs may depend on it.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

extern bool tb_wiping;

void tb_wipe_now(void *memory, size_t n);

/* For memory that is about to be freed, or used for something else. */
static inline void tb_wipe(void *memory, size_t n)
{
    if (__builtin_expect(tb_wiping, false))
        tb_wipe_now(memory, n);
}
