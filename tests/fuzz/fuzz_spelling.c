/* What somebody asks for, a NUL, a name that there is. What comes out must lie in the text, and a
 * name that is offered to itself is always near. */
#include "base/compiler.h"
#include "policy/compiler/spelling.h"
#include "tests/fuzz/fuzz.h"

static bool within(struct tb_bytes part, struct tb_bytes whole)
{
    return part.n == 0 || (part.data >= whole.data && part.data + part.n <= whole.data + whole.n);
}

static void try_nearest(struct tb_arena *arena, struct tb_bytes wanted, struct tb_bytes name)
{
    struct tb_nearest nearest = {.wanted = wanted};
    tb_nearest_offer(&nearest, name);
    tb_nearest_offer(&nearest, name);
    tb_assert(nearest.n <= 1);
    tb_nearest_offer(&nearest, wanted);
    tb_assert(wanted.n > TB_SPELLING_MAX || (nearest.n > 0 && nearest.distances[0] == 0));
    for (size_t i = 1; i < nearest.n; i++)
        tb_assert(nearest.distances[i - 1] <= nearest.distances[i]);
    tb_assert(tb_utf8_valid(tb_bytes_of_string(tb_nearest_text(arena, &nearest, "plugin:fs|"))));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena arena = {0};
    const uint8_t *end = n > 0 ? memchr(data, 0, n) : NULL;
    struct tb_bytes text = tb_bytes_of(data, end ? (size_t)(end - data) : n);
    struct tb_bytes name = end ? tb_bytes_of(end + 1, n - text.n - 1) : tb_bytes_of_string("read");
    if (text.n == 0)
        return 0;
    struct tb_spelling spelling = tb_spelling_read(text);
    tb_assert(within(spelling.plugin, text) && within(spelling.local, text));
    tb_assert(spelling.of_plugin || spelling.plugin.n == 0);
    struct tb_bytes snake = tb_spelling_snake(&arena, spelling.local);
    tb_assert(tb_bytes_equal(tb_spelling_snake(&arena, snake), snake));
    tb_assert(tb_spelling_hyphens(&arena, text).n == text.n);
    tb_assert(within(tb_spelling_bare(text), text));
    try_nearest(&arena, text, name);
    return 0;
}
