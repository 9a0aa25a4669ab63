/*
 * Which blocks of the broker's part of a pool are lent to the plugin. Kept here, never in the
 * shared memory: nothing that the plugin writes can move a block.
 *
 * A block is a whole number of units. The lowest gap that is large enough is taken, so that while
 * little is lent the same few pages are used again and again.
 */
#pragma once

#include "base/compiler.h"
#include "proto/limits.h"

#include <stdbool.h>
#include <stdint.h>

enum { TB_BLOCK_UNIT = 64 * 1024, TB_BLOCKS_MAX = TB_BULK_IN / TB_BLOCK_UNIT };

struct tb_blocks {
    struct {
        uint16_t n_units; /* at the first unit of each block, else 0 */
        bool lent;        /* the plugin has been told of it */
    } at[TB_BLOCKS_MAX];
};

/* Takes a block: TB_OK, or TB_FULL: no gap is as large. *ret_at is counted in bytes. */
tb_must_check int tb_blocks_take(struct tb_blocks *blocks, uint64_t n_bytes, uint64_t *ret_at);
void tb_blocks_lend(struct tb_blocks *blocks, uint64_t at);
void tb_blocks_drop(struct tb_blocks *blocks, uint64_t at);           /* lent or not */
uint64_t tb_blocks_size(const struct tb_blocks *blocks, uint64_t at); /* of a block, in bytes */
/* Whether the plugin has a block there. */
bool tb_blocks_lent(const struct tb_blocks *blocks, uint64_t untrusted_at);
