/*
 * The wall clock of records: the broker stamps events with the monotonic clock, the scribe adds an
 * offset that it takes anew about once a second. Only for people: order and gaps are what `n` and
 * `mono_ns` say.
 */
#pragma once

#include "base/clock.h"

#include <stdbool.h>
#include <stddef.h>

enum { TB_TIME_SIZE = 28 }; /* 2026-11-22T04:00:00.000000Z and a NUL */

struct tb_wall {
    uint64_t offset_ns; /* wall minus monotonic */
    uint64_t taken_ns;  /* when, monotonic; 0: never */
    uint64_t second;    /* of `text`, since 1970 */
    char text[TB_TIME_SIZE];
};

void tb_wall_refresh(struct tb_wall *wall); /* takes the offset if it is older than a second */

/* The text borrows from the wall and is valid until the next call. */
const char *tb_wall_text(struct tb_wall *wall, uint64_t mono_ns);
