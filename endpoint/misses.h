/* Names that the page asked for and was not granted: at most so many a second are told, the rest is
 * counted. */
#pragma once

#include "proto/message.h"

struct tb_misses {
    uint32_t most;                   /* a second, TB_MISS_PER_S at most; 0: none are told */
    uint64_t sent_ns[TB_MISS_PER_S]; /* when the last ones were, a ring */
    uint64_t n_sent;
    uint32_t n_waiting; /* names that are not told yet; the last one of them is `name` */
    uint8_t name[TB_COMMAND_MAX];
    size_t n_name;
};

/* Takes a name of any length. */
void tb_misses_add(struct tb_misses *misses, struct tb_bytes name);
/* Whether a MISS is due, and which; it counts as told then. The name borrows from *misses. */
tb_must_check bool tb_misses_take(struct tb_misses *misses, uint64_t now_ns,
                                  struct tb_miss *ret_miss);
