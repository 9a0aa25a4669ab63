/* What the readers in the broker do with rules and schemas in a form that no compiler wrote. */
#include "tests/unit/filter_bench.h"

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
        TEST(reads_no_rule_that_is_not_in_the_format),
        TEST(reads_no_schema_that_is_not_in_the_format),
        TEST(reads_no_table_that_leads_out_of_itself),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
