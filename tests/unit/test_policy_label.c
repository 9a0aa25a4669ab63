#include "policy/compiler/label.h"
#include "tests/unit/test.h"

static bool matches(const char *glob, const char *label)
{
    return tb_label_glob_matches(tb_bytes_of_string(glob), tb_bytes_of_string(label));
}

static const char *check(const char *glob)
{
    return tb_label_glob_check(tb_bytes_of_string(glob));
}

static void matches_as_tauri_does(void)
{
    static const struct {
        const char *glob;
        const char *label;
        bool matches;
    } rows[] = {
        {"main", "main", true},
        {"main", "Main", false},
        {"main", "main2", false},
        {"main", "mai", false},
        {"*", "main", true},
        {"*", "a/b", true},
        {"*", "", true},
        {"", "", true},
        {"", "a", false},
        {"main-*", "main-1", true},
        {"main-*", "main-", true},
        {"main-*", "main", false},
        {"*-main", "x-y-main", true},
        {"a*b*c", "aXbXbXc", true},
        {"a*b*c", "aXbXb", false},
        {"?", "a", true},
        {"?", "", false},
        {"?", "ab", false},
        {"w-[0-9]", "w-5", true},
        {"w-[0-9]", "w-x", false},
        {"w-[!0-9]", "w-x", true},
        {"w-[!0-9]", "w-5", false},
        {"w-[ab-]", "w--", true},
        {"[*]", "*", true},
        {"[*]", "a", false},
        {"[]]", "]", true},
        {"[!]a]", "b", true},
        {"[!]a]", "a", false},
        {"[!]a]", "]", false},
        {"**", "a/b", true},
        {"a/**", "a/b/c", true},
        {"a/**", "a", false},
        {"a/**", "a/", true},
        {"a/**/b", "a/b", true},
        {"a/**/b", "a/x/y/b", true},
        {"a/**/b", "a/xb", false},
        {"**/b", "b", true},
        {"**/b", "a/b", true},
        {"**/b", "ab", false},
        {"a*", "a/b", true},
        {"a-b", "a-b:c", false},
        {"a[-]b", "a-b", true},
        {"{a,b}", "a", false},
        {"[z-a]", "m", false},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        if (matches(rows[i].glob, rows[i].label) != rows[i].matches)
            fprintf(stderr, "%s against %s\n", rows[i].glob, rows[i].label);
        CHECK(matches(rows[i].glob, rows[i].label) == rows[i].matches);
        CHECK(check(rows[i].glob) == NULL);
    }
}

static void refuses_bad_patterns(void)
{
    static const char *const globs[] = {"a**", "**a", "a/**b", "***", "a/***/b",
                                        "[",   "[a",  "a[]",   "[!]", "[!"};
    for (size_t i = 0; i < TB_ARRAY_LEN(globs); i++) {
        CHECK(check(globs[i]) != NULL);
        CHECK(!matches(globs[i], globs[i]));
    }
    char glob[TB_LABEL_GLOB_MAX + 2];
    memset(glob, 'a', sizeof glob);
    glob[TB_LABEL_GLOB_MAX + 1] = 0;
    CHECK(check(glob) != NULL);
    glob[TB_LABEL_GLOB_MAX] = 0;
    CHECK(check(glob) == NULL);
}

static void is_never_slow(void)
{
    /* With backtracking this would take longer than the test may. */
    char glob[TB_LABEL_GLOB_MAX + 1] = {0};
    char label[65] = {0};
    for (size_t i = 0; i + 2 < sizeof glob; i += 2)
        memcpy(glob + i, "*a", 2);
    memset(label, 'a', sizeof label - 1);
    for (int i = 0; i < 1000; i++)
        CHECK(!matches(glob, label));
}

static void survives_every_short_pattern(void)
{
    static const char letters[] = "a*?[]!-/";
    char glob[6];
    for (unsigned code = 0; code < 8 * 8 * 8 * 8 * 8; code++) {
        for (unsigned i = 0; i < 5; i++)
            glob[i] = letters[code >> 3 * i & 7];
        glob[5] = 0;
        bool wrong = check(glob) != NULL;
        CHECK(!(wrong && (matches(glob, "a/a") || matches(glob, "aaaaa"))));
    }
}

static void knows_labels(void)
{
    CHECK(tb_label_valid(tb_bytes_of_string("main")));
    CHECK(tb_label_valid(tb_bytes_of_string("a-B_c/1:2")));
    CHECK(!tb_label_valid(tb_bytes_of_string("")));
    CHECK(!tb_label_valid(tb_bytes_of_string("a b")));
    CHECK(!tb_label_valid(tb_bytes_of_string("a*")));
    CHECK(!tb_label_valid(tb_bytes_of("a\0b", 3)));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(matches_as_tauri_does),        TEST(refuses_bad_patterns), TEST(is_never_slow),
        TEST(survives_every_short_pattern), TEST(knows_labels),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
