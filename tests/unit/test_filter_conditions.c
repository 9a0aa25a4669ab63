/* Conditions of rules. */
#include "tests/unit/filter_bench.h"

#include <math.h>

/* One rule that denies, with this condition. */
static bool denies(const char *condition, const char *json)
{
    struct filter_bench *bench = bench_new();
    bench_rules(bench, tb_arena_format(&bench->arena, "rule = [{then = \"deny\", when = [{%s}]}]",
                                       condition));
    const char *said = bench_run(bench, json);
    bool denied = strcmp(said, "deny ") == 0;
    CHECK(denied || strcmp(said, "allow") == 0);
    bench_free(bench);
    return denied;
}

struct row {
    const char *condition;
    const char *json;
    bool holds;     /* the condition as it is */
    bool not_holds; /* with `not` */
};

/* `not` is written behind the condition. */
static void check_rows(const struct row *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[512];
        (void)snprintf(text, sizeof text, "%s, not = true", rows[i].condition);
        bool holds = denies(rows[i].condition, rows[i].json);
        bool not_holds = denies(text, rows[i].json);
        if (holds != rows[i].holds || not_holds != rows[i].not_holds)
            fprintf(stderr, "{%s} on %s: %d, with not %d\n", rows[i].condition, rows[i].json, holds,
                    not_holds);
        CHECK(holds == rows[i].holds && not_holds == rows[i].not_holds);
    }
}

#define IS        true, false
#define IS_NOT    false, true
#define IS_IN_ONE true, true /* of several values */

static void compares_by_value(void)
{
    static const struct row rows[] = {
        {"path='/a', op='equals', value='x'", "{\"a\":\"x\"}", IS},
        {"path='/a', op='equals', value='x'", "{\"a\":\"X\"}", IS_NOT},
        {"path='/a', op='equals', value='x'", "{\"a\":[\"x\"]}", IS_NOT},
        {"path='/a', op='equals', value='x'", "{\"a\":null}", IS_NOT},
        {"path='/a', op='equals', value='x'", "{}", IS_NOT},
        {"path='/a', op='equals', value=''", "{\"a\":\"\"}", IS},
        {"path='/a', op='equals', value=''", "{}", IS_NOT},
        {"path='/a', op='equals', value=\"x\\u0000\"", "{\"a\":\"x\"}", IS_NOT},
        {"path='/a', op='equals', value=\"x\\u0000y\"", "{\"a\":\"x\\u0000y\"}", IS},
        {"path='/a', op='equals', value=1", "{\"a\":1}", IS},
        {"path='/a', op='equals', value=1", "{\"a\":1.0}", IS},
        {"path='/a', op='equals', value=1.0", "{\"a\":1}", IS},
        {"path='/a', op='equals', value=1", "{\"a\":\"1\"}", IS_NOT},
        {"path='/a', op='equals', value=1", "{\"a\":true}", IS_NOT},
        {"path='/a', op='equals', value=0", "{\"a\":-0.0}", IS},
        {"path='/a', op='equals', value=-0.0", "{\"a\":0}", IS},
        {"path='/a', op='equals', value=0", "{\"a\":false}", IS_NOT},
        {"path='/a', op='equals', value=9007199254740993", "{\"a\":9007199254740993}", IS},
        {"path='/a', op='equals', value=9007199254740993", "{\"a\":9007199254740992.0}", IS_NOT},
        {"path='/a', op='equals', value=9007199254740992", "{\"a\":9007199254740992.0}", IS},
        {"path='/a', op='equals', value=9223372036854775807", "{\"a\":9223372036854775808.0}",
         IS_NOT},
        {"path='/a', op='equals', value=-9223372036854775808", "{\"a\":-9223372036854775808.0}",
         IS},
        {"path='/a', op='equals', value=false", "{\"a\":false}", IS},
        {"path='/a', op='equals', value=[1,'x']", "{\"a\":[1.0,\"x\"]}", IS},
        {"path='/a', op='equals', value=[1,'x']", "{\"a\":[\"x\",1]}", IS_NOT},
        {"path='/a', op='equals', value=[1]", "{\"a\":[1,1]}", IS_NOT},
        {"path='/a', op='equals', value={x=1,y=2}", "{\"a\":{\"y\":2,\"x\":1}}", IS},
        {"path='/a', op='equals', value={x=1}", "{\"a\":{\"x\":1,\"y\":2}}", IS_NOT},
        {"path='/a', op='equals', value={}", "{\"a\":[]}", IS_NOT},
        {"path='', op='equals', value={}", "{}", IS},
        {"path='/a', op='one_of', value=['x', 2]", "{\"a\":2.0}", IS},
        {"path='/a', op='one_of', value=['x', 2]", "{\"a\":\"y\"}", IS_NOT},
        {"path='/a', op='one_of', value=['x', 2]", "{\"a\":[\"x\",2]}", IS_NOT},
        {"path='/a', op='one_of', value=['x', 2]", "{}", IS_NOT},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

static void knows_sizes_and_types(void)
{
    static const struct row rows[] = {
        {"path='/a', op='range', min=1, max=3", "{\"a\":1}", IS},
        {"path='/a', op='range', min=1, max=3", "{\"a\":3.0}", IS},
        {"path='/a', op='range', min=1, max=3", "{\"a\":3.0000001}", IS_NOT},
        {"path='/a', op='range', min=1, max=3", "{\"a\":0}", IS_NOT},
        {"path='/a', op='range', min=1", "{\"a\":18446744073709551615.0}", IS},
        {"path='/a', op='range', max=0.5", "{\"a\":0}", IS},
        {"path='/a', op='range', max=0.5", "{\"a\":1}", IS_NOT},
        {"path='/a', op='range', min=-3, max=-1", "{\"a\":-2.5}", IS},
        {"path='/a', op='range', min=-3, max=-1", "{\"a\":-3.5}", IS_NOT},
        {"path='/a', op='range', min=0", "{\"a\":\"1\"}", IS_NOT},
        {"path='/a', op='range', min=0", "{\"a\":null}", IS_NOT},
        {"path='/a', op='range', min=0", "{}", IS_NOT},
        {"path='/a', op='length', min=1, max=2", "{\"a\":\"ab\"}", IS},
        {"path='/a', op='length', min=1, max=2", "{\"a\":\"\\u20ac\"}", IS_NOT},
        {"path='/a', op='length', min=1, max=2", "{\"a\":\"\"}", IS_NOT},
        {"path='/a', op='length', min=1, max=2", "{\"a\":[0]}", IS},
        {"path='/a', op='length', max=0", "{\"a\":{}}", IS},
        {"path='/a', op='length', max=0", "{\"a\":0}", IS_NOT},
        {"path='/a', op='length', max=9", "{}", IS_NOT},
        {"path='/a', op='exists'", "{\"a\":0}", IS},
        {"path='/a', op='exists'", "{\"a\":false}", IS},
        {"path='/a', op='exists'", "{\"a\":null}", IS_NOT},
        {"path='/a', op='exists'", "{\"b\":1}", IS_NOT},
        {"path='', op='exists'", "{}", IS},
        {"path='/a', op='type', value='null'", "{\"a\":null}", IS},
        {"path='/a', op='type', value='null'", "{}", IS_NOT},
        {"path='/a', op='type', value='string'", "{\"a\":\"x\"}", IS},
        {"path='/a', op='type', value='integer'", "{\"a\":2.0}", IS},
        {"path='/a', op='type', value='integer'", "{\"a\":2.5}", IS_NOT},
        {"path='/a', op='type', value='number'", "{\"a\":2}", IS},
        {"path='/a', op='type', value=['array','object']", "{\"a\":{}}", IS},
        {"path='/a', op='type', value=['array','object']", "{\"a\":\"{}\"}", IS_NOT},
        {"path='/a', op='type', value='boolean'", "{\"a\":0}", IS_NOT},
        {"path='/a', op='regex', value='a+'", "{\"a\":\"aaa\"}", IS},
        {"path='/a', op='regex', value='a+'", "{\"a\":\"aaab\"}", IS_NOT},
        {"path='/a', op='regex', value='a+'", "{\"a\":\"aaa\\n\"}", IS_NOT},
        {"path='/a', op='regex', value='a*'", "{}", IS_NOT},
        {"path='/a', op='regex', value='.*'", "{\"a\":[\"x\"]}", IS_NOT},
        {"path='/a', op='regex', value='1'", "{\"a\":1}", IS_NOT},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

static void follows_pointers(void)
{
    static const struct row rows[] = {
        {"path='/a/b', op='equals', value=1", "{\"a\":{\"b\":1}}", IS},
        {"path='/a/1', op='equals', value=1", "{\"a\":[0,1]}", IS},
        {"path='/a/1', op='equals', value=1", "{\"a\":{\"1\":1}}", IS},
        {"path='/a/01', op='equals', value=1", "{\"a\":[0,1]}", IS_NOT},
        {"path='/a/-', op='equals', value=1", "{\"a\":[0,1]}", IS_NOT},
        {"path='/a/2', op='equals', value=1", "{\"a\":[0,1]}", IS_NOT},
        {"path='/a/4294967297', op='equals', value=1", "{\"a\":[0,1]}", IS_NOT},
        {"path='/a/b', op='equals', value=1", "{\"a\":\"b\"}", IS_NOT},
        {"path='/a/b', op='equals', value=1", "{\"a\":null}", IS_NOT},
        {"path='/a~1b/~0', op='equals', value=1", "{\"a/b\":{\"~\":1}}", IS},
        {"path='/', op='equals', value=1", "{\"\":1}", IS},
        {"path='//', op='equals', value=1", "{\"\":{\"\":1}}", IS},
        {"path='/é', op='equals', value=1", "{\"\\u00e9\":1}", IS},
        {"path='/a', op='equals', value=1", "{\"a\\u0000\":1}", IS_NOT},
        /* Any element: one that is, for the condition; one that is not, for its opposite. */
        {"path='/a/*', op='equals', value=1", "{\"a\":[1,1]}", IS},
        {"path='/a/*', op='equals', value=1", "{\"a\":[1,2]}", IS_IN_ONE},
        {"path='/a/*', op='equals', value=1", "{\"a\":{\"x\":2,\"y\":1}}", IS_IN_ONE},
        {"path='/a/*', op='equals', value=1", "{\"a\":[]}", IS_NOT},
        {"path='/a/*', op='equals', value=1", "{\"a\":1}", IS_NOT},
        {"path='/a/*', op='equals', value=1", "{}", IS_NOT},
        {"path='/*', op='equals', value=1", "{\"a\":1}", IS},
        {"path='/a/*/b', op='equals', value=1", "{\"a\":[{\"b\":1},{\"b\":1}]}", IS},
        {"path='/a/*/b', op='equals', value=1", "{\"a\":[{\"b\":1},{\"c\":1}]}", IS_IN_ONE},
        {"path='/a/*/b', op='equals', value=1", "{\"a\":[{\"b\":1},1]}", IS_IN_ONE},
        {"path='/a/*/b', op='exists'", "{\"a\":[{\"b\":1},{}]}", IS_IN_ONE},
        {"path='/*/*', op='equals', value=1", "{\"a\":[1],\"b\":{\"c\":2}}", IS_IN_ONE},
        {"path='/*/*', op='equals', value=1", "{\"a\":[1],\"b\":[]}", IS_IN_ONE},
        {"path='/a/**', op='equals', value=1", "{\"a\":{\"**\":1}}", IS},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

static void judges_paths_by_their_letters(void)
{
    static const struct row rows[] = {
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"/app/data/x\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"data/x\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"./data//x/\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"data\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"//app/./data\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"/app/database\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"/app\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"data/../x\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"data/x/..\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE/data'", "{\"p\":\"/app/data/..\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"a/..b/...\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"..\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"a\\u0000b\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"a\\nb\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"file:///etc/passwd\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"file:///app/x\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"FILE:etc\"}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":\"./file:x\"}", IS},
        {"path='/p', op='inside', value='$RESOURCE'", "{\"p\":[\"x\"]}", IS_NOT},
        {"path='/p', op='inside', value='$RESOURCE'", "{}", IS_NOT},
        {"path='/p', op='inside', value='$HOME/notes'", "{\"p\":\"/home/u/notes/a\"}", IS},
        {"path='/p', op='inside', value='$HOME/notes'", "{\"p\":\"notes/a\"}", IS_NOT},
        {"path='/p', op='inside', value='/'", "{\"p\":\"/etc/passwd\"}", IS},
        {"path='/p', op='inside', value='/'", "{\"p\":\"x\"}", IS},
        {"path='/p', op='inside', value=['/a', '$RESOURCE/b']", "{\"p\":\"b/x\"}", IS},
        {"path='/p', op='inside', value=['/a', '$RESOURCE/b']", "{\"p\":\"/a\"}", IS},
        {"path='/p', op='inside', value=['/a', '$RESOURCE/b']", "{\"p\":\"a\"}", IS_NOT},
        {"path='/p/*', op='inside', value='/a'", "{\"p\":[\"/a/x\",\"/b\"]}", IS_IN_ONE},
        /* `$DESKTOP` is nothing here: no path is in it. */
        {"path='/p', op='inside', value='$DESKTOP'", "{\"p\":\"/x\"}", IS_NOT},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

/* Where args name a base directory, a relative path is relative to that. 21 is HOME, 14 APPDATA. */
static void judges_paths_from_their_base(void)
{
#define IN_NOTES "path='/path', op='inside', value='$HOME/notes'"
#define IN_APP   "path='/path', op='inside', value='$RESOURCE'"
    static const struct row rows[] = {
        {IN_NOTES, "{\"path\":\"notes/a\",\"options\":{\"baseDir\":21}}", IS},
        {IN_NOTES, "{\"path\":\"note\",\"options\":{\"baseDir\":21}}", IS_NOT},
        {IN_NOTES, "{\"path\":\"/home/u/notes/a\",\"options\":{\"baseDir\":11}}", IS},
        {IN_APP, "{\"path\":\".ssh/id\",\"options\":{\"baseDir\":21}}", IS_NOT},
        {IN_APP, "{\"path\":\"x\",\"options\":{\"baseDir\":11}}", IS},
        {IN_APP, "{\"path\":\"x\",\"options\":{\"baseDir\":null}}", IS},
        {IN_APP, "{\"path\":\"x\",\"options\":{}}", IS},
        {IN_APP, "{\"path\":\"x\",\"options\":null}", IS},
        {IN_APP, "{\"path\":\"x\"}", IS},
        {IN_APP, "{\"path\":\"x\",\"options\":{\"baseDir\":99}}", IS_NOT},
        {IN_APP, "{\"path\":\"x\",\"options\":{\"baseDir\":0}}", IS_NOT},
        {IN_APP, "{\"path\":\"x\",\"options\":{\"baseDir\":-1}}", IS_NOT},
        {IN_APP, "{\"path\":\"x\",\"options\":{\"baseDir\":11.0}}", IS_NOT},
        {IN_APP, "{\"path\":\"x\",\"options\":{\"baseDir\":\"11\"}}", IS_NOT},
        {IN_APP, "{\"path\":\"x\",\"options\":[11]}", IS_NOT},
        {IN_APP, "{\"path\":\"x\",\"options\":11}", IS_NOT},
        {"path='/paths/*', op='inside', value='$RESOURCE'",
         "{\"paths\":[\"x\"],\"options\":{\"baseDir\":21}}", IS_NOT},
        {"path='/newPath', op='inside', value='$RESOURCE'",
         "{\"newPath\":\"x\",\"options\":{\"newPathBaseDir\":21}}", IS_NOT},
        {"path='/newPath', op='inside', value='$RESOURCE'",
         "{\"newPath\":\"x\",\"options\":{\"oldPathBaseDir\":21}}", IS},
        {IN_APP ", base=''", "{\"path\":\"x\",\"options\":{\"baseDir\":21}}", IS},
        {IN_APP ", base='/from'", "{\"path\":\"x\",\"from\":21}", IS_NOT},
        {IN_APP ", base='/from'", "{\"path\":\"x\",\"options\":{\"baseDir\":21}}", IS},
        {"path='/path', op='inside', value='/home'",
         "{\"path\":\"x\",\"options\":{\"baseDir\":21}}", IS},
    };
    check_rows(rows, TB_ARRAY_LEN(rows));
}

/* What JSON cannot say: bytes, NaN, numbers past i64, floats of 32 bits. */
static const char *say_of(const char *condition, const void *msgpack, size_t n)
{
    static char said[BENCH_TEXT_MAX];
    struct filter_bench *bench = bench_new();
    bench_rules(bench, tb_arena_format(&bench->arena, "rule = [{then = \"deny\", when = [{%s}]}]",
                                       condition));
    CHECK(tb_buffer_append(&bench->call_text, tb_bytes_of(msgpack, n)));
    memcpy(said, bench_apply(bench, bench_unpack(bench)), sizeof said);
    bench_free(bench);
    return said;
}

static void tells_apart_what_json_does_not_have(void)
{
    static const char bytes[] = "\x81\xa1\x61\xc4\x01x";
    static const char nan[] = "\x81\xa1\x61\xcb\x7f\xf8\0\0\0\0\0\0";
    static const char infinite[] = "\x81\xa1\x61\xcb\x7f\xf0\0\0\0\0\0\0";
    static const char largest[] = "\x81\xa1\x61\xcf\xff\xff\xff\xff\xff\xff\xff\xff";
    static const char half[] = "\x81\xa1\x61\xca\x3f\0\0\0";
    const struct {
        const char *condition;
        const char *msgpack;
        size_t n;
        bool denies;
    } rows[] = {
        {"path='/a', op='equals', value='x'", bytes, 6, false},
        {"path='/a', op='equals', value='x', not=true", bytes, 6, true},
        {"path='/a', op='regex', value='x'", bytes, 6, false},
        {"path='/a', op='inside', value='/'", bytes, 6, false},
        {"path='/a', op='type', value='bytes'", bytes, 6, true},
        {"path='/a', op='length', min=1, max=1", bytes, 6, true},
        {"path='/a', op='range', min=0", nan, 12, false},
        {"path='/a', op='range', max=0", nan, 12, false},
        {"path='/a', op='range', min=0, not=true", nan, 12, true},
        {"path='/a', op='type', value=['number','integer','null']", nan, 12, false},
        {"path='/a', op='range', min=0", infinite, 12, true},
        {"path='/a', op='range', min=0, max=1", infinite, 12, false},
        {"path='/a', op='type', value='number'", infinite, 12, false},
        {"path='/a', op='equals', value=-1", largest, 12, false},
        {"path='/a', op='equals', value=18446744073709551615.0", largest, 12, false},
        {"path='/a', op='range', min=9223372036854775807", largest, 12, true},
        {"path='/a', op='range', max=9223372036854775807", largest, 12, false},
        {"path='/a', op='equals', value=0.5", half, 8, true},
        {"path='/a', op='type', value='integer'", half, 8, false},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        const char *said = say_of(rows[i].condition, rows[i].msgpack, rows[i].n);
        if (strcmp(said, rows[i].denies ? "deny " : "allow") != 0)
            fprintf(stderr, "{%s}: %s\n", rows[i].condition, said);
        CHECK_STR(said, rows[i].denies ? "deny " : "allow");
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(compares_by_value),
        TEST(knows_sizes_and_types),
        TEST(follows_pointers),
        TEST(judges_paths_by_their_letters),
        TEST(judges_paths_from_their_base),
        TEST(tells_apart_what_json_does_not_have),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
