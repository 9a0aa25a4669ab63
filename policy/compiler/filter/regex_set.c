#include "policy/compiler/filter/regex_tree.h"

#include <stdlib.h>
#include <unicase.h>

enum { ASCII = 128 };

void tb_regex_set_add(struct tb_arena *arena, struct tb_regex_set *set, uint32_t from, uint32_t to)
{
    set->ranges = tb_arena_grow(arena, set->ranges, set->n, sizeof *set->ranges);
    set->ranges[set->n++] = (struct tb_regex_range){from, to};
}

static int by_from(const void *a, const void *b)
{
    const struct tb_regex_range *x = a;
    const struct tb_regex_range *y = b;
    return (x->from > y->from) - (x->from < y->from);
}

void tb_regex_set_normalise(struct tb_regex_set *set)
{
    size_t n = 0;
    if (set->n == 0)
        return;
    qsort(set->ranges, set->n, sizeof *set->ranges, by_from);
    for (size_t i = 1; i < set->n; i++) {
        struct tb_regex_range *last = &set->ranges[n];
        if (set->ranges[i].from > last->to + 1)
            set->ranges[++n] = set->ranges[i];
        else if (set->ranges[i].to > last->to)
            last->to = set->ranges[i].to;
    }
    set->n = n + 1;
}

struct tb_regex_set tb_regex_set_invert(struct tb_arena *arena, const struct tb_regex_set *set)
{
    struct tb_regex_set inverse = {NULL, 0};
    uint32_t from = 0;
    for (size_t i = 0; i < set->n; i++) {
        if (set->ranges[i].from > from)
            tb_regex_set_add(arena, &inverse, from, set->ranges[i].from - 1);
        from = set->ranges[i].to + 1;
    }
    if (from <= TB_REGEX_LAST)
        tb_regex_set_add(arena, &inverse, from, TB_REGEX_LAST);
    return inverse;
}

static bool has_case(const struct tb_regex_range *range)
{
    for (uint32_t c = range->from < ASCII ? ASCII : range->from; c <= range->to; c++)
        if (uc_tolower(c) != c || uc_toupper(c) != c)
            return true;
    return false;
}

/* What of the range lies among the letters from `first` on, in the other case. */
static void add_other_case(struct tb_arena *arena, struct tb_regex_set *set,
                           struct tb_regex_range range, uint32_t first)
{
    uint32_t from = range.from > first ? range.from : first;
    uint32_t to = range.to < first + 25 ? range.to : first + 25;
    if (from <= to)
        tb_regex_set_add(arena, set, from ^ 0x20, to ^ 0x20);
}

bool tb_regex_set_fold(struct tb_arena *arena, struct tb_regex_set *set)
{
    size_t n = set->n;
    for (size_t i = 0; i < n; i++) {
        if (has_case(&set->ranges[i]))
            return false;
        add_other_case(arena, set, set->ranges[i], 'A');
        add_other_case(arena, set, set->ranges[i], 'a');
    }
    tb_regex_set_normalise(set);
    return true;
}
