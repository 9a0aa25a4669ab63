/* What the compiler of rules and schemas refuses, and what it warns of. */
#include "tests/unit/filter_bench.h"

struct refusal {
    const char *toml;
    const char *says; /* a part of the one message */
};

static void refuses_rules(void)
{
    static const struct refusal rows[] = {
        {"rule=[{}]", "needs the key `then`"},
        {"rule=[{then='allow'}]", "is none of deny, rewrite, alert, ask"},
        {"rule=[{then='deny', iff=1}]", "no key `iff`"},
        {"rule=[{then='rewrite'}]", "what does it change?"},
        {"rule=[{then='rewrite', set=[]}]", "what does it change?"},
        {"rule=[{then='deny', set=[{path='/a', value=1}]}]", "then = \"rewrite\""},
        {"rule=[{then='deny', drop=[]}]", "then = \"rewrite\""},
        {"rule=[{then='deny', message=\"a\\nb\"}]", "one line"},
        {"rule=[{then='deny', when=[1]}]", "must be a table"},
        {"rule=[{then='rewrite', drop=[1]}]", "must be a string"},
        {"rule=[{then='rewrite', drop=['']}]", "all arguments at once"},
        {"rule=[{then='rewrite', set=[{path='', value=1}]}]", "all arguments at once"},
        {"rule=[{then='rewrite', set=[{path='/a'}]}]", "needs the key `value`"},
        {"rule=[{then='rewrite', set=[{path='/a', value=nan}]}]", "infinity and NaN"},
        {"rule=[{then='rewrite', clamp=[{path='/a'}]}]", "without `min` and `max`"},
        {"rule=[{then='rewrite', clamp=[{path='/a', min=2, max=1}]}]", "`min` is more than `max`"},
        {"rule=[{then='rewrite', set=[{path='/a',value={a={a={a={a={a={a={a={a={a=1}}}}}}}}}}]}]",
         "more than 8"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct filter_bench *bench = bench_new();
        CHECK(!bench_compile_rules(bench, rows[i].toml));
        const char *message = bench_finding(bench, true);
        if (!message || !strstr(message, rows[i].says))
            fprintf(stderr, "%s: %s\n", rows[i].toml, message ? message : "not one message");
        CHECK(message && strstr(message, rows[i].says));
        bench_free(bench);
    }
}

static void refuses_conditions(void)
{
    static const struct refusal rows[] = {
        {"op='exists'", "needs the key `path`"},
        {"path='/a'", "needs the key `op`"},
        {"path='/a', op='is'", "is none of equals, one_of"},
        {"path='a', op='exists'", "does not begin with `/`"},
        {"path='/a~2', op='exists'", "neither `~0`"},
        {"path='/a~', op='exists'", "neither `~0`"},
        {"path='/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a/a', op='exists'", "16 keys deep"},
        {"path='/a', op='exists', value=1", "takes no value"},
        {"path='/a', op='equals'", "takes `value`"},
        {"path='/a', op='equals', value=1, max=1", "takes `value`"},
        {"path='/a', op='equals', value=inf", "infinity and NaN"},
        {"path='/a', op='one_of', value='x'", "takes `value`, a list"},
        {"path='/a', op='one_of', value=[]", "which nothing is"},
        {"path='/a', op='range'", "takes `min` or `max`"},
        {"path='/a', op='range', value=1", "takes `min` or `max`"},
        {"path='/a', op='range', min=2, max=1", "`min` is more than `max`"},
        {"path='/a', op='range', min=9007199254740993, max=9007199254740992.0",
         "`min` is more than `max`"},
        {"path='/a', op='range', min='1'", "must be an integer or a fraction"},
        {"path='/a', op='range', max=nan", "are numbers"},
        {"path='/a', op='length', min=-1", "whole numbers from 0"},
        {"path='/a', op='length', max=1.5", "whole numbers from 0"},
        {"path='/a', op='type', value='int'", "is none of string, number"},
        {"path='/a', op='type', value=['string', 1]", "is none of string, number"},
        {"path='/a', op='type', value=[]", "which nothing is"},
        {"path='/a', op='type', value=1", "takes `value`, the name of a type"},
        {"path='/a', op='regex', value=1", "a regular expression"},
        {"path='/a', op='regex', value='(?=a)'", "look-ahead"},
        {"path='/a', op='regex', value='a', base='/b'", "a regular expression"},
        {"path='/a', op='inside', value='data'", "begins with `/` or a variable"},
        {"path='/a', op='inside', value='$NOPE/a'", "no such variable"},
        {"path='/a', op='inside', value='$RESOURCE/**'", "write it without `*`"},
        {"path='/a', op='inside', value='/a/*.txt'", "write it without `*`"},
        {"path='/a', op='inside', value='/a/../b'", "`..`"},
        {"path='/a', op='inside', value=[]", "one folder, or a list"},
        {"path='/a', op='inside', value=['/a', 1]", "`inside`"},
        {"path='/a', op='inside', value='/a', base='b'", "does not begin with `/`"},
        {"path='/a', op='inside', value='/a', base='/*/b'", "in which `*` cannot be"},
        {"path='/a', op='exists', not=1", "must be true or false"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct filter_bench *bench = bench_new();
        const char *toml =
            tb_arena_format(&bench->arena, "rule=[{then='deny', when=[{%s}]}]", rows[i].toml);
        CHECK(!bench_compile_rules(bench, toml));
        const char *message = bench_finding(bench, true);
        if (!message || !strstr(message, rows[i].says))
            fprintf(stderr, "%s: %s\n", rows[i].toml, message ? message : "not one message");
        CHECK(message && strstr(message, rows[i].says));
        bench_free(bench);
    }
}

static void refuses_schemas(void)
{
    static const struct refusal rows[] = {
        {"schema={arg={}}", "no key `arg`"},
        {"schema={raw_max=-1}", "a number of bytes"},
        {"schema={args={a='string'}}", "is a table, such as"},
        {"schema={args={a={type='str'}}}", "is none of string, number"},
        {"schema={args={a={typ='string'}}}", "no key `typ`"},
        {"schema={args={a={type='integer', pattern='a'}}}", "`pattern` is for strings"},
        {"schema={args={a={pattern='a'}}}", "`pattern` is for strings"},
        {"schema={args={a={type='string', pattern='('}}}", "without its `)`"},
        {"schema={args={a={type='string', items={}}}}", "`items` is for arrays"},
        {"schema={args={a={type='array', fields={}}}}", "`fields` is for objects"},
        {"schema={args={a={type='object', more=true}}}", "goes with `fields`"},
        {"schema={args={a={more=true}}}", "`more` is for objects"},
        {"schema={args={a={max=1}}}", "name the type"},
        {"schema={args={a={type='boolean', max=1}}}", "name the type"},
        {"schema={args={a={type='string', max=1.5}}}", "whole numbers from 0"},
        {"schema={args={a={type='string', min=2, max=1}}}", "`min` is more than `max`"},
        {"schema={args={a={one_of=[]}}}", "which nothing is"},
        {"schema={args={a={type=[]}}}", "which nothing is"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct filter_bench *bench = bench_new();
        CHECK(!bench_compile_schema(bench, rows[i].toml));
        const char *message = bench_finding(bench, true);
        if (!message || !strstr(message, rows[i].says))
            fprintf(stderr, "%s: %s\n", rows[i].toml, message ? message : "not one message");
        CHECK(message && strstr(message, rows[i].says));
        bench_free(bench);
    }
}

static void refuses_what_is_too_deep(void)
{
    for (size_t depth = TB_SCHEMA_DEPTH_MAX - 1; depth <= TB_SCHEMA_DEPTH_MAX; depth++) {
        struct filter_bench *bench = bench_new();
        char toml[1024] = "schema.args.a=";
        for (size_t i = 0; i < depth; i++)
            (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "%s",
                           i % 2 ? "{type='object', fields={a=" : "{type='array', items=");
        (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "{}");
        for (size_t i = depth; i-- > 0;)
            (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "%s",
                           i % 2 ? "}}" : "}");
        CHECK(bench_compile_schema(bench, toml) == (depth < TB_SCHEMA_DEPTH_MAX));
        bench_free(bench);
    }
}

static void refuses_what_is_too_many(void)
{
    static const struct {
        const char *before;
        const char *item;
        const char *after;
        size_t most;
    } rows[] = {
        {"rule=[{then='deny', when=[", "{path='/a', op='exists'},", "]}]", TB_RULE_CONDITIONS_MAX},
        {"rule=[{then='rewrite', drop=[", "'/a',", "]}]", TB_RULE_EDITS_MAX},
        {"rule=[{then='deny', when=[{path='/a', op='one_of', value=[", "1,", "]}]}]",
         TB_RULE_ONE_OF_MAX},
        {"rule=[{then='deny', when=[{path='/a', op='inside', value=[", "'/a',", "]}]}]",
         TB_FOLDERS_MAX},
        {"rule=[{then='deny', message='", "m", "'}]", TB_RULE_MESSAGE_MAX},
        {"rule=[{then='deny', when=[{path='/", "k", "', op='exists'}]}]", TB_MSGPACK_KEY},
        {"rule=[{then='deny', when=[{path='/a', op='regex', value='", "r", "'}]}]", 1024},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++)
        for (size_t more = 0; more < 2; more++) {
            struct filter_bench *bench = bench_new();
            char toml[8192];
            size_t n = (size_t)snprintf(toml, sizeof toml, "%s", rows[i].before);
            for (size_t k = 0; k < rows[i].most + more; k++)
                n += (size_t)snprintf(toml + n, sizeof toml - n, "%s", rows[i].item);
            (void)snprintf(toml + n, sizeof toml - n, "%s", rows[i].after);
            CHECK(bench_compile_rules(bench, toml) == (more == 0));
            bench_free(bench);
        }
}

static void keeps_what_rules_are_for(void)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, "[[rule]]\ncommand='greet'\nview='main'\norigin='local'\nthen='ask'\n"
                       "[[rule]]\nthen='deny'\nwhen=[{path='/a', op='exists'}]\nmessage='no'\n");
    CHECK(tb_bytes_are(bench->sources[0].command->string, "greet"));
    CHECK(tb_bytes_are(bench->sources[0].view->string, "main"));
    CHECK(tb_bytes_are(bench->sources[0].origin->string, "local"));
    CHECK(bench->sources[0].then == TB_THEN_ASK && bench->sources[0].always);
    CHECK(!bench->sources[1].command && !bench->sources[1].always);
    CHECK_INT(bench->sources[1].place.line, 6);
    CHECK_INT(bench->rules[1].line, 6);
    CHECK(tb_bytes_are(bench->rules[1].message, "no"));
    bench_free(bench);
}

static void warns_of_rules_that_never_run(void)
{
    static const struct {
        const char *first;
        const char *second;
        bool hidden;
    } rows[] = {
        {"then='deny'", "then='alert'", true},
        {"then='deny'", "then='deny', command='greet'", true},
        {"then='deny', command='greet'", "then='alert', command='greet'", true},
        {"then='deny', command='greet'", "then='alert'", false},
        {"then='deny', view='*', origin='*', command='*'", "then='ask', view='main'", true},
        {"then='deny', command='plugin:fs|*'", "then='ask', command='plugin:fs|stat'", true},
        {"then='deny', command='plugin:fs|*'", "then='ask', command='plugin:fs2|stat'", false},
        {"then='deny', command='plugin:fs|*'", "then='ask'", false},
        {"then='deny', view='main'", "then='ask', view='other'", false},
        {"then='deny', when=[{path='/a', op='exists'}]", "then='ask'", false},
        {"then='ask'", "then='deny'", false},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct filter_bench *bench = bench_new();
        bench_rules(bench, tb_arena_format(&bench->arena, "rule=[{%s},\n{%s}]", rows[i].first,
                                           rows[i].second));
        tb_rules_lint(&bench->report, bench->sources, bench->n_rules);
        CHECK_INT(bench->report.n_warnings, rows[i].hidden);
        CHECK(!rows[i].hidden || strcmp(bench->report.findings[0].code, "rule-hidden") == 0);
        bench_free(bench);
    }
}

static void warns_of_conditions_that_exclude_each_other(void)
{
    static const struct {
        const char *when;
        bool never;
    } rows[] = {
        {"{path='/a', op='equals', value='x'}, {path='/a', op='equals', value='y'}", true},
        {"{path='/a', op='equals', value=1}, {path='/b', op='exists'}, "
         "{path='/a', op='equals', value=2}",
         true},
        {"{path='/a', op='equals', value=1}, {path='/a', op='equals', value=1.0}", false},
        {"{path='/a', op='equals', value=1}, {path='/b', op='equals', value=2}", false},
        {"{path='/a/*', op='equals', value=1}, {path='/a/*', op='equals', value=2}", false},
        {"{path='/a', op='equals', value=1}, {path='/a', op='equals', value=2, not=true}", false},
        {"{path='/a', op='exists', not=true}, {path='/a', op='exists'}", true},
        {"{path='/a', op='regex', value='x'}, {path='/a', op='exists', not=true}", true},
        {"{path='/a', op='exists', not=true}, {path='/a', op='type', value='null'}", false},
        {"{path='/a', op='exists', not=true}, {path='/a', op='exists', not=true}", false},
        {"{path='/a', op='exists'}, {path='/a', op='range', max=1}", false},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct filter_bench *bench = bench_new();
        CHECK(bench_compile_rules(
            bench,
            tb_arena_format(&bench->arena, "rule=[{then='deny', when=[%s]}]", rows[i].when)));
        if (bench->report.n_warnings != rows[i].never)
            fprintf(stderr, "%s\n", rows[i].when);
        CHECK_INT(bench->report.n_warnings, rows[i].never);
        CHECK(!rows[i].never || strcmp(bench->report.findings[0].code, "rule-never") == 0);
        bench_free(bench);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(refuses_rules),
        TEST(refuses_conditions),
        TEST(refuses_schemas),
        TEST(refuses_what_is_too_deep),
        TEST(refuses_what_is_too_many),
        TEST(keeps_what_rules_are_for),
        TEST(warns_of_rules_that_never_run),
        TEST(warns_of_conditions_that_exclude_each_other),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
