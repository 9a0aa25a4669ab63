/* What holds for all arguments, tried on thousands that are made at random, the same each time: a
 * condition and its opposite, the order of keys, and that a change has been made once it is made.
 */
#include "tests/unit/filter_bench.h"

enum { ARGS_PER_RULE = 60, RULES = 400 };

struct dice {
    uint64_t state;
};

static uint32_t roll(struct dice *dice, uint32_t n)
{
    dice->state = dice->state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(dice->state >> 33) % n;
}

static const char *const keys[] = {"a", "b", "c", "0", "1"};

static void pack_scalar(struct dice *dice, struct tb_packer *packer)
{
    static const char *const words[] = {"", "x", "xy", "a/b", "/app/a", "../a", "7"};
    static const double reals[] = {0.5, -0.0, 7, 1e300, -3.25};
    switch (roll(dice, 6)) {
    case 0:
        tb_pack_nil(packer);
        return;
    case 1:
        tb_pack_bool(packer, roll(dice, 2) == 0);
        return;
    case 2:
        tb_pack_int(packer, (int64_t)roll(dice, 20) - 10);
        return;
    case 3:
        tb_pack_double(packer, reals[roll(dice, TB_ARRAY_LEN(reals))]);
        return;
    case 4:
        tb_pack_bin(packer, tb_bytes_of_string(words[roll(dice, 3)]));
        return;
    default:
        tb_pack_key(packer, words[roll(dice, TB_ARRAY_LEN(words))]);
    }
}

static void pack_value(struct dice *dice, struct tb_packer *packer, unsigned depth, bool reversed);

/* The same keys with the same values, from the front or from the back. */
static void pack_map(struct dice *dice, struct tb_packer *packer, unsigned depth, bool reversed)
{
    uint32_t n = roll(dice, TB_ARRAY_LEN(keys) + 1);
    struct dice of_entry[TB_ARRAY_LEN(keys)];
    for (uint32_t i = 0; i < n; i++)
        of_entry[i].state = ((uint64_t)roll(dice, 1u << 30) << 30) | roll(dice, 1u << 30);
    tb_pack_map(packer, n);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = reversed ? n - 1 - i : i;
        tb_pack_key(packer, keys[k]);
        pack_value(&of_entry[k], packer, depth + 1, reversed);
    }
}

static void pack_value(struct dice *dice, struct tb_packer *packer, unsigned depth, bool reversed)
{
    uint32_t kind = depth == 0 ? 0 : roll(dice, depth < 4 ? 5 : 50);
    if (kind == 0) {
        pack_map(dice, packer, depth, reversed);
    } else if (kind == 1) {
        uint32_t n = roll(dice, 4);
        tb_pack_array(packer, n);
        for (uint32_t i = 0; i < n; i++)
            pack_value(dice, packer, depth + 1, reversed);
    } else {
        pack_scalar(dice, packer);
    }
}

static const msgpack_object *some_args(struct filter_bench *bench, struct dice dice, bool reversed)
{
    struct tb_packer packer;
    tb_buffer_consume(&bench->call_text, tb_buffer_n(&bench->call_text));
    tb_packer_init(&packer, &bench->call_text);
    pack_value(&dice, &packer, 0, reversed);
    CHECK(!packer.failed);
    return bench_unpack(bench);
}

static const char *some_pointer(struct tb_arena *arena, struct dice *dice, bool stars)
{
    const char *pointer = "";
    uint32_t n = 1 + roll(dice, 3);
    for (uint32_t i = 0; i < n; i++) {
        uint32_t k = roll(dice, TB_ARRAY_LEN(keys) + (stars ? 2 : 0));
        pointer = tb_arena_format(arena, "%s/%s", pointer, k < TB_ARRAY_LEN(keys) ? keys[k] : "*");
    }
    return pointer;
}

static const char *some_condition(struct tb_arena *arena, struct dice *dice, const char *pointer)
{
    static const char *const operands[] = {
        "op='equals', value='x'",
        "op='equals', value=7",
        "op='equals', value={a=7}",
        "op='one_of', value=['x', 0, true, 0.5]",
        "op='regex', value='[a-z/]*'",
        "op='length', min=1, max=2",
        "op='range', min=-3, max=7.5",
        "op='inside', value='$RESOURCE'",
        "op='exists'",
        "op='type', value=['string', 'integer']",
        "op='type', value=['null', 'object', 'bytes']",
    };
    return tb_arena_format(arena, "path='%s', %s", pointer,
                           operands[roll(dice, TB_ARRAY_LEN(operands))]);
}

static bool denied(struct filter_bench *bench, size_t rule, const msgpack_object *args)
{
    struct tb_filter_verdict verdict;
    struct tb_buffer out;
    const uint32_t index = (uint32_t)rule;
    tb_buffer_init(&out, TB_FRAME_MAX);
    CHECK_INT(tb_filter_apply(bench->rules, &index, 1, args, &out, &verdict), TB_OK);
    tb_buffer_deinit(&out);
    CHECK(!verdict.too_large && verdict.verdict != TB_REWRITE);
    return verdict.verdict == TB_DENY;
}

/* One of the two holds always; both only where several values are meant. */
static void check_opposites(bool stars)
{
    struct dice dice = {stars ? 1 : 2};
    unsigned n_both = 0;
    unsigned n_held = 0;
    for (unsigned i = 0; i < RULES; i++) {
        struct filter_bench *bench = bench_new();
        const char *condition =
            some_condition(&bench->arena, &dice, some_pointer(&bench->arena, &dice, stars));
        bench_rules(bench, tb_arena_format(&bench->arena,
                                           "rule=[{then='deny', when=[{%s}]},"
                                           "{then='deny', when=[{%s, not=true}]}]",
                                           condition, condition));
        for (unsigned k = 0; k < ARGS_PER_RULE; k++) {
            const struct dice thrown = {((uint64_t)i << 32) + k};
            const msgpack_object *args = some_args(bench, thrown, false);
            bool holds = denied(bench, 0, args);
            bool opposite = denied(bench, 1, args);
            CHECK(holds || opposite);
            n_both += holds && opposite;
            n_held += holds;
            args = some_args(bench, thrown, true);
            CHECK(denied(bench, 0, args) == holds && denied(bench, 1, args) == opposite);
        }
        bench_free(bench);
    }
    CHECK((n_both > 0) == stars);
    CHECK(n_held > RULES * ARGS_PER_RULE / 40 && n_held < RULES * ARGS_PER_RULE / 2);
}

static void a_condition_or_its_opposite_holds(void)
{
    check_opposites(false);
}

static void of_several_values_one_of_them_holds(void)
{
    check_opposites(true);
}

/* A change at a pointer, and what it should have ended there: conditions of a rule behind it. */
struct change {
    const char *before; /* the pointer */
    const char *after;
    const char *left;
    const char *and_left;
};

static const char *two_rules(struct tb_arena *arena, const struct change *change,
                             const char *pointer)
{
    return tb_arena_format(arena,
                           "rule=[{then='rewrite', %s%s%s}, {then='deny', message='left', "
                           "when=[{path='%s', %s}, {path='%s', %s}]}]",
                           change->before, pointer, change->after, pointer, change->left, pointer,
                           change->and_left);
}

static void check_change(const struct change *change, const char *last)
{
    struct dice dice = {3};
    unsigned n_rewritten = 0;
    for (unsigned i = 0; i < RULES; i++) {
        struct filter_bench *bench = bench_new();
        const char *pointer =
            tb_arena_format(&bench->arena, "%s%s", some_pointer(&bench->arena, &dice, false), last);
        bench_rules(bench, two_rules(&bench->arena, change, pointer));
        for (unsigned k = 0; k < ARGS_PER_RULE; k++) {
            const struct dice thrown = {((uint64_t)i << 32) + k};
            (void)bench_apply(bench, some_args(bench, thrown, false));
            CHECK(bench->verdict.verdict != TB_DENY ||
                  !tb_bytes_are(bench->verdict.reason, "left"));
            n_rewritten += bench->verdict.verdict == TB_REWRITE;
        }
        bench_free(bench);
    }
    CHECK(n_rewritten > RULES * ARGS_PER_RULE / 100);
}

static void what_is_set_is_there(void)
{
    static const struct change change = {"set=[{path='", "', value=7}]",
                                         "op='equals', value=7, not=true",
                                         "op='range', min=7, max=7, not=true"};
    check_change(&change, "");
}

/* Of a map: in an array the next element takes the place. */
static void what_is_dropped_is_gone(void)
{
    static const struct change change = {"drop=['", "']", "op='exists'",
                                         "op='type', value='null', not=true"};
    check_change(&change, "/b");
}

static void what_is_clamped_is_in_range(void)
{
    static const struct change change = {"clamp=[{path='", "', min=-2, max=3}]", "op='exists'",
                                         "op='range', min=-2, max=3, not=true"};
    check_change(&change, "");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_condition_or_its_opposite_holds),
        TEST(of_several_values_one_of_them_holds),
        TEST(what_is_set_is_there),
        TEST(what_is_dropped_is_gone),
        TEST(what_is_clamped_is_in_range),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
