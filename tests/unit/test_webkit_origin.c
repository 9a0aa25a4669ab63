/* Origins of documents, and the patterns of user scripts made of them. */
#include "host/webkitgtk/origin.h"
#include "host/webkitgtk/scripts.h"
#include "proto/limits.h"
#include "tests/unit/test.h"

static void check_origin(const char *uri, const char *expected)
{
    g_autofree char *origin = tb_origin_of(uri);
    if (expected)
        CHECK_STR(origin, expected);
    else if (origin)
        test_fail(uri, __FILE__, __LINE__);
}

static void the_origin_is_all_before_the_path(void)
{
    check_origin("tauri://localhost/", "tauri://localhost");
    check_origin("tauri://localhost", "tauri://localhost");
    check_origin("https://example.com/a/b?c#d", "https://example.com");
    check_origin("https://example.com?c", "https://example.com");
    check_origin("https://example.com#d", "https://example.com");
    check_origin("http://127.0.0.1:8080/", "http://127.0.0.1:8080");
    check_origin("http://[::1]:8080/", "http://[::1]:8080");
    check_origin("https://xn--bcher-kva.example/", "https://xn--bcher-kva.example");
}

static void what_has_no_origin_of_its_own_has_none(void)
{
    check_origin(NULL, NULL);
    check_origin("", NULL);
    check_origin("about:blank", NULL);
    check_origin("about:srcdoc", NULL);
    check_origin("data:text/html,tauri://localhost/", NULL);
    check_origin("blob:tauri://localhost/5a1b", NULL);
    check_origin("file:///etc/passwd", NULL);
    check_origin("javascript:'tauri://localhost/'", NULL);
    check_origin("view-source:https://example.com/", NULL);
    check_origin("ftp://example.com/", NULL);
    check_origin("tauri:localhost/", NULL);
    check_origin("tauri:/localhost/", NULL);
    check_origin("tauri:///", NULL);
}

/* What WebKit would not have written is not guessed at. */
static void what_is_not_in_normal_form_has_none(void)
{
    check_origin("TAURI://localhost/", NULL);
    check_origin("tauri://LOCALHOST/", NULL);
    check_origin("https://localhost@evil.example/", NULL);
    check_origin("https://user:word@example.com/", NULL);
    check_origin("https://example.com\\@evil.example/", NULL);
    check_origin("https://exam ple.com/", NULL);
    check_origin("https://ex%61mple.com/", NULL);
    check_origin("https://b\303\274cher.example/", NULL);
    check_origin("https://:8080/", NULL);
    check_origin("https://\n/", NULL);
    check_origin(" https://example.com/", NULL);
}

static void a_long_one_has_none(void)
{
    char uri[TB_ORIGIN_MAX + 2] = "https://";
    memset(uri + strlen(uri), 'a', TB_ORIGIN_MAX - strlen(uri));
    check_origin(uri, uri);
    uri[TB_ORIGIN_MAX] = 'a';
    check_origin(uri, NULL);
}

static void whole_is_nothing_but_an_origin(void)
{
    CHECK(tb_origin_whole("https://example.com"));
    CHECK(tb_origin_whole("http://127.0.0.1:1420"));
    CHECK(!tb_origin_whole("https://example.com/"));
    CHECK(!tb_origin_whole("https://example.com/*"));
    CHECK(!tb_origin_whole("https://*.example.com"));
    CHECK(!tb_origin_whole("https://Example.com"));
    CHECK(!tb_origin_whole("example.com"));
    CHECK(!tb_origin_whole("null"));
    CHECK(!tb_origin_whole("*"));
    CHECK(!tb_origin_whole(""));
}

static void check_pattern(const char *origin, const char *expected)
{
    g_autofree char *pattern = tb_scripts_pattern(origin);
    CHECK_STR(pattern, expected);
}

static void a_pattern_has_no_port(void)
{
    check_pattern("tauri://localhost", "tauri://localhost/*");
    check_pattern("https://example.com", "https://example.com/*");
    check_pattern("http://127.0.0.1:8080", "http://127.0.0.1/*");
    check_pattern("http://[::1]:8080", "http://[::1]/*");
    check_pattern("http://[::1]", "http://[::1]/*");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(the_origin_is_all_before_the_path),   TEST(what_has_no_origin_of_its_own_has_none),
        TEST(what_is_not_in_normal_form_has_none), TEST(a_long_one_has_none),
        TEST(whole_is_nothing_but_an_origin),      TEST(a_pattern_has_no_port),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
