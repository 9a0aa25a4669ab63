#include "argument/pattern.h"
#include "base/result.h"
#include "tests/unit/test.h"

static struct tb_argument_pattern *pattern_of(const char *text)
{
    struct tb_argument_pattern *pattern;
    struct tb_argument_error error;
    CHECK_INT(tb_argument_pattern_new(tb_bytes_of_string(text), &pattern, &error), TB_OK);
    return pattern;
}

static bool matches(const char *text, struct tb_bytes argument)
{
    struct tb_argument_pattern *pattern = pattern_of(text);
    bool matched = tb_argument_pattern_matches(pattern, argument);
    tb_argument_pattern_free(pattern);
    return matched;
}

static bool matches_string(const char *text, const char *argument)
{
    return matches(text, tb_bytes_of_string(argument));
}

static void all_of_an_argument_matches(void)
{
    CHECK(matches_string("[0-9]{1,4}", "1234"));
    CHECK(!matches_string("[0-9]{1,4}", "12345"));
    CHECK(!matches_string("[0-9]+", "1\n"));
    CHECK(!matches_string("[0-9]+$", "1\n"));
    CHECK(!matches_string("(?m)[0-9]+$", "1\nx"));
    CHECK(!matches_string("[0-9]+", "x1"));
    CHECK(matches_string("", ""));
    CHECK(!matches_string("", "x"));
}

static void a_choice_is_bound_at_both_ends(void)
{
    CHECK(matches_string("a|b", "b"));
    CHECK(!matches_string("a|b", "ax"));
    CHECK(!matches_string("a|b", "xb"));
    CHECK(!matches_string("a(*ACCEPT)b", "ax"));
    CHECK(!matches_string("a\\Kb|c", "xc"));
}

static void no_text_but_utf8_matches(void)
{
    CHECK(matches_string("\\X", "\u00e9"));
    CHECK(!matches(".*", tb_bytes_of("\xff\xfe", 2)));
    CHECK(!matches(".*", tb_bytes_of("a\xed\xa0\x80", 4)));
    CHECK(matches("a\\x00b", tb_bytes_of("a\0b", 3)));
    CHECK(!matches("a", tb_bytes_of("a\0b", 3)));
}

/* Without limits each of them takes longer than anyone waits. */
static void a_limit_is_no_match(void)
{
    char many[64 * 1024];
    memset(many, 'a', sizeof many);
    CHECK(!matches("(a+)+b|(a+)+", tb_bytes_of(many, 5000)));
    CHECK(!matches("(a|a)*c|(a|a)*", tb_bytes_of(many, sizeof many)));
    CHECK(!matches("(?:(a)(?R)?)*c|a*d", tb_bytes_of(many, sizeof many)));
}

static void an_option_is_one_by_its_first_character(void)
{
    static const struct {
        const char *text;
        bool option;
    } rows[] = {{"--count=[0-9]+", true}, {"-", true},     {"", false},
                {"[-]x", false},          {"(-x)", false}, {"x-", false}};
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct tb_argument_pattern *pattern = pattern_of(rows[i].text);
        CHECK(tb_argument_pattern_is_option(pattern) == rows[i].option);
        tb_argument_pattern_free(pattern);
    }
}

static void what_is_none_says_where(void)
{
    static const struct {
        const char *text;
        size_t at;
    } rows[] = {{"a(b", 3}, {"a)|(b", 1},    {"[z-a]", 3},
                {"\\C", 2}, {"(?x) # )", 8}, {"a{1,1000}{1,1000}{1,1000}", 16}};
    struct tb_argument_pattern *pattern = NULL;
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct tb_argument_error error = {"", 99};
        CHECK_INT(tb_argument_pattern_new(tb_bytes_of_string(rows[i].text), &pattern, &error),
                  TB_MALFORMED);
        CHECK(error.message[0] && !pattern);
        CHECK_INT(error.at, rows[i].at);
    }
}

static void a_long_one_is_not_compiled(void)
{
    char text[TB_ARGUMENT_PATTERN_MAX + 1];
    struct tb_argument_pattern *pattern;
    struct tb_argument_error error;
    memset(text, 'a', sizeof text);
    CHECK_INT(tb_argument_pattern_new(tb_bytes_of(text, sizeof text), &pattern, &error),
              TB_TOO_LARGE);
    CHECK_INT(tb_argument_pattern_new(tb_bytes_of(text, sizeof text - 1), &pattern, &error), TB_OK);
    CHECK(tb_argument_pattern_matches(pattern, tb_bytes_of(text, sizeof text - 1)));
    tb_argument_pattern_free(pattern);
}

static void brackets_have_a_depth(void)
{
    char text[2 * 60 + 1] = "";
    struct tb_argument_pattern *pattern;
    struct tb_argument_error error;
    memset(text, '(', 60);
    memset(text + 60, ')', 60);
    CHECK_INT(tb_argument_pattern_new(tb_bytes_of_string(text), &pattern, &error), TB_MALFORMED);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(all_of_an_argument_matches),
        TEST(a_choice_is_bound_at_both_ends),
        TEST(no_text_but_utf8_matches),
        TEST(a_limit_is_no_match),
        TEST(an_option_is_one_by_its_first_character),
        TEST(what_is_none_says_where),
        TEST(a_long_one_is_not_compiled),
        TEST(brackets_have_a_depth),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
