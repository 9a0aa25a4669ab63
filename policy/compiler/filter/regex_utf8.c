/*
 * A range of characters as ranges of bytes. It is cut where the number of bytes changes, and then
 * so that in each piece all but the leading bytes run through everything they can: such a piece is
 * one range for its first byte, one for its second, and so on.
 */
#include "policy/compiler/data/value.h"
#include "policy/compiler/filter/regex_tree.h"

static void push(struct tb_regex_walk *walk, uint32_t from, uint32_t to)
{
    tb_assert(walk->n < TB_ARRAY_LEN(walk->parts));
    walk->parts[walk->n++] = (struct tb_regex_range){from, to};
}

/* Cuts the range behind `last`, if it goes on there; the rest is for later. */
static bool cut(struct tb_regex_walk *walk, struct tb_regex_range *range, uint32_t last)
{
    if (range->from > last || range->to <= last)
        return false;
    push(walk, last + 1, range->to);
    range->to = last;
    return true;
}

/* Makes the range one of so many bytes, all of which can be told apart. */
static void narrow(struct tb_regex_walk *walk, struct tb_regex_range *range)
{
    static const uint32_t lasts[] = {0x7f, 0x7ff, 0xd7ff, 0xdfff, 0xffff};
    for (size_t i = 0; i < TB_ARRAY_LEN(lasts); i++)
        (void)cut(walk, range, lasts[i]);
    uint8_t bytes[4];
    size_t n = tb_utf8_put(range->from, bytes);
    for (size_t i = 1; i < n; i++) {
        uint32_t low = (1u << (6 * i)) - 1;
        if ((range->from & ~low) == (range->to & ~low))
            continue;
        if ((range->from & low) != 0)
            (void)cut(walk, range, range->from | low);
        else if ((range->to & low) != low)
            (void)cut(walk, range, (range->to & ~low) - 1);
    }
}

bool tb_regex_utf8_next(const struct tb_regex_set *set, struct tb_regex_walk *walk,
                        struct tb_regex_bytes *ret_bytes)
{
    for (;;) {
        if (walk->n == 0 && walk->range == set->n)
            return false;
        if (walk->n == 0)
            walk->parts[walk->n++] = set->ranges[walk->range++];
        struct tb_regex_range range = walk->parts[--walk->n];
        narrow(walk, &range);
        if (range.from >= 0xd800 && range.to <= 0xdfff)
            continue; /* halves of characters, which are none */
        ret_bytes->n = tb_utf8_put(range.from, ret_bytes->from);
        (void)tb_utf8_put(range.to, ret_bytes->to);
        return true;
    }
}
