/* What prompts say, with nothing in it that a person does not see as it is. */
#include "host/webkitgtk/ask_text.h"
#include "tests/unit/test.h"

#define L "\xe2\x80\x8e" /* a line begins from the left */
#define I "\xe2\x81\xa8" /* a string by itself, … */
#define E "\xe2\x81\xa9" /* … and its end */

static void check_lines(const char *json, const char *expected)
{
    g_autofree char *lines = tb_ask_lines(json);
    CHECK_STR(lines, expected);
}

static void each_value_has_a_line(void)
{
    check_lines("{}", L "{}");
    check_lines("{\"a\":1,\"b\":[true,null],\"c\":{},\"d\":[]}",
                L "{\n" L "  " I "\"a\"" E ": 1,\n" L "  " I "\"b\"" E ": [\n" L "    true,\n" L
                  "    null\n" L "  ],\n" L "  " I "\"c\"" E ": {},\n" L "  " I "\"d\"" E ": []\n" L
                  "}");
}

/* A string that looks like the end of one, and like structure. */
static void strings_are_held_together(void)
{
    check_lines("{\"a\":\"\\\"},{[:\\\\\"}",
                L "{\n" L "  " I "\"a\"" E ": " I "\"\\\"},{[:\\\\\"" E "\n" L "}");
    check_lines("{\"\xd7\x90\":\"\xd7\x91\"}",
                L "{\n" L "  " I "\"\xd7\x90\"" E ": " I "\"\xd7\x91\"" E "\n" L "}");
}

/* What the library cannot have written is shown somehow, and read no further than it goes. */
static void what_is_no_json_ends(void)
{
    check_lines("", L);
    check_lines("\"a", L I "\"a" E);
    check_lines("\"a\\", L I "\"a\\" E);
    check_lines("]}", L "\n" L "]\n" L "}");
}

static void a_deep_value_is_not_indented_without_end(void)
{
    char deep[2 * 40 + 1] = {0};
    memset(deep, '[', 40);
    memset(deep + 40, ']', 40);
    g_autofree char *lines = tb_ask_lines(deep);
    CHECK(strlen(lines) < (size_t)80 * (2 * 32 + 5));
}

static void nothing_is_hidden(void)
{
    g_autofree char *plain = tb_ask_plain("a\nb\xe2\x80\xae\x1b[0m<b>");
    CHECK_STR(plain, "a\\u000ab\\u202e\\u001b[0m<b>");
    g_autofree char *empty = tb_ask_plain("");
    CHECK_STR(empty, "");
    g_autofree char *wrong = tb_ask_plain("\xff");
    CHECK_STR(wrong, "\\ufffd");
}

static void days_are_counted(void)
{
    g_autofree char *many = tb_ask_days(&(struct trollbridge_ask){.remember_days = 90});
    g_autofree char *one = tb_ask_days(&(struct trollbridge_ask){.remember_days = 1});
    CHECK_STR(many, "90 days");
    CHECK_STR(one, "1 day");
    CHECK(!tb_ask_days(&(struct trollbridge_ask){0}));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(each_value_has_a_line), TEST(strings_are_held_together),
        TEST(what_is_no_json_ends),  TEST(a_deep_value_is_not_indented_without_end),
        TEST(nothing_is_hidden),     TEST(days_are_counted),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
