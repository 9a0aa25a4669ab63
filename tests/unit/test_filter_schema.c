#include "tests/unit/filter_bench.h"

static void check_rows(const char *toml, const char *const (*rows)[2], size_t n)
{
    struct filter_bench *bench = bench_new();
    bench_schema(bench, toml);
    for (size_t i = 0; i < n; i++) {
        const char *said = bench_check(bench, rows[i][0], 0);
        if (strcmp(said, rows[i][1]) != 0)
            fprintf(stderr, "%s\n", rows[i][0]);
        CHECK_STR(said, rows[i][1]);
    }
    bench_free(bench);
}

static void checks_each_argument(void)
{
    static const char *const rows[][2] = {
        {"{\"path\":\"a.txt\"}", "ok"},
        {"{\"path\":\"a.txt\",\"n\":5,\"mode\":\"r\"}", "ok"},
        {"{}", "the argument /path is missing"},
        {"{\"path\":null}", "the argument /path is missing"},
        {"{\"path\":5}", "the argument /path cannot be of the type integer"},
        {"{\"path\":[\"a.txt\"]}", "the argument /path cannot be of the type array"},
        {"{\"path\":\"\"}", "the argument /path is too long or too short: 0"},
        {"{\"path\":\"aaaaaaaaa\"}", "the argument /path is too long or too short: 9"},
        {"{\"path\":\"A.txt\"}", "the argument /path does not match its pattern"},
        {"{\"path\":\"a.txt\",\"n\":null}", "ok"},
        {"{\"path\":\"a.txt\",\"n\":11}", "the argument /n is out of its range"},
        {"{\"path\":\"a.txt\",\"n\":5.0}", "ok"},
        {"{\"path\":\"a.txt\",\"n\":5.5}", "the argument /n cannot be of the type number"},
        {"{\"path\":\"a.txt\",\"n\":\"5\"}", "the argument /n cannot be of the type string"},
        {"{\"path\":\"a.txt\",\"mode\":\"x\"}",
         "the argument /mode is none of the values that it may have"},
        {"{\"path\":\"a.txt\",\"x\":1}", "the argument /x is not one that this command takes"},
        {"{\"path\":\"a.txt\",\"x\":null}", "the argument /x is not one that this command takes"},
        {"{\"path\":\"a.txt\",\"\":1}", "the argument / is not one that this command takes"},
        {"{\"path\":\"a.txt\",\"x\\u001b\\u202e\":1}",
         "the argument /x\\u001b\\u202e is not one that this command takes"},
    };
    check_rows("schema.args = {path={type='string', required=true, min=1, max=8, "
               "pattern='[a-z.]*'}, n={type='integer', min=0, max=10}, mode={one_of=['r','w']}}",
               rows, TB_ARRAY_LEN(rows));
}

static void checks_what_is_inside(void)
{
    static const char *const rows[][2] = {
        {"{\"o\":{\"a\":[{\"k\":\"x\"}]}}", "ok"},
        {"{\"o\":{\"a\":[{\"k\":\"x\"},{\"k\":1}]}}",
         "the argument /o/a/1/k cannot be of the type integer"},
        {"{\"o\":{\"a\":[{\"k\":\"x\"},null]}}", "the argument /o/a/1 cannot be of the type null"},
        {"{\"o\":{\"a\":[{}]}}", "the argument /o/a/0/k is missing"},
        {"{\"o\":{\"a\":[]}}", "ok"},
        {"{\"o\":{\"a\":{}}}", "the argument /o/a cannot be of the type object"},
        {"{\"o\":{\"a\":[{\"k\":\"x\"},{\"k\":\"x\"},{\"k\":\"x\"}]}}",
         "the argument /o/a is too long or too short: 3"},
        {"{\"o\":{\"b\":1}}", "the argument /o/b is not one that this command takes"},
        {"{\"o\":{}}", "ok"},
        {"{\"p\":{\"any\":[1]}}", "ok"},
        {"{\"p\":{\"n\":\"x\"}}", "the argument /p/n cannot be of the type string"},
        {"{\"q\":{\"any\":1}}", "ok"},
        {"{\"q\":null}", "ok"},
        {"{\"q\":7}", "the argument /q cannot be of the type integer"},
        {"[]", "the arguments are no map"},
    };
    check_rows("[schema.args]\n"
               "o={type='object', fields={a={type='array', max=2, "
               "items={type='object', fields={k={type='string', required=true}}}}}}\n"
               "p={type='object', fields={n={type='number'}}, more=true}\n"
               "q={type=['object','null']}\n",
               rows, TB_ARRAY_LEN(rows));
}

static void more_lets_unknown_ones_through(void)
{
    static const char *const rows[][2] = {
        {"{\"x\":{\"y\":1}}", "ok"},
        {"{\"a\":1,\"x\":2}", "ok"},
        {"{\"a\":\"1\",\"x\":2}", "the argument /a cannot be of the type string"},
    };
    check_rows("schema={more=true, args={a={type='integer'}}}", rows, TB_ARRAY_LEN(rows));
}

static void without_args_only_the_body_counts(void)
{
    struct filter_bench *bench = bench_new();
    bench_schema(bench, "schema = {raw_max = 10}");
    CHECK_STR(bench_check(bench, "{\"a\":1}", 10), "ok");
    CHECK_STR(bench_check(bench, "{\"a\":1}", 11), "the body is larger than this command takes");
    CHECK_STR(bench_check(bench, "{}", TB_RAW_UNKNOWN),
              "the body is larger than this command takes");
    bench_schema(bench, "schema = {args = {}}");
    CHECK_STR(bench_check(bench, "{}", TB_RAW_UNKNOWN), "ok");
    CHECK_STR(bench_check(bench, "{\"a\":1}", 0),
              "the argument /a is not one that this command takes");
    bench_schema(bench, "schema = {args = {}, raw_max = 0}");
    CHECK_STR(bench_check(bench, "{}", 0), "ok");
    CHECK_STR(bench_check(bench, "{}", 1), "the body is larger than this command takes");
    bench_free(bench);
}

static const char *check_msgpack(struct filter_bench *bench, const char *msgpack, size_t n)
{
    tb_buffer_consume(&bench->call_text, tb_buffer_n(&bench->call_text));
    CHECK(tb_buffer_append(&bench->call_text, tb_bytes_of(msgpack, n)));
    int r = tb_filter_schema_check(&bench->schema, bench_unpack(bench), 0, bench->said);
    return r == TB_OK ? "ok" : bench->said;
}

static void tells_bytes_from_strings_and_numbers_from_none(void)
{
    struct filter_bench *bench = bench_new();
    bench_schema(bench,
                 "schema.args = {s={type='string'}, b={type='bytes', max=1}, n={type='number'}}");
    CHECK_STR(check_msgpack(bench, "\x81\xa1s\xc4\x01x", 6),
              "the argument /s cannot be of the type bytes");
    CHECK_STR(check_msgpack(bench, "\x81\xa1\x62\xc4\x01x", 6), "ok");
    CHECK_STR(check_msgpack(bench, "\x81\xa1\x62\xc4\x02xx", 7),
              "the argument /b is too long or too short: 2");
    CHECK_STR(check_msgpack(bench, "\x81\xa1\x62\xa1x", 5),
              "the argument /b cannot be of the type string");
    CHECK_STR(check_msgpack(bench, "\x81\xa1n\xcb\x7f\xf8\0\0\0\0\0\0", 12),
              "the argument /n cannot be of the type not a finite number");
    CHECK_STR(check_msgpack(bench, "\x81\xa1n\xcb\xff\xf0\0\0\0\0\0\0", 12),
              "the argument /n cannot be of the type not a finite number");
    CHECK_STR(check_msgpack(bench, "\x81\xa1n\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 12), "ok");
    bench_free(bench);
}

/* The page chooses the keys: what is written of them is bounded. */
static void says_where_in_bounded_space(void)
{
    struct filter_bench *bench = bench_new();
    char key[257] = "";
    char json[4096] = "{\"o\":";
    memset(key, 'k', 256);
    bench_schema(bench, "schema.args.o = {type='object', fields={}, more=false}");
    (void)snprintf(json, sizeof json, "{\"o\":{\"%s\":1}}", key);
    const char *said = bench_check(bench, json, 0);
    CHECK(strlen(said) < TB_SCHEMA_WHERE_MAX && strstr(said, "is not one that this command takes"));
    bench_free(bench);
}

static void many_values_are_counted(void)
{
    struct filter_bench *bench = bench_new();
    struct tb_packer packer;
    char one_of[8192] = "schema.args.a = {type='array', items={one_of=[";
    for (unsigned i = 0; i < 256; i++)
        (void)snprintf(one_of + strlen(one_of), sizeof one_of - strlen(one_of), "'v%u',", i);
    (void)snprintf(one_of + strlen(one_of), sizeof one_of - strlen(one_of), "]}}");
    bench_schema(bench, one_of);
    tb_packer_init(&packer, &bench->call_text);
    tb_pack_map(&packer, 1);
    tb_pack_key(&packer, "a");
    tb_pack_array(&packer, 60000);
    for (unsigned i = 0; i < 60000; i++)
        tb_pack_key(&packer, "v255");
    CHECK_INT(tb_filter_schema_check(&bench->schema, bench_unpack(bench), 0, bench->said),
              TB_TOO_LARGE);
    CHECK_STR(bench->said, "the arguments are too many to be checked");
    CHECK_STR(bench_check(bench, "{\"a\":[\"v255\",\"v0\"]}", 0), "ok");
    bench_free(bench);
}

static void is_as_deep_as_it_may_be(void)
{
    struct filter_bench *bench = bench_new();
    char toml[1024] = "schema.args.a = ";
    char json[512] = "";
    for (unsigned i = 1; i < TB_SCHEMA_DEPTH_MAX; i++)
        (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml),
                       "{type='object', fields={a=");
    (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "{type='object', fields={}}");
    for (unsigned i = 1; i < TB_SCHEMA_DEPTH_MAX; i++)
        (void)snprintf(toml + strlen(toml), sizeof toml - strlen(toml), "}}");
    for (unsigned i = 0; i <= TB_SCHEMA_DEPTH_MAX; i++)
        (void)snprintf(json + strlen(json), sizeof json - strlen(json), "{\"a\":");
    (void)snprintf(json + strlen(json), sizeof json - strlen(json), "1");
    for (unsigned i = 0; i <= TB_SCHEMA_DEPTH_MAX; i++)
        (void)snprintf(json + strlen(json), sizeof json - strlen(json), "}");
    bench_schema(bench, toml);
    CHECK_STR(bench_check(bench, json, 0),
              "the argument /a/a/a/a/a/a/a/a/a is not one that this command takes");
    bench_free(bench);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(checks_each_argument),
        TEST(checks_what_is_inside),
        TEST(more_lets_unknown_ones_through),
        TEST(without_args_only_the_body_counts),
        TEST(tells_bytes_from_strings_and_numbers_from_none),
        TEST(says_where_in_bounded_space),
        TEST(many_values_are_counted),
        TEST(is_as_deep_as_it_may_be),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
