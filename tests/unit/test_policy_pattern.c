#include "policy/compiler/identifier.h"
#include "policy/compiler/pattern.h"
#include "tests/unit/test.h"

static struct tb_arena arena;

static struct tb_vars vars_of(const char *home)
{
    struct tb_user user = {.home = tb_bytes_of_string(home)};
    struct tb_user complete = tb_user_complete(&arena, &user);
    static const char dirs[] = "# made by hand\nXDG_DESKTOP_DIR=\"$HOME/Desk\"\n"
                               "  XDG_MUSIC_DIR=\"/music\"\nXDG_VIDEOS_DIR=\"$HOME/\"\n"
                               "XDG_PICTURES_DIR=\"pics\"\nXDG_DOWNLOAD_DIR=\"$HOME/../x\"";
    return tb_vars_of(&arena, &complete, tb_bytes_of_string(dirs), tb_bytes_of_string("com.x.y"),
                      tb_bytes_of_string("/apps/notes"));
}

/* The expanded pattern; "unset", or "!" and what is wrong. */
static const char *expand_at(const char *home, const char *text)
{
    struct tb_vars vars = vars_of(home);
    struct tb_bytes pattern;
    const char *wrong;
    switch (tb_pattern_expand(&arena, &vars, tb_bytes_of_string(text), &pattern, &wrong)) {
    case TB_PATTERN_OK:
        return tb_arena_string(&arena, pattern);
    case TB_PATTERN_UNSET:
        return "unset";
    case TB_PATTERN_WRONG:
        break;
    }
    return tb_arena_format(&arena, "!%s", wrong);
}

static void expands_patterns(void)
{
    static const struct {
        const char *text;
        const char *expanded;
    } rows[] = {
        {"/", "/"},
        {"/a//b/./c/", "/a/b/c"},
        {"$HOME", "/home/u"},
        {"$HOME/", "/home/u"},
        {"$HOME/**", "/home/u/**"},
        {"$RESOURCE/data/*.txt", "/apps/notes/data/*.txt"},
        {"$APPDATA/x", "/home/u/.local/share/com.x.y/x"},
        {"$APPLOCALDATA/x", "/home/u/.local/share/com.x.y/x"},
        {"$APPCONFIG", "/home/u/.config/com.x.y"},
        {"$APPCACHE", "/home/u/.cache/com.x.y"},
        {"$APPLOG", "/home/u/.local/share/com.x.y/logs"},
        {"$TEMP/x", "/tmp/x"},
        {"$EXE", "/home/u/.local/bin"},
        {"$FONT", "/home/u/.local/share/fonts"},
        {"$DESKTOP/x", "/home/u/Desk/x"},
        {"$AUDIO/x", "/music/x"},
        {"$VIDEO/x", "unset"},
        {"$PICTURE/x", "unset"},
        {"$DOWNLOAD/x", "unset"},
        {"$RUNTIME/x", "unset"},
        {"**", "/**"},
        {"**/x", "/**/x"},
        {"/a/$HOME", "/a/$HOME"},
        {"/[a]/[!b]", "/[a]/[!b]"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++)
        CHECK_STR(expand_at("/home/u", rows[i].text), rows[i].expanded);
}

static void refuses_patterns(void)
{
    static const char *const texts[] = {
        "",        "a",      "*",       "./a",      "../a", "$NOPE/a", "$HOMEx/a",
        "$home/a", "/a/..",  "/a/../b", "$HOME/..", "/a**", "/***",    "/a/b**/c",
        "/[",      "/[a/b]", "/a\nb",   "/[!]",     "~/a",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++) {
        if (expand_at("/home/u", texts[i])[0] != '!')
            fprintf(stderr, "accepted: %s\n", texts[i]);
        CHECK(expand_at("/home/u", texts[i])[0] == '!');
    }
    char text[5000] = "/";
    memset(text + 1, 'a', sizeof text - 2);
    CHECK(expand_at("/home/u", text)[0] == '!');
}

static void variables_are_never_patterns(void)
{
    CHECK_STR(expand_at("/home/a[b]", "$HOME/*"), "/home/a[[]b]/*");
    CHECK_STR(expand_at("/home/*?", "$HOME/x"), "/home/[*][?]/x");
    CHECK_STR(expand_at("relative", "$HOME/x"), "unset");
    CHECK_STR(expand_at("/home/../etc", "$HOME/x"), "unset");
    CHECK_STR(expand_at("/", "$HOME/x"), "/x");
    CHECK_STR(expand_at("/", "$HOME"), "/");
    CHECK_STR(expand_at("/home//u/", "$HOME/x"), "/home/u/x");
    CHECK_STR(expand_at("/home/\x01", "$HOME/x"), "unset");
    CHECK_STR(expand_at("", "$APPDATA/x"), "unset");
}

static void finds_roots(void)
{
    static const struct {
        const char *pattern;
        const char *root;
        bool whole;
        bool subtree;
    } rows[] = {
        {"/a/b", "/a/b", true, true},
        {"/a/b/**", "/a/b", false, true},
        {"/a/b/**/*", "/a/b", false, true},
        {"/a/b/*", "/a/b", false, false},
        {"/a/b/*.txt", "/a/b", false, false},
        {"/a/*/c", "/a", false, false},
        {"/a/**/c", "/a", false, false},
        {"/**", "/", false, true},
        {"/", "/", true, true},
        {"/a/x[*]y/z", "/a/x*y/z", true, true},
        {"/a[[]b]/*", "/a[b]", false, false},
        {"/a/[bc]/d", "/a", false, false},
        {"/a/[!]x]/d", "/a", false, false},
        {"/a/[]]/d", "/a/]/d", true, true},
        {"/a?/b", "/", false, false},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct tb_root root;
        CHECK(tb_pattern_root(&arena, tb_bytes_of_string(rows[i].pattern), &root));
        CHECK_STR(tb_arena_string(&arena, root.path), rows[i].root);
        CHECK_INT(root.whole, rows[i].whole);
        CHECK_INT(root.subtree, rows[i].subtree);
    }
    struct tb_root root;
    CHECK(!tb_pattern_root(&arena, tb_bytes_of_string("a"), &root));
    CHECK(!tb_pattern_root(&arena, tb_bytes_of("/a\0", 3), &root));
}

static void what_a_variable_holds_is_found_again(void)
{
    /* The root of an expanded variable is the folder itself, whatever its name is. */
    static const char *const homes[] = {"/h/a[b]", "/h/*", "/h/[!x]", "/h/]", "/h/?[", "/h/[]"};
    for (size_t i = 0; i < TB_ARRAY_LEN(homes); i++) {
        const char *pattern = expand_at(homes[i], "$HOME/**");
        struct tb_root root;
        CHECK(tb_pattern_root(&arena, tb_bytes_of_string(pattern), &root));
        CHECK_STR(tb_arena_string(&arena, root.path), homes[i]);
        CHECK(root.subtree);
    }
}

static void knows_what_is_within(void)
{
    struct tb_bytes folder = tb_bytes_of_string("/a/b");
    CHECK(tb_path_within(folder, folder));
    CHECK(tb_path_within(tb_bytes_of_string("/a/b/c"), folder));
    CHECK(!tb_path_within(tb_bytes_of_string("/a/bc"), folder));
    CHECK(!tb_path_within(tb_bytes_of_string("/a"), folder));
    CHECK(tb_path_within(folder, tb_bytes_of_string("/")));
}

/* The table of identifiers in Tauri's own command line tool, 2.12. */
static void parses_identifiers(void)
{
    static const char *const good[] = {
        "a",    "prefix:base",  "pre--fix:base--sep", "A:B",        "1:2",
        "core", "core:default", "core:app:default",   "core:a:b:c", "core::x"};
    static const char *const bad[] = {
        "a_b:c", "a:b_c",    "allow_x", "allow-*", "fs:allow-*",     "a.b:c",   "a/b",
        "a b",   "\xc3\xa9", ":a",      "a-:b",    "a:-b",           "__X__:a", "x:y:z",
        "a:",    "core:",    "a-",      "a:b-",    "tauri-plugin-x", "",        "a::b"};
    struct tb_identifier identifier;
    for (size_t i = 0; i < TB_ARRAY_LEN(good); i++)
        CHECK(tb_identifier_parse(tb_bytes_of_string(good[i]), &identifier) == NULL);
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++)
        CHECK(tb_identifier_parse(tb_bytes_of_string(bad[i]), &identifier) != NULL);
    CHECK(tb_identifier_parse(tb_bytes_of_string("core:app:x"), &identifier) == NULL);
    CHECK(tb_bytes_are(identifier.key, "core:app"));
    CHECK(tb_bytes_are(identifier.base, "x"));
    char text[118];
    memset(text, 'x', sizeof text);
    CHECK(tb_identifier_parse(tb_bytes_of(text, 116), &identifier) == NULL);
    CHECK(identifier.key.n == 0 && identifier.base.n == 116);
    CHECK(tb_identifier_parse(tb_bytes_of(text, 117), &identifier) != NULL);
}

static void names_cannot_pretend(void)
{
    CHECK(tb_command_name_valid(tb_bytes_of_string("read_file")));
    CHECK(!tb_command_name_valid(tb_bytes_of_string("plugin:fs|read_file")));
    CHECK(!tb_command_name_valid(tb_bytes_of_string("a|b")));
    CHECK(!tb_command_name_valid(tb_bytes_of_string("")));
    CHECK(tb_plugin_name_valid(tb_bytes_of_string("global-shortcut")));
    CHECK(tb_plugin_name_valid(tb_bytes_of_string("core:app")));
    CHECK(tb_plugin_name_valid(tb_bytes_of_string("core")));
    CHECK(!tb_plugin_name_valid(tb_bytes_of_string("core:")));
    CHECK(!tb_plugin_name_valid(tb_bytes_of_string("core::app")));
    CHECK(!tb_plugin_name_valid(tb_bytes_of_string("core:core:app")));
    CHECK(!tb_plugin_name_valid(tb_bytes_of_string("core:../app")));
    CHECK(!tb_plugin_name_valid(tb_bytes_of_string("shell:app")));
    CHECK(!tb_plugin_name_valid(tb_bytes_of_string("..")));
    CHECK(!tb_plugin_name_valid(tb_bytes_of_string("a/b")));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(expands_patterns),
        TEST(refuses_patterns),
        TEST(variables_are_never_patterns),
        TEST(finds_roots),
        TEST(what_a_variable_holds_is_found_again),
        TEST(knows_what_is_within),
        TEST(parses_identifiers),
        TEST(names_cannot_pretend),
    };
    int status = test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
    tb_arena_deinit(&arena);
    return status;
}
