/* The JSON reader: whatever it takes has to come out as a tree within its limits. */
#include "policy/compiler/data/value.h"
#include "tests/fuzz/fuzz.h"

static size_t count(const struct tb_value *value, unsigned depth)
{
    size_t n = 1;
    tb_assert(depth <= TB_TREE_DEPTH);
    for (const struct tb_value *child = value->child; child; child = child->next)
        n += count(child, depth + 1);
    return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct tb_arena arena = {0};
    struct tb_report report = {.arena = &arena, .silent = true};
    struct tb_value *root =
        tb_value_read(&report, TB_FORMAT_JSON, "a.json", tb_bytes_of(data, size));
    tb_assert((root != NULL) == (report.n_errors == 0));
    if (root) {
        tb_assert(count(root, 0) <= TB_TREE_NODES);
        tb_value_settle_duplicates(&report, root, TB_DUPLICATES_TYPED);
    }
    tb_arena_deinit(&arena);
    return 0;
}
