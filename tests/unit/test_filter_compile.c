/* What the compiler of rules and schemas refuses, and what the readers in the broker do with a form
 * that no compiler wrote. */
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

/* ---- the readers ---- */

/* Reads a rule with this condition, and a schema with this field, whose msgpack is given as JSON,
 * in which "classes" and "table" stand for bytes. */
static int read_rule(const char *json)
{
    struct filter_bench *bench = bench_new();
    struct tb_filter_rule rule;
    int r = tb_filter_rule_read(bench_args(bench, json), &bench->call.zone, &rule);
    bench_free(bench);
    return r;
}

static void reads_no_rule_that_is_not_in_the_format(void)
{
#define RULE(rest) "{\"file\":\"f\",\"line\":1,\"then\":\"deny\"," rest "}"
#define WHEN(rest) RULE("\"when\":[{\"path\":[\"a\"]," rest "}]")
    static const char *const good[] = {
        RULE("\"when\":[]"),
        WHEN("\"op\":\"exists\""),
        WHEN("\"op\":\"equals\",\"value\":null"),
        WHEN("\"op\":\"range\",\"min\":1,\"max\":1.0"),
        WHEN("\"op\":\"type\",\"value\":255"),
        WHEN("\"op\":\"inside\",\"folders\":[]"),
        WHEN("\"op\":\"inside\",\"folders\":[{\"path\":\"/\",\"bases\":[[1,\"\"]]}]"),
    };
    static const char *const bad[] = {
        "[]",
        "{}",
        RULE("\"when\":{}"),
        RULE("\"when\":[1]"),
        RULE("\"when\":[{}]"),
        RULE("\"when\":[],\"x\":1"),
        RULE("\"when\":[],\"set\":[]"),
        "{\"file\":\"f\",\"line\":1,\"then\":\"allow\",\"when\":[]}",
        "{\"file\":\"f\",\"line\":1,\"then\":\"rewrite\",\"when\":[]}",
        "{\"file\":\"f\",\"line\":1,\"then\":\"rewrite\",\"when\":[],\"drop\":[[]]}",
        "{\"file\":\"f\",\"line\":1,\"then\":\"rewrite\",\"when\":[],\"set\":[[[\"a\"]]]}",
        "{\"file\":\"f\",\"line\":1,\"then\":\"rewrite\",\"when\":[],\"set\":[[[1],1]]}",
        "{\"file\":\"f\",\"line\":1,\"then\":\"rewrite\",\"when\":[],"
        "\"clamp\":[[[\"a\"],null,null]]}",
        "{\"file\":\"f\",\"line\":1,\"then\":\"rewrite\",\"when\":[],\"clamp\":[[[\"a\"],2,1]]}",
        "{\"file\":\"f\",\"line\":4294967296,\"then\":\"deny\",\"when\":[]}",
        WHEN("\"op\":\"exist\""),
        WHEN("\"op\":\"exists\",\"value\":1"),
        WHEN("\"op\":\"exists\",\"not\":1"),
        WHEN("\"op\":\"equals\""),
        WHEN("\"op\":\"one_of\",\"value\":1"),
        WHEN("\"op\":\"range\""),
        WHEN("\"op\":\"range\",\"min\":\"1\""),
        WHEN("\"op\":\"range\",\"min\":2,\"max\":1"),
        WHEN("\"op\":\"type\",\"value\":256"),
        WHEN("\"op\":\"type\",\"value\":\"string\""),
        WHEN("\"op\":\"regex\""),
        WHEN("\"op\":\"regex\",\"dfa\":{}"),
        WHEN("\"op\":\"inside\",\"folders\":[{\"path\":\"a\",\"bases\":[]}]"),
        WHEN("\"op\":\"inside\",\"folders\":[{\"path\":\"\",\"bases\":[]}]"),
        WHEN("\"op\":\"inside\",\"folders\":[{\"path\":\"/\"}]"),
        WHEN("\"op\":\"inside\",\"folders\":[{\"path\":\"/\",\"bases\":[[1]]}]"),
        WHEN("\"op\":\"inside\",\"folders\":[{\"path\":\"/\",\"bases\":[[-1,\"\"]]}]"),
        WHEN("\"op\":\"inside\",\"folders\":[],\"base\":[null]"),
        WHEN("\"op\":\"exists\",\"base\":[]"),
        RULE("\"when\":[{\"path\":\"/a\",\"op\":\"exists\"}]"),
        RULE("\"when\":[{\"path\":[1],\"op\":\"exists\"}]"),
        RULE("\"when\":[{\"path\":[0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0],\"op\":\"exists\"}]"),
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(good); i++)
        CHECK_INT(read_rule(good[i]), TB_OK);
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++) {
        if (read_rule(bad[i]) != TB_MALFORMED)
            fprintf(stderr, "%s\n", bad[i]);
        CHECK_INT(read_rule(bad[i]), TB_MALFORMED);
    }
}

static void reads_no_schema_that_is_not_in_the_format(void)
{
#define FIELD(rest) "{\"types\":1,\"required\":false,\"more\":false" rest "}"
#define PLACE       "\"file\":\"f\",\"line\":1,"
#define ARGS(rest)  "{" PLACE "\"more\":false,\"args\":{" rest "}}"
    static const char *const good[] = {
        ARGS(""),
        ARGS("\"a\":" FIELD("") ",\"b\":" FIELD("")),
        ARGS("\"a\":" FIELD(",\"items\":" FIELD(",\"fields\":{\"x\":" FIELD("") "}"))),
    };
    static const char *const bad[] = {
        "[]",
        "{" PLACE "\"more\":false}",
        "{" PLACE "\"more\":false,\"args\":{},\"raw_max\":-1}",
        "{\"more\":false,\"args\":{}}",
        "{\"file\":\"f\",\"line\":4294967296,\"more\":false,\"args\":{}}",
        ARGS("\"b\":" FIELD("") ",\"a\":" FIELD("")),
        ARGS("\"a\":{}"),
        ARGS("\"a\":" FIELD(",\"min\":2,\"max\":1")),
        ARGS("\"a\":" FIELD(",\"pattern\":{}")),
        ARGS("\"a\":" FIELD(",\"items\":[]")),
        ARGS("\"a\":" FIELD(",\"one_of\":{}")),
        ARGS("\"a\":{\"types\":256,\"required\":false,\"more\":false}"),
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(good) + TB_ARRAY_LEN(bad); i++) {
        bool ok = i < TB_ARRAY_LEN(good);
        const char *json = ok ? good[i] : bad[i - TB_ARRAY_LEN(good)];
        struct filter_bench *bench = bench_new();
        struct tb_filter_schema schema;
        int r = tb_filter_schema_read(bench_args(bench, json), &bench->call.zone, &schema);
        if (r != (ok ? TB_OK : TB_MALFORMED))
            fprintf(stderr, "%s\n", json);
        CHECK_INT(r, ok ? TB_OK : TB_MALFORMED);
        bench_free(bench);
    }
}

/* A table of two classes and three states, of which one thing is changed. */
static int read_dfa(size_t n_classes, uint8_t class_of_z, uint8_t dead, uint8_t next,
                    uint64_t start, uint64_t accept, size_t n_table)
{
    uint8_t classes[256] = {0};
    uint8_t table[] = {dead, 0, 0, 0, next, 0, 0, 0, 2, 0, 2, 0, 0, 0};
    struct filter_bench *bench = bench_new();
    struct tb_packer packer;
    struct tb_dfa dfa;
    classes['z'] = class_of_z;
    tb_packer_init(&packer, &bench->call_text);
    tb_pack_map(&packer, 5);
    tb_pack_key(&packer, "classes");
    tb_pack_bin(&packer, tb_bytes_of(classes, sizeof classes));
    tb_pack_key_uint(&packer, "n_classes", n_classes);
    tb_pack_key_uint(&packer, "start", start);
    tb_pack_key_uint(&packer, "accept", accept);
    tb_pack_key(&packer, "table");
    tb_pack_bin(&packer, tb_bytes_of(table, n_table));
    int r = tb_dfa_read(bench_unpack(bench), &dfa);
    bench_free(bench);
    return r;
}

static void reads_no_table_that_leads_out_of_itself(void)
{
    CHECK_INT(read_dfa(2, 1, 0, 2, 1, 2, 12), TB_OK);
    CHECK_INT(read_dfa(2, 1, 0, 2, 1, 3, 12), TB_OK);        /* nothing is accepted */
    CHECK_INT(read_dfa(2, 2, 0, 2, 1, 2, 12), TB_MALFORMED); /* a class that is none */
    CHECK_INT(read_dfa(2, 1, 1, 2, 1, 2, 12), TB_MALFORMED); /* the dead state goes on */
    CHECK_INT(read_dfa(2, 1, 0, 3, 1, 2, 12), TB_MALFORMED); /* a state that is none */
    CHECK_INT(read_dfa(2, 1, 0, 2, 3, 2, 12), TB_MALFORMED); /* it begins nowhere */
    CHECK_INT(read_dfa(2, 1, 0, 2, 1, 0, 12), TB_MALFORMED); /* the dead state accepts */
    CHECK_INT(read_dfa(2, 1, 0, 2, 1, 4, 12), TB_MALFORMED);
    CHECK_INT(read_dfa(2, 1, 0, 2, 1, 2, 13), TB_MALFORMED); /* half a state */
    CHECK_INT(read_dfa(2, 1, 0, 2, 1, 2, 14), TB_MALFORMED);
    CHECK_INT(read_dfa(2, 1, 0, 2, 1, 2, 0), TB_MALFORMED);
    CHECK_INT(read_dfa(0, 0, 0, 2, 1, 2, 12), TB_MALFORMED);
    CHECK_INT(read_dfa(257, 0, 0, 2, 1, 2, 12), TB_MALFORMED);
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
        TEST(reads_no_rule_that_is_not_in_the_format),
        TEST(reads_no_schema_that_is_not_in_the_format),
        TEST(reads_no_table_that_leads_out_of_itself),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
