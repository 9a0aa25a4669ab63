#include "base/result.h"
#include "plugins/fs/glob.h"
#include "tests/unit/test.h"

#include <time.h>

static bool matches_with(const char *pattern, const char *path, enum tb_dots dots)
{
    struct tb_glob *glob;
    CHECK_INT(tb_glob_compile(tb_bytes_of_string(pattern), &glob), TB_OK);
    bool result = tb_glob_matches(glob, tb_bytes_of_string(path), dots);
    tb_glob_free(glob);
    return result;
}

static bool matches(const char *pattern, const char *path)
{
    return matches_with(pattern, path, TB_DOTS_LITERAL);
}

static int compiles(const char *pattern, size_t n)
{
    struct tb_glob *glob = NULL;
    int r = tb_glob_compile(tb_bytes_of(pattern, n), &glob);
    tb_glob_free(glob);
    return r;
}

static void literals_match_themselves(void)
{
    CHECK(matches("/a/b", "/a/b"));
    CHECK(!matches("/a/b", "/a"));
    CHECK(!matches("/a/b", "/a/b/c"));
    CHECK(!matches("/a/b", "/a/B"));
    CHECK(!matches("/a/b", "/a/bc"));
    CHECK(matches("/", "/"));
    CHECK(!matches("/", "/a"));
    CHECK(matches("/a(b|c){d}+$", "/a(b|c){d}+$"));
    CHECK(!matches("/a.b", "/axb"));
    CHECK(matches("/é/日本", "/é/日本"));
}

static void slashes_and_dots_in_a_pattern_are_tidied(void)
{
    CHECK(matches("/a//b/./c/", "/a/b/c"));
    CHECK(matches("/a/./**", "/a/b"));
    CHECK_INT(compiles("/a/../b", 7), TB_MALFORMED);
    CHECK_INT(compiles("/a/..", 5), TB_MALFORMED);
    CHECK(matches("/a/...", "/a/..."));
}

/* require_literal_separator */
static void wildcards_stay_inside_a_component(void)
{
    CHECK(matches("/a/*", "/a/b"));
    CHECK(!matches("/a/*", "/a/b/c"));
    CHECK(!matches("/a/*", "/a"));
    CHECK(!matches("/a*", "/a/b"));
    CHECK(!matches("/a?b", "/a/b"));
    CHECK(!matches("/a[/]b", "/a/b"));
    CHECK(!matches("/a[!x]b", "/a/b"));
    CHECK(!matches("/a[.-0]b", "/a/b"));
    CHECK(matches("/[a/b]", "/b"));
    CHECK(matches("/*/b", "/a/b"));
    CHECK(!matches("/*", "/"));
}

/* require_literal_leading_dot */
static void wildcards_do_not_match_a_leading_dot(void)
{
    CHECK(!matches("/a/*", "/a/.b"));
    CHECK(!matches("/a/?b", "/a/.b"));
    CHECK(!matches("/a/[.]b", "/a/.b"));
    CHECK(!matches("/a/[!x]b", "/a/.b"));
    CHECK(!matches("/a/**", "/a/.b"));
    CHECK(!matches("/a/**", "/a/b/.c"));
    CHECK(!matches("/a/**", "/a/.b/c"));
    CHECK(!matches("/a/**/c", "/a/.b/c"));
    CHECK(matches("/a/.*", "/a/.b"));
    CHECK(matches("/a/.b/*", "/a/.b/c"));
    CHECK(matches("/a/**/.b", "/a/x/.b"));
    CHECK(matches("/a/*", "/a/b.c"));
    CHECK(matches("/a/b?c", "/a/b.c"));
    /* A star may match nothing, and then the dot is a literal one. */
    CHECK(matches("/a/*.txt", "/a/.txt"));
    CHECK(!matches("/a/*.txt", "/a/.b.txt"));
}

static void a_caller_may_let_wildcards_match_leading_dots(void)
{
    CHECK(matches_with("/a/*", "/a/.b", TB_DOTS_ANY));
    CHECK(matches_with("/a/?b", "/a/.b", TB_DOTS_ANY));
    CHECK(matches_with("/a/**", "/a/.b/.c", TB_DOTS_ANY));
    CHECK(matches_with("/a/[!x]b", "/a/.b", TB_DOTS_ANY));
    CHECK(!matches_with("/a/*", "/a/.b/c", TB_DOTS_ANY));
}

static void star_and_question_mark(void)
{
    CHECK(matches("/*.txt", "/a.txt"));
    CHECK(!matches("/*.txt", "/a.txt.bak"));
    CHECK(matches("/a*b*c", "/axxbyybzzc"));
    CHECK(!matches("/a*b*c", "/axxbyybzz"));
    CHECK(matches("/a*", "/a"));
    CHECK(matches("/*a", "/baaa"));
    CHECK(matches("/?", "/é"));
    CHECK(!matches("/??", "/é"));
    CHECK(matches("/*?", "/日"));
    CHECK(!matches("/?", "/"));
}

static void classes(void)
{
    CHECK(matches("/[abc]", "/b"));
    CHECK(!matches("/[abc]", "/d"));
    CHECK(matches("/[a-c]x", "/bx"));
    CHECK(!matches("/[c-a]x", "/bx"));
    CHECK(matches("/[!a-c]", "/d"));
    CHECK(!matches("/[!a-c]", "/b"));
    CHECK(matches("/[]]", "/]"));
    CHECK(matches("/[!]]", "/a"));
    CHECK(!matches("/[!]]", "/]"));
    CHECK(matches("/[a-]", "/-"));
    CHECK(matches("/[à-ü]", "/é"));
    CHECK(!matches("/[a-z]", "/é"));
    CHECK(matches("/[^a]", "/^")); /* only `!` negates */
    CHECK(matches("/[a!]", "/!"));
}

static void brackets_escape(void)
{
    CHECK(matches("/[*]", "/*"));
    CHECK(!matches("/[*]", "/a"));
    CHECK(matches("/[?]", "/?"));
    CHECK(!matches("/[?]", "/a"));
    CHECK(matches("/[[]x]", "/[x]"));
    CHECK(!matches("/[[]x]", "/x"));
    CHECK(!matches("/\\*", "/*a"));
}

static void recursive(void)
{
    CHECK(matches("/a/**", "/a/b"));
    CHECK(matches("/a/**", "/a/b/c/d"));
    CHECK(!matches("/a/**", "/a"));
    CHECK(!matches("/a/**", "/ab"));
    CHECK(matches("/a/**/b", "/a/b"));
    CHECK(matches("/a/**/b", "/a/x/y/b"));
    CHECK(!matches("/a/**/b", "/a/x/y/bb"));
    CHECK(matches("/a/**/**", "/a/b"));
    CHECK(!matches("/a/**/**", "/a"));
    CHECK(matches("/**/a/**", "/a/a"));
    CHECK(matches("/**/a/**/b", "/a/x/a/b"));
    CHECK(matches("**", "/a/b"));
    CHECK(matches("**/b", "/a/b"));
    /* Here the first `**` has to take more, not the last: that one is stopped by a dot. */
    CHECK(matches("/**/*.x/*.x/.x/**/d", "/b.x/b.x/.x/.x/d"));
}

static void what_is_not_a_pattern(void)
{
    CHECK_INT(compiles("", 0), TB_MALFORMED);
    CHECK_INT(compiles("a/b", 3), TB_MALFORMED);
    CHECK_INT(compiles("*", 1), TB_MALFORMED);
    CHECK_INT(compiles("/a**", 4), TB_MALFORMED);
    CHECK_INT(compiles("/**a", 4), TB_MALFORMED);
    CHECK_INT(compiles("/***", 4), TB_MALFORMED);
    CHECK_INT(compiles("/[", 2), TB_MALFORMED);
    CHECK_INT(compiles("/[]", 3), TB_MALFORMED);
    CHECK_INT(compiles("/[!]", 4), TB_MALFORMED);
    CHECK_INT(compiles("/[a", 3), TB_MALFORMED);
    CHECK_INT(compiles("/a\0b", 4), TB_MALFORMED);
}

static void patterns_have_limits(void)
{
    char text[TB_GLOB_MAX + 1];
    memset(text, 'a', sizeof text);
    text[0] = '/';
    CHECK_INT(compiles(text, TB_GLOB_MAX), TB_OK);
    CHECK_INT(compiles(text, TB_GLOB_MAX + 1), TB_TOO_LARGE);
    for (size_t i = 0; i < TB_GLOB_PARTS_MAX; i++)
        memcpy(text + 2 * i, "/a", 2);
    CHECK_INT(compiles(text, 2 * (TB_GLOB_PARTS_MAX - 1)), TB_OK);
    CHECK_INT(compiles(text, 2 * TB_GLOB_PARTS_MAX), TB_TOO_LARGE);
}

static void covers_looks_at_the_folders_above(void)
{
    static const struct {
        const char *pattern;
        const char *path;
        bool covered;
    } cases[] = {
        {"/a/b", "/a/b", true},       {"/a/b", "/a/b/c/d", true}, {"/a/b", "/a", false},
        {"/a/*.d", "/a/x.d/y", true}, {"/a/**", "/a/b", true},    {"/a/**", "/a", false},
        {"/a/b", "/a/bc", false},     {"/", "/a", true},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        struct tb_glob *glob;
        CHECK_INT(tb_glob_compile(tb_bytes_of_string(cases[i].pattern), &glob), TB_OK);
        CHECK_INT(tb_glob_covers(glob, tb_bytes_of_string(cases[i].path), TB_DOTS_ANY),
                  cases[i].covered);
        tb_glob_free(glob);
    }
}

static void roots(void)
{
    static const struct {
        const char *pattern;
        const char *root;
        bool whole;
        bool below;
    } cases[] = {
        {"/a/b", "/a/b", true, false},
        {"/a/**", "/a", false, true},
        {"/a/b/*.txt", "/a/b", false, false},
        {"/a/b*/c", "/a", false, false},
        {"/**", "/", false, true},
        {"**/x", "/", false, false},
        {"/", "/", true, false},
        {"/a[*]/[[]é/x?", "/a*/[é", false, false},
        {"/a/[.]b/c", "/a", false, false},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        struct tb_glob *glob;
        bool whole;
        bool below;
        CHECK_INT(tb_glob_compile(tb_bytes_of_string(cases[i].pattern), &glob), TB_OK);
        CHECK(tb_bytes_are(tb_glob_root(glob, &whole, &below), cases[i].root));
        CHECK_INT(whole, cases[i].whole);
        CHECK_INT(below, cases[i].below);
        tb_glob_free(glob);
    }
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* Stars and double stars by the dozen, against what matches up to the last character. Backtracking
 * would need longer than the universe has existed; this needs milliseconds. */
static void pathological_patterns_are_cheap(void)
{
    char pattern[TB_GLOB_MAX];
    char path[TB_GLOB_MAX];
    size_t n = 0;
    pattern[n++] = '/';
    while (n < 1000)
        memcpy(pattern + n, "*a", 2), n += 2;
    pattern[n++] = 'b';
    memset(path, 'a', sizeof path);
    path[0] = '/';
    struct tb_glob *glob;
    double before = seconds();
    CHECK_INT(tb_glob_compile(tb_bytes_of(pattern, n), &glob), TB_OK);
    CHECK(!tb_glob_matches(glob, tb_bytes_of(path, sizeof path), TB_DOTS_LITERAL));
    tb_glob_free(glob);

    for (n = 0; n < 6 * 100; n += 6)
        memcpy(pattern + n, "/**/*a", 6);
    memcpy(pattern + n, "/b", 2);
    size_t n_path = 0;
    for (; n_path < 2 * 250; n_path += 2)
        memcpy(path + n_path, "/a", 2);
    CHECK_INT(tb_glob_compile(tb_bytes_of(pattern, n + 2), &glob), TB_OK);
    CHECK(!tb_glob_matches(glob, tb_bytes_of(path, n_path), TB_DOTS_LITERAL));
    tb_glob_free(glob);
    CHECK(seconds() - before < 5);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(literals_match_themselves),
        TEST(slashes_and_dots_in_a_pattern_are_tidied),
        TEST(wildcards_stay_inside_a_component),
        TEST(wildcards_do_not_match_a_leading_dot),
        TEST(a_caller_may_let_wildcards_match_leading_dots),
        TEST(star_and_question_mark),
        TEST(classes),
        TEST(brackets_escape),
        TEST(recursive),
        TEST(what_is_not_a_pattern),
        TEST(patterns_have_limits),
        TEST(covers_looks_at_the_folders_above),
        TEST(roots),
        TEST(pathological_patterns_are_cheap),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
