#include "broker/blocks.h"

#include "base/result.h"

_Static_assert(TB_BULK_IN % TB_BLOCK_UNIT == 0, "the part is a whole number of units");
_Static_assert(TB_BLOCKS_MAX <= UINT16_MAX, "one block may be the whole part");

/* The first of so many free units in a row, or TB_BLOCKS_MAX. */
static uint32_t find_gap(const struct tb_blocks *blocks, uint32_t n_units)
{
    uint32_t start = 0;
    for (uint32_t i = 0; i < TB_BLOCKS_MAX;) {
        uint32_t taken = blocks->at[i].n_units;
        i += taken == 0 ? 1 : taken;
        if (taken != 0)
            start = i;
        else if (i - start == n_units)
            return start;
    }
    return TB_BLOCKS_MAX;
}

int tb_blocks_take(struct tb_blocks *blocks, uint64_t n_bytes, uint64_t *ret_at)
{
    if (n_bytes == 0 || n_bytes > TB_BULK_IN)
        return TB_FULL;
    uint32_t n_units = (uint32_t)((n_bytes + TB_BLOCK_UNIT - 1) / TB_BLOCK_UNIT);
    uint32_t unit = find_gap(blocks, n_units);
    if (unit == TB_BLOCKS_MAX)
        return TB_FULL;
    blocks->at[unit].n_units = (uint16_t)n_units;
    *ret_at = (uint64_t)unit * TB_BLOCK_UNIT;
    return TB_OK;
}

/* The unit that a block begins with, or TB_BLOCKS_MAX. */
static size_t find(const struct tb_blocks *blocks, uint64_t untrusted_at)
{
    uint64_t unit = untrusted_at / TB_BLOCK_UNIT;
    return untrusted_at % TB_BLOCK_UNIT == 0 && unit < TB_BLOCKS_MAX &&
                   blocks->at[unit].n_units != 0
               ? (size_t)unit
               : TB_BLOCKS_MAX;
}

void tb_blocks_lend(struct tb_blocks *blocks, uint64_t at)
{
    size_t unit = find(blocks, at);
    tb_assert(unit < TB_BLOCKS_MAX && !blocks->at[unit].lent);
    blocks->at[unit].lent = true;
}

uint64_t tb_blocks_size(const struct tb_blocks *blocks, uint64_t at)
{
    size_t unit = find(blocks, at);
    tb_assert(unit < TB_BLOCKS_MAX);
    return (uint64_t)blocks->at[unit].n_units * TB_BLOCK_UNIT;
}

void tb_blocks_drop(struct tb_blocks *blocks, uint64_t at)
{
    size_t unit = find(blocks, at);
    tb_assert(unit < TB_BLOCKS_MAX);
    blocks->at[unit].n_units = 0;
    blocks->at[unit].lent = false;
}

bool tb_blocks_lent(const struct tb_blocks *blocks, uint64_t untrusted_at)
{
    size_t unit = find(blocks, untrusted_at);
    return unit < TB_BLOCKS_MAX && blocks->at[unit].lent;
}
