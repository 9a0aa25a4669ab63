/* What the readers of JSON and of JSON5 have in common: a tree within its limits, or an error. */
#pragma once

#include "policy/compiler/data/value.h"

static inline size_t tree_count(const struct tb_value *value, unsigned depth)
{
    size_t n = 1;
    tb_assert(depth <= TB_TREE_DEPTH);
    for (const struct tb_value *child = value->child; child; child = child->next)
        n += tree_count(child, depth + 1);
    return n;
}

/* Whether the text was taken. */
static inline bool tree_read(enum tb_format format, unsigned strict_depth, struct tb_bytes text)
{
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    struct tb_value *root = tb_value_read(&report, format, "a", text);
    tb_assert((root != NULL) == (report.n_errors == 0));
    if (root) {
        tb_assert(tree_count(root, 0) <= TB_TREE_NODES);
        tb_value_settle_duplicates(&report, root, strict_depth);
    }
    tb_arena_deinit(&arena);
    return root != NULL;
}
