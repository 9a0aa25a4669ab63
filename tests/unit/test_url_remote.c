/* `remote.urls`: what each pattern lets in, and above all what it does not. */
#include "policy/compiler/url/remote.h"
#include "tests/unit/test.h"

static struct tb_arena arena;

static const char *parse(const char *text, struct tb_url_pattern **ret_pattern)
{
    return tb_remote_pattern_parse(&arena, tb_bytes_of_string(text), ret_pattern);
}

static struct tb_url url_of(const char *text)
{
    struct tb_url url;
    if (!tb_url_parse(&arena, tb_bytes_of_string(text), NULL, &url))
        fprintf(stderr, "no URL: %s\n", text);
    CHECK(tb_url_parse(&arena, tb_bytes_of_string(text), NULL, &url));
    return url;
}

/* What is no URL matches nothing. */
static bool matches(const char *pattern_text, const char *url_text)
{
    struct tb_url_pattern *pattern;
    struct tb_url url;
    const char *wrong = parse(pattern_text, &pattern);
    if (wrong)
        fprintf(stderr, "%s: %s\n", pattern_text, wrong);
    CHECK(!wrong);
    return tb_url_parse(&arena, tb_bytes_of_string(url_text), NULL, &url) &&
           tb_url_pattern_matches(pattern, &url);
}

/* For strsep, which writes into it. */
static char *list_of(const char *text)
{
    return (char *)tb_arena_copy(&arena, tb_bytes_of_string(text)).data;
}

/* URLs with a space between them. */
static void each(const char *pattern, const char *urls, bool expected)
{
    char *rest = list_of(urls);
    for (char *url = strsep(&rest, " "); url; url = strsep(&rest, " ")) {
        if (url[0] && matches(pattern, url) != expected) {
            fprintf(stderr, "%s on %s: expected %d\n", pattern, url, expected);
            CHECK(false);
        }
    }
}

static void patterns_match_what_they_do_in_tauri(void)
{
    static const struct {
        const char *pattern;
        const char *in;
        const char *out;
    } rows[] = {
        {"https://*.mydomain.dev",
         "https://a.mydomain.dev/ https://a.b.mydomain.dev/x https://A.MyDomain.DEV",
         "https://mydomain.dev/ http://a.mydomain.dev/ https://a.mydomain.dev:8443/ "
         "https://evilmydomain.dev/ https://a.mydomain.dev.evil.com/"},
        {"https://mydomain.dev",
         "https://mydomain.dev https://mydomain.dev/ https://mydomain.dev/a/b?c#d "
         "https://mydomain.dev:443/ https://MYDOMAIN.dev/ https://u:p@mydomain.dev/",
         "https://mydomain.dev:8443/ https://mydomain.dev./ http://mydomain.dev/ "
         "https://a.mydomain.dev/ https://mydomain.de/ https://mydomain.dev.evil.com/"},
        {"https://mydomain.dev/", "https://mydomain.dev/a/b?c#d https://mydomain.dev",
         "https://mydomain.dev:8443/"},
        {"https://mydomain.dev/api",
         "https://mydomain.dev/api https://mydomain.dev/api?x https://mydomain.dev/api#x "
         "https://mydomain.dev/x/../api",
         "https://mydomain.dev/api/ https://mydomain.dev/api/x https://mydomain.dev/ "
         "https://mydomain.dev/API"},
        {"https://mydomain.dev/api/*", "https://mydomain.dev/api/ https://mydomain.dev/api/x/y",
         "https://mydomain.dev/api https://mydomain.dev/ https://mydomain.dev/api/../x "
         "https://mydomain.dev/api/%2e%2e/x https://mydomain.dev/api\\..\\x"},
        {"http://localhost:*",
         "http://localhost http://localhost:80 http://localhost:1420/x http://LOCALHOST:1/",
         "http://127.0.0.1/ http://127.0.0.1:1420/ https://localhost:1420/"},
        {"*://localhost", "http://localhost/x https://localhost/x?q=1 custom://localhost/x",
         "file://localhost/ http://localhost:8080/ http://localhost.evil.com/"},
        {"https://*", "https://a.b/ https://1.2.3.4/ https://[::1]/ https://a:443/x",
         "https://a:8443/ http://a/"},
        {"https://*:*", "https://a:8443/ https://a/", "http://a/"},
        {"https://tauri.*", "https://tauri.app/ https://tauri.evil.com/ https://tauri.app.evil/",
         "https://tauri/ https://atauri.app/"},
        {"https://*.*.e.com", "https://a.b.e.com/ https://a.b.c.e.com/",
         "https://a.e.com/ https://e.com/"},
        {"https://:s.e.com", "https://a.e.com/", "https://a.b.e.com/ https://e.com/"},
        {"https://{a.}?e.com", "https://a.e.com/ https://e.com/", "https://b.e.com/"},
        {"https://ex(a|b).com", "https://exa.com/ https://exb.com/",
         "https://exc.com/ https://exa.com.evil/ https://ex/"},
        {"http://*", "http://tauri.app/path http://tauri.app/path?q=1 http://localhost/path", ""},
        {"http://localhost/*", "http://localhost/path http://localhost/path?q=1", ""},
        {"http://[\\:\\:1]:*", "http://[::1]/ http://[0:0::1]:99/x http://[::0001]/",
         "http://[::2]/ http://localhost/ http://[::1:1]/"},
        {"https://mydomain.dev?a=1", "https://mydomain.dev/?a=1 https://mydomain.dev/x?a=1#y",
         "https://mydomain.dev/ https://mydomain.dev/?a=2"},
        {"https://mydomain.dev:443", "https://mydomain.dev/", "https://mydomain.dev:8443/"},
        {"http://mydomain.dev:443", "http://mydomain.dev:443/", "http://mydomain.dev/"},
        {"http{s}?://mydomain.dev:443", "http://mydomain.dev:443/",
         "http://mydomain.dev/ https://mydomain.dev/"},
        {"https://u@mydomain.dev", "https://u@mydomain.dev/ https://u:p@mydomain.dev/",
         "https://mydomain.dev/ https://v@mydomain.dev/"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        each(rows[i].pattern, rows[i].in, true);
        each(rows[i].pattern, rows[i].out, false);
    }
}

static void hosts_have_one_form(void)
{
    static const char *const in[] = {
        "https://MYDOMAIN.DEV/",
        "https://u:p@mydomain.dev/",
        "https://evil.com@mydomain.dev/",
        "https://mydomain%2Edev/",
        "https://mydomain\xe3\x80\x82"
        "dev/",
        "https:\\\\mydomain.dev\\x",
        "https:mydomain.dev",
        "https:////mydomain.dev/",
        " \thttps://mydo\nmain.dev/ ",
        "https://mydomain.dev:443/",
        "https://mydomain.dev:00443/",
        "https://my\xc2\xad"
        "domain.dev/",
        "https://\xef\xbd\x8dydomain.dev/",
    };
    static const char *const out[] = {
        "https://evilmydomain.dev/",
        "https://mydomain.dev@evil.com/",
        "https://mydomain.dev./",
        "https://mydomain.dev%00.evil.com",
        "https://mydomain.dev%2eevil.com/",
        "https://mydomain.dev.evil.com/",
        "https://mydomain.dev:0443x/",
        "https://mydomain.dev:444/",
        "http://mydomain.dev:443/",
        "https://evil.com/https://mydomain.dev",
        "https://evil.com#@mydomain.dev/",
        "https://evil.com?@mydomain.dev/",
        "https://evil.com\\@mydomain.dev/",
        "https://mydom\xd0\xb0in.dev/",
        "https://mydomain.dev%2fevil.com/",
        "//mydomain.dev/",
        "mydomain.dev",
        "blob:https://mydomain.dev/x",
        "https ://mydomain.dev/",
        "data:text/html,https://mydomain.dev",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(in); i++) {
        if (!matches("https://mydomain.dev", in[i]))
            fprintf(stderr, "not in: %s\n", in[i]);
        CHECK(matches("https://mydomain.dev", in[i]));
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(out); i++) {
        if (matches("https://mydomain.dev", out[i]))
            fprintf(stderr, "in: %s\n", out[i]);
        CHECK(!matches("https://mydomain.dev", out[i]));
        CHECK(!matches("https://*.mydomain.dev", out[i]));
    }
    /* A browser ends the host at the backslash, so the `@` is in the path. */
    CHECK(matches("https://mydomain.dev", "https://mydomain.dev\\@evil.com"));
}

static void addresses_have_one_form(void)
{
    static const char *const forms[] = {"http://127.0.0.1/",
                                        "http://0x7f.1/",
                                        "http://2130706433/",
                                        "http://017700000001/",
                                        "http://127.1/",
                                        "http://127.0.1./",
                                        ("http://\xef\xbc\x91"
                                         "27.0.0.1/"),
                                        "http://0X7F.0.0.0x1/"};
    for (size_t i = 0; i < TB_ARRAY_LEN(forms); i++)
        CHECK(matches("http://127.0.0.1", forms[i]));
    CHECK(matches("http://0x7f.1", "http://127.0.0.1/"));
    CHECK(!matches("http://127.0.0.1", "http://[::ffff:127.0.0.1]/"));
    CHECK(!matches("http://*", "http://1.2.3.4.5/"));
    CHECK(!matches("http://*", "http://256.256.256.256/"));
    CHECK(matches("https://m\xc3\xbcnchen.de", "https://xn--mnchen-3ya.de/"));
    CHECK(matches("https://xn--mnchen-3ya.de", "https://M\xc3\x9cNCHEN.de/"));
    /* A symbol only in its ASCII form. */
    CHECK(matches("https://xn--h78h.com", "https://xn--h78h.com/"));
}

static void refuses_patterns(void)
{
    static const char *const rows[][2] = {
        {"*", "scheme"},
        {"mydomain.dev", "scheme"},
        {"/path", "scheme"},
        {"", "scheme"},
        {"http://[::1]:*", "`\\:`"},
        {"ht_tp://a.com", "in the scheme `ht_tp`"},
        {"https://a.com:99999", "port"},
        {"https://a b.com", "host"},
        {"https://exa(mple.com", "("},
        {"https://a.com/{b", "{"},
        {"https://a.com/(a(b))", "group inside"},
        {"https://a.com/(?=b)", "`(`"},
        {"https://a.com/(a(?=b))", "look-around"},
        {"https://a.com/(a(?<n>b))", "named group"},
        {"https://a.com/(a\\1)", "back reference"},
        {"https://a.com/(\\p{L})", "[A-Za-z]"},
        {"https://a.com/(a{1001})", "too large"},
        {"https://a.com/((?:a{900}){900})", "too large"},
        {"https://a.com/([a-)", "["},
        {"https://a.com/([z-a])", "range"},
        {"https://a.com/(a**)", "repeat"},
        {"https://a.com/(])", "]"},
        {"https://a.com/:a/:a", "same name"},
        {"https://\xf0\x9f\x9a\xb2.com", "xn--"},
        {"https://a.com/\xff", "UTF-8"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct tb_url_pattern *pattern;
        const char *wrong = parse(rows[i][0], &pattern);
        if (!wrong || !strstr(wrong, rows[i][1]))
            fprintf(stderr, "%s: %s\n", rows[i][0], wrong ? wrong : "accepted");
        CHECK(wrong && strstr(wrong, rows[i][1]));
    }
}

static void each_path(const char *pattern, const char *paths, bool expected)
{
    char *rest = list_of(paths);
    for (char *path = strsep(&rest, " "); path && path[0]; path = strsep(&rest, " "))
        each(pattern, tb_arena_format(&arena, "https://h%s", path), expected);
}

static void regular_expressions(void)
{
    static const struct {
        const char *group;
        const char *in;
        const char *out;
    } rows[] = {
        {"a|bc|", "/a /bc /", "/b /abc"},
        {"a{2}b{1,}c{0,1}d{2,3}", "/aabdd /aabbcddd", "/abdd /aabd /aabcdddd"},
        {"a*?b+?c??", "/b /aabbc", "/a /bcc"},
        {"(?:ab?)+", "/a /abaab", "/ /b"},
        {"[a-c\\-x_]+", "/abc-x_", "/d /"},
        {"[^a-c]", "/d /-", "/a /dd"},
        {"[\\w-]+", "/a-b_9", "/a.b"},
        {"[-a]+", "/a-", "/b"},
        {"[[a-z]--[aeiou]]+", "/xyz", "/xya"},
        {"[\\w&&\\D]+", "/abc_", "/a1"},
        {"\\d\\D\\w\\W", "/1aa-", "/aaaa"},
        {"\\x41\\u0042\\u{43}\\.", "/ABC.", "/ABCD"},
        {"^a$", "", "/ /a"},
        {"\\ba\\b", "/a", "/ba"},
        {"a.c", "/abc /a/c", "/ac"},
        {"(?:(?:a*)*)*b", "/b /aab", "/a"},
        {"a{0}b", "/b", "/ab"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        const char *pattern = tb_arena_format(&arena, "https://h/(%s)", rows[i].group);
        each_path(pattern, rows[i].in, true);
        each_path(pattern, rows[i].out, false);
    }
}

/* Each would take an engine that tries one way after the other longer than anybody waits. */
static void time_is_bounded(void)
{
    static const char *const patterns[] = {
        "https://h/((?:a*)*b)",         "https://h/((?:a|a)*b)",
        "https://h/((?:a?){30}a{30}b)", "https://h/*a*a*a*a*a*a*a*a*a*a*b",
        "https://h/:a*:b*:c*:d*:e*b",   "https://h/(.*)a(.*)a(.*)a(.*)a(.*)a(.*)b",
    };
    char url[4096] = "https://h/";
    memset(url + 10, 'a', sizeof url - 11);
    url[sizeof url - 1] = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(patterns); i++)
        CHECK(!matches(patterns[i], url));
}

static void local_is_one_origin(void)
{
    static const char *const local[] = {"tauri://localhost", "tauri://localhost/a/b?c#d",
                                        "TAURI://localhost/"};
    static const char *const remote[] = {
        "tauri://localhost.evil.com/", "tauri://localhost:80/",   "tauri://evil@localhost/",
        "tauri://LOCALHOST/",          "tauri://localhost./",     "tauri:localhost",
        "tauri:///localhost",          "tauri://evil/localhost",  "http://localhost/",
        "tauri2://localhost",          "tauri+x://localhost/",    "tauri://local%68ost/",
        "data:tauri://localhost",      "blob:tauri://localhost/", "http://tauri.localhost/",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(local); i++) {
        struct tb_url url = url_of(local[i]);
        CHECK(tb_url_is_local(&url));
    }
    for (size_t i = 0; i < TB_ARRAY_LEN(remote); i++) {
        struct tb_url url = url_of(remote[i]);
        CHECK(!tb_url_is_local(&url));
    }
}

static void origins_are_written(void)
{
    static const char *const rows[][2] = {
        {"https://U:P@Example.com:8443/a?b#c", "https://example.com:8443"},
        {"https://example.com:443/", "https://example.com"},
        {"http://[::1]:1420/", "http://[::1]:1420"},
        {"tauri://localhost/x", "tauri://localhost"},
        {"file:///etc/passwd", "null"},
        {"data:text/html,x", "null"},
        {"blob:https://a.com/x", "null"},
        {"about:blank", "null"},
        {"custom:opaque", "null"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct tb_url url = url_of(rows[i][0]);
        CHECK_STR(tb_arena_string(&arena, tb_url_origin(&arena, &url)), rows[i][1]);
    }
}

static void a_linter_can_ask(void)
{
    static const struct {
        const char *pattern;
        enum tb_remote_hosts hosts;
    } rows[] = {
        {"https://example.com", TB_REMOTE_ONE},
        {"https://example.com/api/*", TB_REMOTE_ONE},
        {"https://*.example.com:*/*", TB_REMOTE_SOME},
        {"https://{a.}?example.com", TB_REMOTE_SOME},
        {"https://{*.}?example.com", TB_REMOTE_SOME},
        {"https://{:a.}*{b.}?example.com", TB_REMOTE_SOME},
        {"https://*{b.}?example.com", TB_REMOTE_GLUED},
        {"https://{*}?example.com", TB_REMOTE_GLUED},
        {"https://{example.com}+", TB_REMOTE_GLUED},
        {"https://*example.com", TB_REMOTE_GLUED},
        {"https://:s.example.com", TB_REMOTE_SOME},
        {"https://example.*", TB_REMOTE_OPEN_ENDED},
        {"https://example{.com}?", TB_REMOTE_OPEN_ENDED},
        /* A colon and letters are a group, not a port. */
        {"https://example.com:port", TB_REMOTE_OPEN_ENDED},
        {"https://ex(a|b)", TB_REMOTE_OPEN_ENDED},
        {"https://*", TB_REMOTE_ALL},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct tb_url_pattern *pattern;
        CHECK(parse(rows[i].pattern, &pattern) == NULL);
        CHECK_INT(tb_remote_hosts_of(pattern), rows[i].hosts);
    }
    struct tb_url_pattern *pattern;
    CHECK(parse("HTTPS://*.Example.com:8443", &pattern) == NULL);
    CHECK(tb_bytes_are(tb_remote_text(pattern, TB_URL_PROTOCOL), "https"));
    CHECK(tb_bytes_are(tb_remote_text(pattern, TB_URL_HOSTNAME), "*.example.com"));
    CHECK(tb_bytes_are(tb_remote_text(pattern, TB_URL_PORT), "8443"));
    CHECK(tb_bytes_are(tb_remote_host_end(pattern), ".example.com"));
    CHECK(parse("https://*.com", &pattern) == NULL);
    CHECK(tb_bytes_are(tb_remote_host_end(pattern), ".com"));
}

static void sizes_are_capped(void)
{
    struct tb_url_pattern *pattern;
    struct tb_url url;
    char text[TB_URL_MAX + 2];
    memset(text, 'a', sizeof text);
    memcpy(text, "https://h/", 10);
    CHECK(tb_url_parse(&arena, tb_bytes_of(text, TB_URL_MAX), NULL, &url));
    CHECK(!tb_url_parse(&arena, tb_bytes_of(text, TB_URL_MAX + 1), NULL, &url));
    CHECK(!tb_remote_pattern_parse(&arena, tb_bytes_of(text, TB_URL_PATTERN_MAX), &pattern));
    CHECK(tb_remote_pattern_parse(&arena, tb_bytes_of(text, TB_URL_PATTERN_MAX + 1), &pattern));
    for (size_t i = 10; i + 2 < TB_URL_PATTERN_MAX; i += 3)
        memcpy(text + i, "{*}", 3);
    CHECK(tb_remote_pattern_parse(&arena, tb_bytes_of(text, TB_URL_PATTERN_MAX - 3), &pattern));
    CHECK(!tb_remote_pattern_parse(&arena, tb_bytes_of(text, 10 + 3 * 200), &pattern));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(patterns_match_what_they_do_in_tauri),
        TEST(hosts_have_one_form),
        TEST(addresses_have_one_form),
        TEST(refuses_patterns),
        TEST(regular_expressions),
        TEST(time_is_bounded),
        TEST(local_is_one_origin),
        TEST(origins_are_written),
        TEST(a_linter_can_ask),
        TEST(sizes_are_capped),
    };
    int status = test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
    tb_arena_deinit(&arena);
    return status;
}
