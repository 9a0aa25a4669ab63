/* A regular expression, a NUL, a text. What the compiler makes of one is a table that the broker's
 * reader takes; a group around an expression, or the same once more as an alternative, changes
 * nothing. */
#include "base/result.h"
#include "policy/compiler/filter/regex.h"
#include "proto/limits.h"
#include "tests/fuzz/fuzz.h"

static bool matches(const struct tb_regex *regex, struct tb_bytes text)
{
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer buffer;
    struct tb_packer packer;
    const msgpack_object *object;
    struct tb_dfa dfa;
    struct tb_filter_cost cost = tb_filter_cost_new();
    tb_buffer_init(&buffer, TB_GRANT_MAX);
    tb_packer_init(&packer, &buffer);
    tb_regex_pack(&packer, regex);
    tb_assert(tb_unpacker_init(&unpacker, &tb_scan_grant) == 0);
    tb_assert(tb_unpack(&unpacker, &tb_scan_grant, tb_buffer_bytes(&buffer), &object) == TB_OK);
    tb_assert(tb_dfa_read(object, &dfa) == TB_OK);
    return tb_dfa_matches(&dfa, text, &cost);
}

/* The expression in another dress says the same, where it still is one: `^` cannot be in a group,
 * and what is longer or deeper can be too much. */
static void check_same(struct tb_arena *arena, const char *dressed, struct tb_bytes text,
                       bool expected)
{
    struct tb_regex regex;
    if (!tb_regex_compile(arena, tb_bytes_of_string(dressed), &regex))
        tb_assert(matches(&regex, text) == expected);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t n)
{
    tb_cleanup(tb_arena_deinit) struct tb_arena arena = {0};
    const uint8_t *end = n > 0 ? memchr(data, 0, n) : NULL;
    struct tb_bytes expression = tb_bytes_of(data, end ? (size_t)(end - data) : n);
    struct tb_bytes text = end ? tb_bytes_of(end + 1, n - expression.n - 1) : expression;
    struct tb_regex regex;
    const char *wrong = tb_regex_compile(&arena, expression, &regex);
    tb_assert(!wrong || tb_utf8_valid(tb_bytes_of_string(wrong)));
    if (wrong)
        return 0;
    bool expected = matches(&regex, text);
    tb_assert(!expected || !tb_utf8_valid(expression) || tb_utf8_valid(text));
    const char *same = tb_arena_string(&arena, expression);
    check_same(&arena, tb_arena_format(&arena, "(?:%s)", same), text, expected);
    check_same(&arena, tb_arena_format(&arena, "%s|%s", same, same), text, expected);
    return 0;
}
