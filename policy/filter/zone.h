/* Memory of what is read from a grant: it lies in the zone of the grant's own unpacker, and ends
 * with it. */
#pragma once

#include "proto/pack.h"

/* Zeroed; NULL when out of memory. */
static inline void *tb_filter_get(msgpack_zone *zone, size_t n, size_t size)
{
    size_t n_bytes;
    if (__builtin_mul_overflow(n, size, &n_bytes))
        return NULL;
    void *memory = msgpack_zone_malloc(zone, n_bytes > 0 ? n_bytes : 1);
    return memory && n_bytes > 0 ? memset(memory, 0, n_bytes) : memory;
}
