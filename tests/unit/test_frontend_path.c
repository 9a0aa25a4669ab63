#include "base/compiler.h"
#include "frontend/mime.h"
#include "frontend/path.h"
#include "tests/unit/test.h"

#include <stdio.h>

static void reads_paths(void)
{
    static const struct {
        const char *uri;
        const char *path;
        bool folder;
    } cases[] = {
        {"tauri://localhost", "", true},
        {"tauri://localhost/", "", true},
        {"tauri://localhost?q=/a", "", true},
        {"tauri://localhost#/a", "", true},
        {"tauri://localhost/a", "a", false},
        {"tauri://localhost/a/", "a", true},
        {"tauri://localhost/a/b.js?x=/../#/..", "a/b.js", false},
        {"tauri://localhost/a%20b", "a b", false},
        {"tauri://localhost/a%2fb", "a/b", false},
        {"tauri://localhost/%2541", "%41", false}, /* once */
        {"tauri://localhost/%c3%A4", "\xc3\xa4", false},
        {"tauri://localhost/...", "...", false},
        {"tauri://localhost/.well-known/x", ".well-known/x", false},
        {"tauri://localhost/a\\b", "a\\b", false},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        struct tb_frontend_path path;
        CHECK(tb_frontend_path_read(cases[i].uri, &path));
        CHECK_STR(path.text, cases[i].path);
        CHECK_INT(path.n, strlen(cases[i].path));
        CHECK_INT(path.folder, cases[i].folder);
    }
}

static void refuses_what_is_no_path(void)
{
    static const char *const wrong[] = {
        "",
        "tauri://localhos",
        "tauri://localhost.evil/a",
        "tauri://localhost:80/a",
        "tauri://localhost@evil/a",
        "tauri://LOCALHOST/a",
        "https://localhost/a",
        "tauri://localhost/..",
        "tauri://localhost/../a",
        "tauri://localhost/a/..",
        "tauri://localhost/a/../b",
        "tauri://localhost/.",
        "tauri://localhost/a/./b",
        "tauri://localhost/%2e%2e/a",
        "tauri://localhost/a%2f..%2fb",
        "tauri://localhost//",
        "tauri://localhost//a",
        "tauri://localhost/a//b",
        "tauri://localhost/a//",
        "tauri://localhost/%2f",
        "tauri://localhost/%00",
        "tauri://localhost/a%00.js",
        "tauri://localhost/a%0a",
        "tauri://localhost/a%7f",
        "tauri://localhost/%",
        "tauri://localhost/%2",
        "tauri://localhost/%g0",
        "tauri://localhost/%0g",
        "tauri://localhost/%ff",
        "tauri://localhost/%c3",
        "tauri://localhost/%ed%a0%80",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++) {
        struct tb_frontend_path path = {.n = 7};
        CHECK(!tb_frontend_path_read(wrong[i], &path));
        CHECK_INT(path.n, 7);
    }
}

static void takes_targets_of_requests(void)
{
    static const char *const fine[][2] = {
        {"/", ""},   {"", ""},          {"/a", "a"},       {"/a/b/?c=//", "a/b"},   {"/a%41", "aA"},
        {"/?a", ""}, {"/a%3fb", "a?b"}, {"/a+b#c", "a+b"}, {"/a;b=c&d", "a;b=c&d"},
    };
    static const char *const wrong[] = {"a",    "//",     "//a",  "/a//b",   "/..", "/a/../b",
                                        "/./a", "/a%0ab", "/a//", "/%2e%2e", "/%",  "/a%00"};
    struct tb_frontend_path path;
    for (size_t i = 0; i < TB_ARRAY_LEN(fine); i++) {
        CHECK(tb_frontend_path_take(tb_bytes_of_string(fine[i][0]), &path));
        CHECK_STR(path.text, fine[i][1]);
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++)
        CHECK(!tb_frontend_path_take(tb_bytes_of_string(wrong[i]), &path));
    CHECK(!tb_frontend_path_take(tb_bytes_of((const uint8_t *)"/a\0b", 4), &path));
}

static void bounds_their_length(void)
{
    char uri[TB_FRONTEND_PATH_MAX + 64] = TB_FRONTEND_ORIGIN "/";
    struct tb_frontend_path path;
    struct tb_frontend_path tries[TB_FRONTEND_TRIES];
    size_t n = strlen(uri);
    memset(uri + n, 'a', TB_FRONTEND_PATH_MAX);
    CHECK(tb_frontend_path_read(uri, &path));
    /* With `.html` behind it, it would be too long: only itself and the index are left. */
    CHECK_INT(tb_frontend_tries(&path, tries), 2);
    CHECK_STR(tries[1].text, "index.html");
    uri[n + TB_FRONTEND_PATH_MAX] = 'a';
    CHECK(!tb_frontend_path_read(uri, &path));
}

static void tries_what_a_path_may_mean(void)
{
    static const struct {
        const char *uri;
        const char *tries;
    } cases[] = {
        {"tauri://localhost/", " index.html"},
        {"tauri://localhost/a", " a a.html a/index.html index.html"},
        {"tauri://localhost/a.b/c", " a.b/c a.b/c.html a.b/c/index.html index.html"},
        {"tauri://localhost/a/", " a/index.html index.html"},
        {"tauri://localhost/a.js", " a.js a.js.html a.js/index.html"},
        {"tauri://localhost/a.b/", " a.b/index.html"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        struct tb_frontend_path path;
        struct tb_frontend_path tries[TB_FRONTEND_TRIES];
        char all[256] = "";
        CHECK(tb_frontend_path_read(cases[i].uri, &path));
        size_t n = tb_frontend_tries(&path, tries);
        for (size_t k = 0, at = 0; k < n; k++)
            at += (size_t)snprintf(all + at, sizeof all - at, " %s", tries[k].text);
        CHECK_STR(all, cases[i].tries);
    }
}

static void knows_types_by_the_last_end(void)
{
    CHECK_STR(tb_mime_of("a.js"), "text/javascript; charset=utf-8");
    CHECK_STR(tb_mime_of("a.tar.GZ"), "application/gzip");
    CHECK_STR(tb_mime_of("a.js/b"), "application/octet-stream");
    CHECK_STR(tb_mime_of("js"), "application/octet-stream");
    CHECK_STR(tb_mime_of("a."), "application/octet-stream");
    CHECK(tb_mime_is_html("a/b.HTM") && !tb_mime_is_html("html"));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(reads_paths),
        TEST(refuses_what_is_no_path),
        TEST(takes_targets_of_requests),
        TEST(bounds_their_length),
        TEST(tries_what_a_path_may_mean),
        TEST(knows_types_by_the_last_end),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
