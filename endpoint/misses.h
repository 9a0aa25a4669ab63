/*
 * Names that the page asked for and was not granted. At most so many a second are told, and a few
 * wait for their turn, the rest is counted: those first that were never told, so that one name that
 * is asked for again and again does not hide another, which may be a tripwire.
 */
#pragma once

#include "proto/message.h"

enum { TB_MISSES_NAMES = 16 };

struct tb_missed {
    uint8_t name[TB_COMMAND_MAX];
    size_t n_name;
    bool waiting; /* to be told */
    bool told;    /* before, and remembered as long as there is room */
};

struct tb_misses {
    uint32_t most;                   /* a second, TB_MISS_PER_S at most; 0: none are told */
    uint64_t sent_ns[TB_MISS_PER_S]; /* when the last ones were, a ring */
    uint64_t n_sent;
    struct tb_missed names[TB_MISSES_NAMES]; /* all different, the oldest first */
    size_t n_names;
    size_t n_waiting; /* of the names */
    uint32_t n_more;  /* asked for since the last MISS, beside those that wait */
};

/* Takes a name of any length. */
void tb_misses_add(struct tb_misses *misses, struct tb_bytes name);
/* Whether a MISS is due, and which; it counts as told then. The name borrows from *misses. */
tb_must_check bool tb_misses_take(struct tb_misses *misses, uint64_t now_ns,
                                  struct tb_miss *ret_miss);
