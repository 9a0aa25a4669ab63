/* What rules change: set, drop, clamp, and the limits of what comes out. */
#include "tests/unit/filter_bench.h"

struct row {
    const char *edits;
    const char *json;
    const char *said;
};

static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        struct filter_bench *bench = bench_new();
        bench_rules(bench,
                    tb_arena_format(&bench->arena, "rule=[{then='rewrite', %s}]", rows[i].edits));
        const char *said = bench_run(bench, rows[i].json);
        if (strcmp(said, rows[i].said) != 0)
            fprintf(stderr, "%s on %s\n", rows[i].edits, rows[i].json);
        CHECK_STR(said, rows[i].said);
        bench_free(bench);
    }
}

#define IN_THE_WAY "deny what it sets lies in a value that is neither map nor array"

static void sets(void)
{
    static const struct row rows[] = {
        {"set=[{path='/a', value=1}]", "{}", "rewrite {\"a\"=>1}"},
        {"set=[{path='/a', value=1}]", "{\"a\":2,\"b\":3}", "rewrite {\"a\"=>1, \"b\"=>3}"},
        {"set=[{path='/a', value=1}]", "{\"b\":3}", "rewrite {\"b\"=>3, \"a\"=>1}"},
        {"set=[{path='/a', value=1}]", "{\"a\":1}", "allow"},
        {"set=[{path='/a', value=1}]", "{\"a\":1.0}", "rewrite {\"a\"=>1}"},
        {"set=[{path='/a', value='x'}]", "{\"a\":{\"b\":1}}", "rewrite {\"a\"=>\"x\"}"},
        {"set=[{path='/a/b/c', value=1}]", "{}", "rewrite {\"a\"=>{\"b\"=>{\"c\"=>1}}}"},
        {"set=[{path='/a/b', value=1}]", "{\"a\":null}", "rewrite {\"a\"=>{\"b\"=>1}}"},
        {"set=[{path='/a/0', value=1}]", "{\"a\":[5]}", "rewrite {\"a\"=>[1]}"},
        {"set=[{path='/a/0', value=1}]", "{}", "rewrite {\"a\"=>{\"0\"=>1}}"},
        {"set=[{path='/a/1', value=1}]", "{\"a\":[5]}",
         "deny what it sets is an element that the array does not have"},
        {"set=[{path='/a/b', value=1}]", "{\"a\":[5]}",
         "deny what it sets is an element that the array does not have"},
        {"set=[{path='/a/b', value=1}]", "{\"a\":\"x\"}", IN_THE_WAY},
        {"set=[{path='/a/b', value=1}]", "{\"a\":false}", IN_THE_WAY},
        {"set=[{path='/a/*', value=0}]", "{\"a\":[1,{\"x\":2}]}", "rewrite {\"a\"=>[0, 0]}"},
        {"set=[{path='/a/*', value=0}]", "{\"a\":{\"x\":1,\"y\":0}}",
         "rewrite {\"a\"=>{\"x\"=>0, \"y\"=>0}}"},
        {"set=[{path='/a/*/m', value=0}]", "{\"a\":[{\"m\":1},{}]}",
         "rewrite {\"a\"=>[{\"m\"=>0}, {\"m\"=>0}]}"},
        {"set=[{path='/a/*/m', value=0}]", "{\"a\":[{\"m\":1},7]}", IN_THE_WAY},
        {"set=[{path='/a/*/m', value=0}]", "{\"a\":[]}", "allow"},
        {"set=[{path='/a/*/m', value=0}]", "{}", "allow"},
        {"set=[{path='/a/*', value=0}]", "{\"a\":null}", "allow"},
        {"set=[{path='/a/*', value=0}]", "{\"a\":\"x\"}", IN_THE_WAY},
        /* The second change is made to what the first one set, and not to the rule's own value. */
        {"set=[{path='/a', value={x=1}}, {path='/b', value={x=1}}, {path='/a/y', value=2}], "
         "drop=['/a/x']",
         "{}", "rewrite {\"a\"=>{\"y\"=>2}, \"b\"=>{\"x\"=>1}}"},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

static void drops(void)
{
    static const struct row rows[] = {
        {"drop=['/a']", "{\"a\":1,\"b\":2}", "rewrite {\"b\"=>2}"},
        {"drop=['/b']", "{\"a\":1,\"b\":2}", "rewrite {\"a\"=>1}"},
        {"drop=['/a']", "{\"b\":2}", "allow"},
        {"drop=['/a/b']", "{\"a\":\"x\"}", "allow"},
        {"drop=['/a']", "{\"a\":null}", "rewrite {}"},
        {"drop=['/a/1']", "{\"a\":[1,2,3]}", "rewrite {\"a\"=>[1, 3]}"},
        {"drop=['/a/3']", "{\"a\":[1,2,3]}", "allow"},
        {"drop=['/a/*']", "{\"a\":[1,2],\"b\":1}", "rewrite {\"a\"=>[], \"b\"=>1}"},
        {"drop=['/a/*']", "{\"a\":[]}", "allow"},
        {"drop=['/a/*/x']", "{\"a\":[{\"x\":1},{\"y\":1},3]}",
         "rewrite {\"a\"=>[{}, {\"y\"=>1}, 3]}"},
        {"drop=['/*']", "{\"a\":1,\"b\":2}", "rewrite {}"},
        {"drop=['/a','/b']", "{\"a\":1,\"b\":2,\"c\":3}", "rewrite {\"c\"=>3}"},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

static void clamps(void)
{
    static const struct row rows[] = {
        {"clamp=[{path='/n', min=1, max=9}]", "{\"n\":5}", "allow"},
        {"clamp=[{path='/n', min=1, max=9}]", "{\"n\":10}", "rewrite {\"n\"=>9}"},
        {"clamp=[{path='/n', min=1, max=9}]", "{\"n\":0.5}", "rewrite {\"n\"=>1}"},
        {"clamp=[{path='/n', min=1, max=9}]", "{\"n\":9.0}", "allow"},
        {"clamp=[{path='/n', max=9}]", "{\"n\":-1e300}", "allow"},
        {"clamp=[{path='/n', min=1}]", "{\"n\":-1e300}", "rewrite {\"n\"=>1}"},
        {"clamp=[{path='/n', max=9}]", "{}", "allow"},
        {"clamp=[{path='/n', max=9}]", "{\"n\":null}", "allow"},
        {"clamp=[{path='/n', max=9}]", "{\"n\":\"10\"}", "deny what it clamps is not a number"},
        {"clamp=[{path='/n', max=9}]", "{\"n\":[10]}", "deny what it clamps is not a number"},
        {"clamp=[{path='/n/*', max=9}]", "{\"n\":[10,1]}", "rewrite {\"n\"=>[9, 1]}"},
        {"clamp=[{path='/n/x', max=9}]", "{\"n\":10}",
         "deny what it clamps lies in a value that is neither map nor array"},
        {"clamp=[{path='/n/x', max=9}]", "{\"n\":{}}", "allow"},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

static void a_number_that_is_none_is_not_clamped(void)
{
    static const char nan[] = "\x81\xa1n\xcb\x7f\xf8\0\0\0\0\0\0";
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "rule=[{then='rewrite', clamp=[{path='/n', max=9}]}]");
    CHECK(tb_buffer_append(&bench->call_text, tb_bytes_of(nan, 12)));
    CHECK_STR(bench_apply(bench, bench_unpack(bench)), "deny what it clamps is not a number");
    bench_free(bench);
}

/* What the rule's first half has changed is not let out when its second half cannot be done. */
static void a_rule_is_done_in_full_or_denies(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "rule=[{then='rewrite', set=[{path='/a', value=1}], "
                       "clamp=[{path='/n', max=9}]}]");
    CHECK_STR(bench_run(bench, "{\"n\":\"x\"}"), "deny what it clamps is not a number");
    CHECK_INT(bench->verdict.rule->line, 1);
    CHECK_STR(bench_run(bench, "{\"n\":10}"), "rewrite {\"n\"=>9, \"a\"=>1}");
    bench_free(bench);
}

static void what_the_page_sent_stays_as_it_was(void)
{
    char before[BENCH_TEXT_MAX];
    char after[BENCH_TEXT_MAX];
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "rule=[{then='rewrite', set=[{path='/a/x', value=1}], drop=['/b/0'], "
                       "clamp=[{path='/n', max=1}]}]");
    const msgpack_object *args = bench_args(bench, "{\"a\":{\"x\":0},\"b\":[1,2],\"n\":5}");
    msgpack_object_print_buffer(before, sizeof before, *args);
    CHECK_STR(bench_apply(bench, args), "rewrite {\"a\"=>{\"x\"=>1}, \"b\"=>[2], \"n\"=>1}");
    msgpack_object_print_buffer(after, sizeof after, *args);
    CHECK_STR(after, before);
    bench_free(bench);
}

static void later_rules_see_what_earlier_ones_made(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "[[rule]]\nthen='rewrite'\nset=[{path='/a', value=1}]\n"
                       "[[rule]]\nthen='rewrite'\nwhen=[{path='/a', op='equals', value=1}]\n"
                       "set=[{path='/b', value=2}]\n"
                       "[[rule]]\nthen='rewrite'\nwhen=[{path='/c', op='exists'}]\ndrop=['/c']\n");
    CHECK_STR(bench_run(bench, "{}"), "rewrite {\"a\"=>1, \"b\"=>2}");
    CHECK_INT(bench->verdict.rule->line, 4);
    CHECK_STR(bench_run(bench, "{\"a\":1,\"b\":2}"), "allow");
    CHECK(bench->verdict.rule == NULL);
    CHECK_STR(bench_run(bench, "{\"a\":1,\"b\":2,\"c\":3}"), "rewrite {\"a\"=>1, \"b\"=>2}");
    CHECK_INT(bench->verdict.rule->line, 8);
    bench_free(bench);
}

/* Maps inside each other, `depth` of them, the innermost under `a` each. */
static const msgpack_object *deep(struct filter_bench *bench, uint32_t depth)
{
    struct tb_packer packer;
    tb_buffer_consume(&bench->call_text, tb_buffer_n(&bench->call_text));
    tb_packer_init(&packer, &bench->call_text);
    for (uint32_t i = 0; i < depth; i++) {
        tb_pack_map(&packer, i + 1 < depth);
        if (i + 1 < depth)
            tb_pack_key(&packer, "a");
    }
    return bench_unpack(bench);
}

/* Args are one level down in the message to the plugin, whose reader takes 32. */
static void does_not_make_args_too_deep(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "rule=[{then='rewrite', set=[{path='/b', value=1}]}]");
    (void)bench_apply(bench, deep(bench, 31));
    CHECK(bench->verdict.verdict == TB_REWRITE);
    CHECK_STR(bench_apply(bench, deep(bench, 32)), "too large");
    bench_rules(bench, "rule=[{then='rewrite', set=[{path='/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a', "
                       "value={a={a={a={a={a={a={a={}}}}}}}}}]}]");
    (void)bench_apply(bench, deep(bench, 10));
    CHECK(bench->verdict.verdict == TB_REWRITE);
    bench_free(bench);
}

static const msgpack_object *numbers(struct filter_bench *bench, uint32_t n)
{
    struct tb_packer packer;
    tb_buffer_consume(&bench->call_text, tb_buffer_n(&bench->call_text));
    tb_packer_init(&packer, &bench->call_text);
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "a");
    tb_pack_array(&packer, n);
    for (uint32_t i = 0; i < n; i++)
        tb_pack_map(&packer, 0);
    return bench_unpack(bench);
}

static void does_not_make_args_too_many(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "rule=[{then='rewrite', set=[{path='/a/*/x', value=1}]}]");
    (void)bench_apply(bench, numbers(bench, 100));
    CHECK(bench->verdict.verdict == TB_REWRITE);
    CHECK_STR(bench_apply(bench, numbers(bench, 30000)), "too large");
    /* Many keys, each of which makes the map grow. */
    char toml[4096] = "rule=[{then='rewrite', set=[";
    for (size_t i = 0; i < TB_RULE_EDITS_MAX; i++)
        (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml),
                       "{path='/a/*/k%zu', value=1},", i);
    (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "]}]");
    bench_rules(bench, toml);
    CHECK_STR(bench_apply(bench, numbers(bench, 60000)), "too large");
    bench_free(bench);
}

static void does_not_write_past_the_buffer(void)
{
    struct filter_bench *bench = bench_new();
    struct tb_filter_verdict verdict;
    struct tb_buffer out;
    tb_buffer_init(&out, 16);
    CHECK(tb_buffer_append(&out, tb_bytes_of("kept", 4)));
    bench_rules(bench, "rule=[{then='rewrite', set=[{path='/a', value='longer than it'}]}]");
    CHECK_INT(
        tb_filter_apply(bench->rules, bench->indexes, 1, bench_args(bench, "{}"), &out, &verdict),
        TB_OK);
    CHECK(verdict.verdict == TB_DENY && verdict.too_large);
    CHECK(tb_bytes_are(tb_buffer_bytes(&out), "kept"));
    tb_buffer_deinit(&out);
    bench_free(bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(sets),
        TEST(drops),
        TEST(clamps),
        TEST(a_number_that_is_none_is_not_clamped),
        TEST(a_rule_is_done_in_full_or_denies),
        TEST(what_the_page_sent_stays_as_it_was),
        TEST(later_rules_see_what_earlier_ones_made),
        TEST(does_not_make_args_too_deep),
        TEST(does_not_make_args_too_many),
        TEST(does_not_write_past_the_buffer),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
