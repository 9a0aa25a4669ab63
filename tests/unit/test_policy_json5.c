#include "tests/unit/policy_text.h"

#include <math.h>

static void accepts_json5(void)
{
    static const char *const texts[] = {
        "null",
        "[1,]",
        "{\"a\":1,}",
        "{a:1,$b:2,_c:3,d4:4,}",
        "{null:1,Infinity:2,NaN:3,true:4}",
        "{'a b':1}",
        "{\\u0061b:1}",
        "{a\\u0030:1}",
        "{\xc3\xa9t\xc3\xa9:1}",     /* a letter that is not ASCII */
        "{a\xcc\x81\xe2\x80\x8d:1}", /* a mark and a joiner behind the first */
        "// x\n1",
        "1 // x",
        "/* \n * */1/**/",
        "[/**/]",
        "{/**/}",
        "{a/**/:/**/1/**/,/**/}",
        ("//\xe2\x80\xa8"
         "1"), /* U+2028 ends the comment */
        "//\r1",
        "\xef\xbb\xbf\xc2\xa0\xe3\x80\x80\t\v\f\xe2\x80\xa9{}",
        "'\xe2\x80\xa8'", /* and may stand in a string */
        "'\t'",
        "+1",
        "-1.",
        ".5",
        "+.5e-3",
        "5.e2",
        "0x1F",
        "-0XaB",
        "Infinity",
        "-Infinity",
        "+NaN",
        "'\\\n'",
        "'\\\r\n'",
        "'\\\xe2\x80\xa9'",
        "'\\a\\'\\\"\\0\\/'",
    };
    check_texts(TB_FORMAT_JSON5, texts, TB_ARRAY_LEN(texts), true);
}

static void refuses_what_is_not_json5(void)
{
    static const char *const texts[] = {
        "",
        "// x",
        "/* x",
        "/* x *",
        "/ 1",
        "[,]",
        "[1,,2]",
        "{,}",
        "{a:1,,}",
        "{a}",
        "{a:}",
        "{1a:1}",
        "{1:1}",
        "{a-b:1}",
        "{\\u0030a:1}",         /* a digit comes first */
        "{a\\u0020:1}",         /* an escape that is no letter */
        "{\xf0\x9f\x98\x80:1}", /* nor is this */
        "{\\u12:1}",
        "{\\ud83d\\ude00:1}",
        "{a b:1}",
        "'a",
        "'a\"",
        "'a\nb'",
        "'a\rb'",
        "'\\",
        "'\\x4'",
        "'\\xg0'",
        "'\\1'",
        "'\\01'",
        "'\\ud800'",
        "'\\u12'",
        "01",
        "-",
        "+",
        ".",
        "1e",
        "1e+",
        "0x",
        "0xg",
        "+-1",
        "- 1",
        "infinity",
        "nan",
        "True",
        "undefined",
        "1 2",
        "[1",
        "1e999",
        "\xff",
    };
    check_texts(TB_FORMAT_JSON5, texts, TB_ARRAY_LEN(texts), false);
}

static void keeps_numbers(void)
{
    static const struct {
        const char *text;
        enum tb_value_type type;
        int64_t integer;
        double real;
    } numbers[] = {
        {"0x1F", TB_VALUE_INT, 31, 31},
        {"-0x10", TB_VALUE_INT, -16, -16},
        {"+7", TB_VALUE_INT, 7, 7},
        {"9223372036854775807", TB_VALUE_INT, INT64_MAX, 9223372036854775807.0},
        {"-9223372036854775808", TB_VALUE_INT, INT64_MIN, -9223372036854775808.0},
        {"9223372036854775808", TB_VALUE_REAL, 0, 9223372036854775808.0},
        {"0x8000000000000000", TB_VALUE_REAL, 0, 9223372036854775808.0},
        {"1.", TB_VALUE_REAL, 0, 1},
        {"-.5", TB_VALUE_REAL, 0, -0.5},
        {"1e3", TB_VALUE_REAL, 0, 1000},
        {"-Infinity", TB_VALUE_REAL, 0, -(double)INFINITY},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(numbers); i++) {
        struct file file;
        const struct tb_value *value =
            text_read(&file, TB_FORMAT_JSON5, numbers[i].text, strlen(numbers[i].text));
        CHECK(value && value->type == numbers[i].type);
        CHECK(value->real == numbers[i].real);
        CHECK(value->type != TB_VALUE_INT || value->integer == numbers[i].integer);
        tb_arena_deinit(&file.arena);
    }
    struct file file;
    const struct tb_value *nan = text_read(&file, TB_FORMAT_JSON5, "NaN", 3);
    CHECK(nan && nan->type == TB_VALUE_REAL && isnan(nan->real));
    tb_arena_deinit(&file.arena);
}

static void keeps_strings(void)
{
    static const char text[] =
        "['\\x41\\u00e9\\ud83d\\ude00\\0', \"a\\\n b\\\r\nc\", 'it\\'s \"so\"', "
        "'\\q\\v\\\xc3\xa9']";
    static const struct tb_bytes wanted[] = {
        {(const uint8_t *)"A\xc3\xa9\xf0\x9f\x98\x80\0", 8},
        {(const uint8_t *)"a bc", 4},
        {(const uint8_t *)"it's \"so\"", 9},
        {(const uint8_t *)"q\v\xc3\xa9", 4},
    };
    struct file file;
    const struct tb_value *root = text_read(&file, TB_FORMAT_JSON5, text, sizeof text - 1);
    CHECK(root && root->n == TB_ARRAY_LEN(wanted));
    const struct tb_value *item = root->child;
    for (size_t i = 0; i < TB_ARRAY_LEN(wanted); i++, item = item->next)
        CHECK(tb_bytes_equal(item->string, wanted[i]));
    tb_arena_deinit(&file.arena);
}

static void keeps_names_and_lines(void)
{
    static const char text[] = "// 1\r\n/* 2\n 3 */ {\\u0061b: 1,\r'c'\n: 'x\\\ny',\nd: 2}";
    struct file file;
    const struct tb_value *root = text_read(&file, TB_FORMAT_JSON5, text, sizeof text - 1);
    CHECK(root && root->n == 3);
    CHECK_INT(root->place.line, 3);
    const struct tb_value *value = root->child;
    CHECK(tb_bytes_are(value->key, "ab"));
    CHECK_INT(value->place.line, 3);
    value = value->next;
    CHECK(tb_bytes_are(value->key, "c"));
    CHECK_INT(value->place.line, 4);
    CHECK_INT(value->next->place.line, 7);
    tb_arena_deinit(&file.arena);
}

static void bounds_depth(void)
{
    check_depth(TB_FORMAT_JSON5);
}

static void survives_every_mutation(void)
{
    static const char seed[] = "{a\\u00e9:[1,-.5e3,+0xf,NaN,],/*x*/'b\\x41\\\n':\"\\n\",}//";
    size_t n = sizeof seed - 1;
    check_mutations(TB_FORMAT_JSON5, seed, n);
    for (size_t at = 0; at < n; at++) {
        bool whole = at >= n - 2; /* all but the empty comment */
        CHECK(text_accepted(TB_FORMAT_JSON5, seed, at) == (whole && seed[at - 1] != '/'));
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(accepts_json5),           TEST(refuses_what_is_not_json5), TEST(keeps_numbers),
        TEST(keeps_strings),           TEST(keeps_names_and_lines),     TEST(bounds_depth),
        TEST(survives_every_mutation),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
