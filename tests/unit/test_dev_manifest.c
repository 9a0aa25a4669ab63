/* The names that a manifest has for further files of its policy. */
#include "dev/manifest.h"
#include "dev/names.h"
#include "tests/unit/test.h"

static struct dev_manifest manifest;

static void from(const char *text)
{
    dev_manifest_read(tb_bytes_of_string(text), &manifest);
}

static const char *hook_of(const char *text)
{
    from(text);
    return manifest.hook;
}

static void names_are_found_in_their_tables(void)
{
    from("file = \"no\"\n"
         "[app]\n"
         "id = \"com.a\" # file\n"
         "file = \"no\"\n"
         "permissions = \"no\"\n"
         "\n"
         "[ hook ] # its\n"
         "\tfile = \"filter.js\"  # name\r\n"
         "commands = [\"a\"]\n"
         "[plugins.one]\n"
         "program = \"x\"\n"
         "permissions = 'one'\n"
         "[plugins.\"core:window\"]\n"
         "permissions=\"./deep/two/\"\n"
         "[pluginsx.three]\n"
         "permissions = \"three\"\n");
    CHECK_STR(manifest.hook, "filter.js");
    CHECK_INT(manifest.n_plugins, 2);
    CHECK_STR(manifest.plugins[0], "one");
    CHECK_STR(manifest.plugins[1], "deep/two");
}

static void what_is_not_plain_is_not_found(void)
{
    static const char *const lines[] = {
        "file = \"a\\u0062\"", "file = \"a",           "file = a",       "file =",    "file",
        "file = \"a\" b",      "file = \"\"\"a\"\"\"", "'file' = \"a\"", "file = \"",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(lines); i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "[hook]\n%s\n", lines[i]);
        CHECK_STR(hook_of(text), "");
    }
    CHECK_STR(hook_of("[hook]\nfile = \"a\""), "a");
    CHECK_STR(hook_of("[hook.x]\nfile = \"a\""), "");
    CHECK_STR(hook_of("[[hook]]\nfile = \"a\""), "");
    CHECK_STR(hook_of("["), "");
}

static void a_path_leads_into_the_folder(void)
{
    static const char *const paths[] = {"",     ".",     "..", "/a", "a/../b", "../a",
                                        "a//b", "a/./b", "/",  "./", "a/.."};
    for (size_t i = 0; i < TB_ARRAY_LEN(paths); i++) {
        char text[128];
        (void)snprintf(text, sizeof text, "[plugins.a]\npermissions = \"%s\"\n", paths[i]);
        from(text);
        CHECK_INT(manifest.n_plugins, 0);
    }
    from("[plugins.a]\npermissions = \"..a/.b/c.\"\n");
    CHECK_STR(manifest.plugins[0], "..a/.b/c.");
}

static void long_names_and_many_plugins_are_left_out(void)
{
    static char text[64 * 1024];
    size_t at = 0;
    for (int i = 0; i < DEV_PLUGINS_MAX + 3; i++)
        at += (size_t)snprintf(text + at, sizeof text - at,
                               "[plugins.a%d]\npermissions = \"p%d\"\n", i, i);
    from(text);
    CHECK_INT(manifest.n_plugins, DEV_PLUGINS_MAX);
    CHECK_STR(manifest.plugins[DEV_PLUGINS_MAX - 1], "p31");
    (void)snprintf(text, sizeof text, "[hook]\nfile = \"%0255d\"\n", 0);
    CHECK_INT(strlen(hook_of(text)), DEV_NAME_MAX - 1);
    (void)snprintf(text, sizeof text, "[hook]\nfile = \"%0256d\"\n", 0);
    CHECK_STR(hook_of(text), "");
}

static void of_one_that_is_too_long_nothing_is_read(void)
{
    static const char front[] = "[hook]\nfile = \"a\"\n";
    char *text = malloc(DEV_MANIFEST_MAX + 1);
    memset(text, '#', DEV_MANIFEST_MAX + 1);
    memcpy(text, front, sizeof front - 1);
    dev_manifest_read(tb_bytes_of(text, DEV_MANIFEST_MAX), &manifest);
    CHECK_STR(manifest.hook, "a");
    dev_manifest_read(tb_bytes_of(text, DEV_MANIFEST_MAX + 1), &manifest);
    CHECK_STR(manifest.hook, "");
    free(text);
}

static void no_mutation_is_read_beyond_its_end(void)
{
    static const char text[] = "[hook]\nfile = 'a/b' #\n[plugins.x]\npermissions = \"c\"\n";
    static const char others[] = {'"', '\'', '[', ']', '=', '\n', '/', '.', 0, (char)0xff};
    size_t n_found = 0;
    for (size_t cut = 0; cut < sizeof text; cut++)
        for (size_t at = 0; at < cut; at++)
            for (size_t i = 0; i < sizeof others; i++) {
                char *copy = malloc(cut);
                memcpy(copy, text, cut);
                copy[at] = others[i];
                dev_manifest_read(tb_bytes_of(copy, cut), &manifest);
                CHECK(strlen(manifest.hook) < cut && manifest.n_plugins <= 1);
                n_found += manifest.hook[0] != 0;
                free(copy);
            }
    CHECK(n_found > 0);
}

/* ---- names ---- */

static void what_editors_leave_is_temporary(void)
{
    static const char *const temporary[] = {
        "a.js~",       ".a.js.swp",     ".a.swx",        ".swp.swo",
        "4913",        "5036",          ".#a.js",        "#a.js#",
        "a.tmp",       "x___jb_tmp___", "x___jb_old___", ".goutputstream-X1Y2",
        ".a.kate-swp",
    };
    static const char *const files[] = {"a.js", "~",   "4914",   "491", "04913", "491300",
                                        ".a",   "#",   "##",     "#a",  "a#",    "swp",
                                        ".swp", "tmp", "a.tmpl", "a~b", "."};
    for (size_t i = 0; i < TB_ARRAY_LEN(temporary); i++)
        CHECK_STR(dev_name_is_temporary(temporary[i]) ? temporary[i] : "", temporary[i]);
    for (size_t i = 0; i < TB_ARRAY_LEN(files); i++)
        CHECK_STR(dev_name_is_temporary(files[i]) ? "" : files[i], files[i]);
}

static void folders_of_other_programs_are_foreign(void)
{
    CHECK(dev_name_is_foreign(".git") && dev_name_is_foreign("node_modules"));
    CHECK(!dev_name_is_foreign("git") && !dev_name_is_foreign("node_modules2"));
}

static void a_path_is_below_a_folder_by_whole_names(void)
{
    CHECK(dev_path_is_below("a", "") && dev_path_is_below("", "") && dev_path_is_below("a", "a"));
    CHECK(dev_path_is_below("a/b", "a"));
    CHECK(!dev_path_is_below("ab", "a") && !dev_path_is_below("", "a"));
    CHECK(!dev_path_is_below("b/a", "a") && !dev_path_is_below("a", "a/b"));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(names_are_found_in_their_tables),
        TEST(what_is_not_plain_is_not_found),
        TEST(a_path_leads_into_the_folder),
        TEST(long_names_and_many_plugins_are_left_out),
        TEST(of_one_that_is_too_long_nothing_is_read),
        TEST(no_mutation_is_read_beyond_its_end),
        TEST(what_editors_leave_is_temporary),
        TEST(folders_of_other_programs_are_foreign),
        TEST(a_path_is_below_a_folder_by_whole_names),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
