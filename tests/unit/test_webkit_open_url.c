/* What of a page's URLs is handed on, in which form, and which patterns it matches. */
#include "host/webkitgtk/open_url.h"
#include "tests/unit/test.h"

struct pair {
    const char *text;
    const char *other;
};

static void check_url(const char *text, const char *expected)
{
    const char *wrong = NULL;
    g_autofree char *url = tb_open_url(tb_bytes_of_string(text), &wrong);
    fprintf(stderr, "%s: %s\n", text, wrong ? wrong : "taken");
    CHECK_STR(url, expected);
}

static void check_refused(struct tb_bytes text)
{
    const char *wrong = NULL;
    g_autofree char *url = tb_open_url(text, &wrong);
    fprintf(stderr, "%.*s: %s\n", (int)text.n, (const char *)text.data, url ? url : wrong);
    CHECK(!url && wrong);
}

static void urls_are_written_anew(void)
{
    static const struct pair pairs[] = {
        {"https://example.com", "https://example.com/"},
        {"HTTPS://EXAMPLE.com:443/A?B#C", "https://example.com/A?B#C"},
        {"http://example.com:80/", "http://example.com/"},
        {"http://example.com:443/", "http://example.com:443/"},
        {"https://example.com/a/../b", "https://example.com/b"},
        {"https://example.com/\xc3\xbc", "https://example.com/%C3%BC"},
        {"https://example.com/a/%2e%2E/b", "https://example.com/b"},
        {"https://example.com/.%2E/%2e/b", "https://example.com/b"},
        {"https://\xc3\xa4.example/", "https://xn--4ca.example/"},
        {"https://[::1]:8080/", "https://[::1]:8080/"},
        {"mailto:a@example.com?subject=x%0Ay", "mailto:a@example.com?subject=x%0Ay"},
        {"mailto:a@example.com?body=https://x%20y", "mailto:a@example.com?body=https://x%20y"},
        {"MailTo:a@example.com", "mailto:a@example.com"},
        {"tel:+4930123456", "tel:+4930123456"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(pairs); i++)
        check_url(pairs[i].text, pairs[i].other);
}

static void what_two_programs_may_read_in_two_ways_is_refused(void)
{
    static const char *const texts[] = {
        "",
        "example.com",
        "//example.com/",
        "/etc/passwd",
        "-version",
        "https:",
        "https:example.com",
        "https:///example.com",
        "https:/.//example.com/",
        "other:/.//example.com/",
        "other:/a/..//example.com/",
        "https://",
        "https://@example.com/",
        "https://a@example.com/",
        "https://a:b@example.com/",
        "https://example.com%2eevil.example/",
        "https://example.com%00.evil.example/",
        "https://example.com\\.evil.example/",
        "https://ex\xe2\x80\xaemple.com/",
        "https://example.com:99999/",
        "https://example.com:x/",
        " https://example.com/",
        "https://example.com/ ",
        "https://example.com/\n",
        "java\tscript:alert(1)",
        "https://example.com/\x7f",
        "https://example.com/\"",
        "https://example.com/`id`",
        "https://example.com/^",
        "mailto:a@example.com?attach=/etc/passwd",
        "mailto:a@example.com?subject=x&Attachment=/etc/passwd",
        "mailto:a@example.com?att%61ch=/etc/passwd",
        "mailto:a@example.com?subject=x;attach=/etc/passwd&x",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        check_refused(tb_bytes_of_string(texts[i]));
    check_refused(tb_bytes_of("https://example.com/\0", 21));
}

static void a_url_has_an_end(void)
{
    g_autofree char *text = g_strnfill(TB_OPEN_URL_MAX + 1, 'a');
    memcpy(text, "https://e/", 10);
    check_refused(tb_bytes_of(text, TB_OPEN_URL_MAX + 1));
    text[TB_OPEN_URL_MAX] = '\0';
    check_url(text, text);
}

static void check_match(const struct pair *pair, bool expected)
{
    struct tb_open_parts parts = tb_open_parts_of(tb_bytes_of_string(pair->text));
    bool matches = tb_open_url_matches(&parts, tb_bytes_of_string(pair->other));
    fprintf(stderr, "%s, of %s: %d\n", pair->text, pair->other, matches);
    CHECK_INT(matches, expected);
}

static void patterns_match_part_by_part(void)
{
    static const struct pair yes[] = {
        {"https://example.com", "https://example.com"},
        {"https://example.com/", "https://EXAMPLE.com"},
        {"https://example.com/a?b#c", "https://example.com/*"},
        {"https://a.b.example.com/", "https://*.example.com/*"},
        {"https://example.com/a", "https://*"},
        {"https://example.com:8443/a", "https://*"},
        {"https://example.com:8443/a", "https://example.com:*/*"},
        {"https://example.com/a1", "https://example.com/a?"},
        {"https://example.com/a/b/c", "https://example.com/*/c"},
        {"mailto:a@example.com", "mailto:*@example.com"},
        {"tel:112", "tel:*"},
        {"https://example.com/", "https:*"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(yes); i++)
        check_match(&yes[i], true);
}

static void no_wildcard_reaches_behind_its_part(void)
{
    static const struct pair no[] = {
        {"https://example.com/a", "https://example.com"},
        {"https://example.com.evil.example/", "https://example.com"},
        {"https://example.com.evil.example/", "https://example.com/*"},
        {"https://evil.example/.example.com/", "https://*.example.com/*"},
        {"https://evil.example/?.example.com/", "https://*.example.com/*"},
        {"https://evil.example#.example.com/", "https://*.example.com/*"},
        {"https://example.com/", "https://*.example.com/*"},
        {"https://example.com:8443/", "https://example.com/*"},
        {"http://example.com/", "https://*"},
        {"https://example.com/", "https:*.com/"},
        {"https:x", "https://*"},
        {"mailto:a@example.com?cc=b@evil.example", "mailto:*@example.com"},
        {"https://example.com/", ""},
        {"https://example.com/", "*"},
        {"https://example.com/", "https"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(no); i++)
        check_match(&no[i], false);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(urls_are_written_anew),
        TEST(what_two_programs_may_read_in_two_ways_is_refused),
        TEST(a_url_has_an_end),
        TEST(patterns_match_part_by_part),
        TEST(no_wildcard_reaches_behind_its_part),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
