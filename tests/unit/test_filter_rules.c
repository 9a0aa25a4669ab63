/* How rules follow each other, and what they may cost; test_filter_edit.c has what they change. */
#include "tests/unit/filter_bench.h"

static void runs_in_order_until_one_denies(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(
        bench,
        "[[rule]]\nthen='alert'\nwhen=[{path='/a', op='exists'}]\n"
        "[[rule]]\nthen='ask'\nwhen=[{path='/b', op='exists'}]\n"
        "[[rule]]\nthen='rewrite'\nwhen=[{path='/c', op='exists'}]\nset=[{path='/d', value=1}]\n"
        "[[rule]]\nthen='deny'\nmessage='no d'\nwhen=[{path='/d', op='exists'}]\n"
        "[[rule]]\nthen='alert'\n");
    CHECK_STR(bench_run(bench, "{}"), "alert allow");
    CHECK_STR(bench_run(bench, "{\"a\":1}"), "alert alert allow");
    CHECK_INT(bench->verdict.n_alerts, 2);
    CHECK_INT(bench->verdict.alerts[0]->line, 1);
    CHECK_STR(bench_run(bench, "{\"b\":1}"), "alert allow ask");
    CHECK_INT(bench->verdict.ask->line, 4);
    CHECK_STR(bench_run(bench, "{\"a\":1,\"d\":1}"), "alert deny no d");
    CHECK_INT(bench->verdict.rule->line, 11);
    CHECK(tb_bytes_are(bench->verdict.rule->file, "trollbridge.toml"));
    /* The fourth rule judges what the third one made. */
    CHECK_STR(bench_run(bench, "{\"c\":1}"), "deny no d");
    bench_free(bench);
}

static void all_conditions_have_to_hold(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "[[rule]]\nthen='deny'\nwhen=[{path='/a', op='equals', value=1}, "
                       "{path='/b', op='equals', value=2}]\n");
    CHECK_STR(bench_run(bench, "{\"a\":1,\"b\":2}"), "deny ");
    CHECK_STR(bench_run(bench, "{\"a\":1,\"b\":1}"), "allow");
    CHECK_STR(bench_run(bench, "{\"a\":1}"), "allow");
    CHECK_STR(bench_run(bench, "{}"), "allow");
    bench_free(bench);
}

static void applies_only_the_rules_that_are_named(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench,
                "[[rule]]\nthen='deny'\nmessage='one'\n[[rule]]\nthen='deny'\nmessage='two'\n");
    bench->indexes[0] = 1;
    CHECK_STR(bench_run(bench, "{}"), "deny two");
    bench->n_rules = 0;
    CHECK_STR(bench_run(bench, "{}"), "allow");
    bench_free(bench);
}

static void keeps_the_first_alerts_and_counts_all(void)
{
    struct filter_bench *bench = bench_new();
    char toml[2048] = "rule=[";
    for (size_t i = 0; i < 20; i++)
        (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "\n{then='alert'},");
    (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "]");
    bench_rules(bench, toml);
    (void)bench_run(bench, "{}");
    CHECK_INT(bench->verdict.n_alerts, 20);
    CHECK_INT(bench->verdict.alerts[TB_FILTER_ALERTS_MAX - 1]->line, TB_FILTER_ALERTS_MAX + 1);
    bench_free(bench);
}

/* A map of n keys, each a number. */
static const msgpack_object *wide(struct filter_bench *bench, uint32_t n)
{
    struct tb_packer packer;
    tb_buffer_consume(&bench->call_text, tb_buffer_n(&bench->call_text));
    tb_packer_init(&packer, &bench->call_text);
    tb_pack_map(&packer, n);
    for (uint32_t i = 0; i < n; i++) {
        tb_pack_key(&packer, tb_arena_format(&bench->arena, "%u", i));
        tb_pack_uint(&packer, i);
    }
    CHECK(!packer.failed);
    return bench_unpack(bench);
}

/* As many rules as there may be, each with as many conditions, all alike. */
static void most_rules(struct filter_bench *bench, const char *condition)
{
    enum { SIZE = 1024 * 1024 };
    char *toml = malloc(SIZE);
    size_t n = (size_t)snprintf(toml, SIZE, "rule=[");
    for (size_t i = 0; i < TB_FILTER_RULES_MAX; i++) {
        n += (size_t)snprintf(toml + n, SIZE - n, "{then='deny',when=[");
        for (size_t k = 0; k < TB_RULE_CONDITIONS_MAX; k++)
            n += (size_t)snprintf(toml + n, SIZE - n, "{%s},", condition);
        n += (size_t)snprintf(toml + n, SIZE - n, "]},");
    }
    (void)snprintf(toml + n, SIZE - n, "]");
    bench_rules(bench, toml);
    free(toml);
}

/* Decided within the budget, and then against the call, also where no rule would have denied it. */
static void denies_what_costs_too_much(void)
{
    static const char *const conditions[] = {
        "path='/*', op='equals', value='x'",
        "path='/31999', op='equals', value=-1",
        "path='/*/*', op='exists'",
        "path='/*', op='regex', value='.*x'",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(conditions); i++) {
        struct filter_bench *bench = bench_new();
        most_rules(bench, conditions[i]);
        CHECK_STR(bench_apply(bench, wide(bench, 4)), "allow");
        CHECK_STR(bench_apply(bench, wide(bench, 32000)), "too large");
        CHECK(bench->verdict.rule != NULL);
        bench_free(bench);
    }
}

/* A long text is walked by every rule that looks at it, and that is counted too. */
static void denies_what_is_too_long_for_so_many_rules(void)
{
    struct filter_bench *bench = bench_new();
    enum { LONG = 900 * 1024 };
    char *text = malloc(LONG);
    memset(text, 'x', LONG);
    most_rules(bench, "path='/a', op='regex', value='x*', not=true");
    struct tb_packer packer;
    tb_packer_init(&packer, &bench->call_text);
    tb_pack_map(&packer, 1);
    tb_pack_key_str(&packer, "a", tb_bytes_of(text, LONG));
    CHECK_STR(bench_apply(bench, bench_unpack(bench)), "too large");
    CHECK_STR(bench_run(bench, "{\"a\":\"xxxx\"}"), "allow");
    free(text);
    bench_free(bench);
}

static void large_args_and_one_rule_are_cheap_enough(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "[[rule]]\nthen='deny'\nwhen=[{path='/31999', op='equals', value=31999}]\n");
    CHECK_STR(bench_apply(bench, wide(bench, 32000)), "deny ");
    CHECK_STR(bench_apply(bench, wide(bench, 31999)), "allow");
    bench_free(bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(runs_in_order_until_one_denies),
        TEST(all_conditions_have_to_hold),
        TEST(applies_only_the_rules_that_are_named),
        TEST(keeps_the_first_alerts_and_counts_all),
        TEST(denies_what_costs_too_much),
        TEST(denies_what_is_too_long_for_so_many_rules),
        TEST(large_args_and_one_rule_are_cheap_enough),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
