#include "broker/parts.h"

#include "base/compiler.h"
#include "proto/limits.h"

/* In this process alone, so that its layout is nobody else's business. */
struct front {
    uint64_t cost;
    size_t n;
    bool last;
};

/* No part costs its sender less than nine bytes, and before its call is dispatched no more credit
 * is given than there was at first. */
enum { PARTS_MAX = 4 * TB_CREDIT_FIRST };
_Static_assert(PARTS_MAX / sizeof(struct front) > TB_CREDIT_FIRST / 9, "many empty ones fit, too");

bool tb_parts_keep(struct tb_buffer *parts, const struct tb_part *part, uint64_t cost)
{
    const struct front front = {cost, part->raw.n, part->last};
    size_t before = tb_buffer_n(parts);
    if (parts->max == 0)
        tb_buffer_init(parts, PARTS_MAX);
    if (tb_buffer_append(parts, tb_bytes_of(&front, sizeof front)) &&
        tb_buffer_append(parts, part->raw))
        return true;
    tb_buffer_truncate(parts, before);
    return false;
}

bool tb_parts_first(const struct tb_buffer *parts, struct tb_part *ret_part, uint64_t *ret_cost)
{
    struct front front;
    struct tb_bytes all = tb_buffer_bytes(parts);
    if (all.n == 0)
        return false;
    tb_assert(all.n >= sizeof front);
    memcpy(&front, all.data, sizeof front);
    tb_assert(all.n - sizeof front >= front.n);
    *ret_part = (struct tb_part){tb_bytes_of(all.data + sizeof front, front.n), front.last};
    *ret_cost = front.cost;
    return true;
}

void tb_parts_drop(struct tb_buffer *parts)
{
    struct tb_part part;
    uint64_t cost;
    if (tb_parts_first(parts, &part, &cost))
        tb_buffer_consume(parts, sizeof(struct front) + part.raw.n);
}
