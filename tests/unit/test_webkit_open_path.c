/* Where paths lead, and which patterns have them. */
#include "host/webkitgtk/open_path.h"
#include "tests/unit/test.h"

#include <fcntl.h>
#include <glib/gstdio.h>
#include <sys/stat.h>

static char *space; /* without a link in it */

static char *at(const char *name)
{
    return g_build_filename(space, name, NULL);
}

static void write_file(const char *name, const char *text, mode_t mode)
{
    g_autofree char *path = at(name);
    CHECK(g_file_set_contents(path, text, -1, NULL));
    CHECK_INT(chmod(path, mode), 0);
}

static void make_link(const char *name, const char *target)
{
    g_autofree char *path = at(name);
    CHECK_INT(symlink(target, path), 0);
}

static void make_folder(const char *name)
{
    g_autofree char *path = at(name);
    CHECK_INT(mkdir(path, 0700), 0);
}

static void make_space(void)
{
    g_autofree char *made = g_dir_make_tmp("tb-open-XXXXXX", NULL);
    space = realpath(made, NULL);
    CHECK(space);
    make_folder("docs");
    make_folder("docs/.hidden");
    make_folder("other");
    write_file("docs/a.txt", "a", 0600);
    write_file("docs/.hidden/b.txt", "b", 0600);
    write_file("other/secret.txt", "s", 0600);
    make_link("home", "docs");
    make_link("docs/out", "../other");
    make_link("docs/loop", "loop");
}

static void remove_below(const char *path)
{
    GDir *folder = g_dir_open(path, 0, NULL);
    for (const char *name; folder && (name = g_dir_read_name(folder));) {
        g_autofree char *one = g_build_filename(path, name, NULL);
        if (!g_file_test(one, G_FILE_TEST_IS_SYMLINK) && g_file_test(one, G_FILE_TEST_IS_DIR))
            remove_below(one);
        else
            g_unlink(one);
    }
    g_clear_pointer(&folder, g_dir_close);
    g_rmdir(path);
}

static void remove_space(char **name)
{
    remove_below(*name);
    free(*name);
}

static void check_real(const char *name, const char *expected)
{
    g_autofree char *path = at(name);
    g_autofree char *wanted = at(expected);
    g_autofree char *real = tb_open_path_real(tb_bytes_of_string(path));
    CHECK_STR(real, wanted);
}

static void check_none(struct tb_bytes path)
{
    g_autofree char *real = tb_open_path_real(path);
    CHECK(!real);
}

static void links_are_followed_before_anything_is_judged(void)
{
    make_space();
    tb_cleanup(remove_space) char *own = space;
    check_real("docs/a.txt", "docs/a.txt");
    check_real("home/a.txt", "docs/a.txt");
    check_real("docs/../docs//./a.txt", "docs/a.txt");
    check_real("home/out/secret.txt", "other/secret.txt");
    g_autofree char *url = g_strdup_printf("file://%s/docs/%%61.txt", own);
    g_autofree char *real = tb_open_path_real(tb_bytes_of_string(url));
    CHECK(real && g_str_has_suffix(real, "/docs/a.txt"));
}

static void what_is_no_file_or_folder_has_no_path(void)
{
    make_space();
    tb_cleanup(remove_space) char *own = space;
    g_autofree char *pipe = at("pipe");
    g_autofree char *loop = at("docs/loop");
    CHECK_INT(mkfifo(pipe, 0600), 0);
    CHECK(own);
    const char *const texts[] = {
        "",          "docs/a.txt",          "~/a.txt",
        "/dev/null", "/nonexistent/a",      "file://host.example/etc/passwd",
        "file:",     "http://example.com/", pipe,
        loop};
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        check_none(tb_bytes_of_string(texts[i]));
    check_none(tb_bytes_of("/etc\0/passwd", 12));
}

static bool matches(const char *name, const char *pattern, bool deny)
{
    g_autofree char *path = at(name);
    g_autofree char *whole = g_strconcat(space, pattern, NULL);
    return tb_open_path_matches(path, tb_bytes_of_string(whole), deny);
}

static void patterns_begin_where_their_links_lead(void)
{
    make_space();
    tb_cleanup(remove_space) char *own = space;
    CHECK(own);
    CHECK(matches("docs/a.txt", "/docs/*", false));
    CHECK(matches("docs/a.txt", "/home/**", false));
    CHECK(matches("docs/a.txt", "/home/a.txt", false));
    CHECK(matches("docs", "/home", false));
    CHECK(!matches("other/secret.txt", "/docs/**", false));
    CHECK(!matches("other/secret.txt", "/home/**", false));
    CHECK(matches("other/secret.txt", "/docs/out/**", false));
    CHECK(!matches("docs/a.txt", "/nowhere/**", false));
    CHECK(!matches("docs/.hidden/b.txt", "/docs/*/b.txt", false));
}

static void what_is_denied_is_all_of_it(void)
{
    make_space();
    tb_cleanup(remove_space) char *own = space;
    CHECK(own);
    CHECK(matches("docs/.hidden/b.txt", "/docs/*", true));
    CHECK(matches("docs/.hidden/b.txt", "/home/.hidden", true));
    CHECK(matches("other/secret.txt", "/docs/out", true));
    CHECK(matches("docs/a.txt", "/docs/[", true));
    CHECK(!matches("docs/a.txt", "/docs/[", false));
    CHECK(!matches("docs/a.txt", "/other/**", true));
}

static void check_type(const char *name, const char *text, mode_t mode, const char *expected)
{
    write_file(name, text, mode);
    g_autofree char *path = at(name);
    g_autofree char *type = tb_open_path_type(path);
    fprintf(stderr, "%s: %s\n", name, type ? type : "none");
    if (expected)
        CHECK_STR(type, expected);
    else
        CHECK(!type);
}

static void what_may_run_has_no_kind(void)
{
    make_space();
    tb_cleanup(remove_space) char *own = space;
    g_autofree char *nothing = at("nothing");
    CHECK(own && !tb_open_path_type(nothing));
    check_type("a.txt", "plain", 0600, "text/plain");
    check_type("b.html", "<!doctype html>", 0600, "text/html");
    check_type("c.sh", "#!/bin/sh\n", 0700, NULL);
    check_type("d.txt", "#!/bin/sh\n", 0700, NULL);
    check_type("e.desktop", "[Desktop Entry]\nExec=true\n", 0600, NULL);
    check_type("f.jar", "PK\003\004", 0600, NULL);
    check_type("g.exe", "MZ", 0600, NULL);
    check_type("h.deb", "!<arch>\ndebian", 0600, NULL);

    g_autofree char *folder = at("docs");
    g_autofree char *type = tb_open_path_type(folder);
    CHECK_STR(type, "inode/directory");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(links_are_followed_before_anything_is_judged),
        TEST(what_is_no_file_or_folder_has_no_path),
        TEST(patterns_begin_where_their_links_lead),
        TEST(what_is_denied_is_all_of_it),
        TEST(what_may_run_has_no_kind),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
