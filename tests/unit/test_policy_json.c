#include "tests/unit/policy_text.h"

static void accepts_json(void)
{
    static const char *const texts[] = {
        "null",
        " true ",
        "false",
        "0",
        "-0",
        "-12.5e+3",
        "1E9",
        "\"\"",
        "[]",
        "{}",
        "[1,[2],{}]",
        "{\"a\":{\"b\":[null]}}",
        "\"\\u00e9\\ud83d\\ude00\\n\\/\"",
        "\t[\r\n]",
        "{\"a\":1,\"a\":2}",
        "\"\xc3\xa9\"",
    };
    check_texts(TB_FORMAT_JSON, texts, TB_ARRAY_LEN(texts), true);
}

static void refuses_what_is_not_json(void)
{
    static const char *const texts[] = {
        "",
        " ",
        "nul",
        "True",
        "01",
        "1.",
        ".5",
        "+1",
        "-",
        "1e",
        "0x10",
        "NaN",
        "[1,]",
        "[,1]",
        "[1 2]",
        "[1",
        "{\"a\":1,}",
        "{a:1}",
        "{'a':1}",
        "{\"a\" 1}",
        "{\"a\":}",
        "{1:2}",
        "\"",
        "\"\\",
        "\"\\x\"",
        "\"\\u12\"",
        "\"\t\"",
        "\"\\ud800\"",
        "\"\\udc00\"",
        "\"\\ud800\\u0041\"",
        "// x\n1",
        "/* */1",
        "1 2",
        "\xef\xbb\xbf{}",
        "\"\xff\"",
        "[1]]",
        "\"\\u12\"34\"",
    };
    check_texts(TB_FORMAT_JSON, texts, TB_ARRAY_LEN(texts), false);
}

static void keeps_values_and_lines(void)
{
    static const char text[] =
        "{\n  \"n\": -9223372036854775808,\n  \"big\": 9223372036854775808,\n"
        "  \"f\": 1.5,\n  \"s\": \"a\\u0000\\ud83d\\ude00\",\n\n"
        "  \"l\": [\n    true\n  ]\n}";
    struct file file;
    const struct tb_value *root = text_read(&file, TB_FORMAT_JSON, text, sizeof text - 1);
    CHECK(root && root->type == TB_VALUE_MAP);
    CHECK_INT(root->n, 5);
    const struct tb_value *value = root->child;
    CHECK(value->type == TB_VALUE_INT && value->integer == INT64_MIN);
    CHECK_INT(value->place.line, 2);
    value = value->next;
    CHECK(value->type == TB_VALUE_REAL && value->real > 9.2e18);
    value = value->next;
    CHECK(value->type == TB_VALUE_REAL && value->real == 1.5);
    value = value->next;
    CHECK(tb_bytes_equal(value->string, tb_bytes_of("a\0\xf0\x9f\x98\x80", 6)));
    value = value->next;
    CHECK(tb_bytes_are(value->key, "l"));
    CHECK_INT(value->place.line, 7);
    CHECK_INT(value->child->place.line, 8);
    CHECK_STR(value->child->place.file, "a.json");
    tb_arena_deinit(&file.arena);
}

static const char duplicates[] =
    "[{\"identifier\":1,\n\"b\":{\"c\":1,\"c\":2},\n\"identifier\":3,\"\\u0069dentifier\":4}]";

static void settles_duplicates(void)
{
    struct file file;
    struct tb_value *root = text_read(&file, TB_FORMAT_JSON, duplicates, sizeof duplicates - 1);
    CHECK_INT(root->child->n, 4);
    tb_value_settle_duplicates(&file.report, root, TB_DUPLICATES_LAST_WINS);
    CHECK_INT(file.report.n_errors, 0);
    CHECK_INT(file.report.n_warnings, 3);
    CHECK_STR(file.report.findings[0].place.file, "a.json");
    CHECK_INT(file.report.findings[0].place.line, 3);
    CHECK_INT(root->child->n, 2);
    const struct tb_value *last = root->child->last;
    CHECK(tb_bytes_are(last->key, "identifier") && last->integer == 4 && !last->next);
    CHECK(tb_bytes_are(root->child->child->key, "b") && root->child->child->next == last);
    CHECK_INT(root->child->child->n, 1);
    CHECK_INT(root->child->child->child->integer, 2);
    tb_arena_deinit(&file.arena);
}

static void refuses_duplicates_of_types(void)
{
    struct file file;
    struct tb_value *root = text_read(&file, TB_FORMAT_JSON, duplicates, sizeof duplicates - 1);
    tb_value_settle_duplicates(&file.report, root, TB_DUPLICATES_TYPED);
    CHECK_INT(file.report.n_errors, 2);
    CHECK_INT(file.report.n_warnings, 1);
    tb_arena_deinit(&file.arena);
    root = text_read(&file, TB_FORMAT_JSON, duplicates, sizeof duplicates - 1);
    tb_value_settle_duplicates(&file.report, root, TB_DUPLICATES_ERROR);
    CHECK_INT(file.report.n_errors, 3);
    tb_arena_deinit(&file.arena);
}

static void bounds_depth_and_size(void)
{
    check_depth(TB_FORMAT_JSON);

    size_t n = 2 * TB_TREE_NODES;
    char *list = malloc(n + 2);
    list[0] = '[';
    for (size_t i = 1; i < n; i += 2)
        memcpy(list + i, "1,", 2);
    list[n] = 0;
    list[n - 2] = ']';
    list[n - 1] = ' ';
    CHECK(text_accepted(TB_FORMAT_JSON, list, strlen(list)));
    memcpy(list + n - 2, ",1]", 4);
    CHECK(!text_accepted(TB_FORMAT_JSON, list, strlen(list)));
    free(list);
}

static void survives_every_mutation(void)
{
    static const char seed[] = "{\"a\":[1,-2.5e3,true,null],\"b\\u00e9\\ud83d\\ude00\":\"\\n\"}";
    size_t n = sizeof seed - 1;
    check_mutations(TB_FORMAT_JSON, seed, n);
    for (size_t at = 0; at < n; at++)
        CHECK(!text_accepted(TB_FORMAT_JSON, seed, at));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(accepts_json),
        TEST(refuses_what_is_not_json),
        TEST(keeps_values_and_lines),
        TEST(settles_duplicates),
        TEST(refuses_duplicates_of_types),
        TEST(bounds_depth_and_size),
        TEST(survives_every_mutation),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
