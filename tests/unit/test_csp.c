#include "base/result.h"
#include "frontend/csp.h"
#include "tests/unit/test.h"

#include <stdio.h>

#define NONCE "abcdefghijklmnopqrstuvwx"
#define N     " 'nonce-" NONCE "'"
#define END   "; object-src 'none'; base-uri 'self'"
/* Of 32 zero bytes, and of 32 that are 1. */
#define H0 " 'sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA='"
#define H1 " 'sha256-AQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQE='"

static int write_policy(const char *policy, const struct tb_csp_document *document,
                        const struct tb_csp_host *host, char ret_text[static TB_CSP_MAX + 1])
{
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    tb_buffer_init(&out, TB_CSP_MAX);
    int r = tb_csp_write(tb_bytes_of_string(policy), NONCE, document, host, &out);
    struct tb_bytes bytes = tb_buffer_bytes(&out);
    (void)snprintf(ret_text, TB_CSP_MAX + 1, "%.*s", (int)bytes.n, (const char *)bytes.data);
    return r;
}

struct rule {
    const char *policy;
    const char *wanted;
};

static void check(const struct rule *rules, size_t n, const struct tb_csp_document *document)
{
    static char text[TB_CSP_MAX + 1];
    for (size_t i = 0; i < n; i++) {
        CHECK_INT(write_policy(rules[i].policy, document, NULL, text), TB_OK);
        CHECK_STR(text, rules[i].wanted);
    }
}

static void lets_the_script_of_a_host_in(void)
{
#define OWN " 'nonce-xwvutsrqponmlkjihgfedcba'"
    static const struct tb_csp_host host = {"xwvutsrqponmlkjihgfedcba", "http://h/w.js",
                                            "ws://h/l"};
    static const struct rule rules[] = {
        {"default-src 'none'",
         "default-src 'none'; script-src" OWN "; style-src 'none'; worker-src http://h/w.js; "
         "connect-src ws://h/l" END},
        /* what the document brings is not let in with it */
        {"script-src 'none'; connect-src https:",
         "script-src" OWN "; connect-src https: ws://h/l; style-src 'self'" N
         "; worker-src http://h/w.js" END},
        {"script-src 'self' https:; worker-src blob:; script-src-elem 'none'",
         "script-src 'self' https:" N OWN "; worker-src blob: http://h/w.js; script-src-elem" OWN
         "; style-src 'self'" N END},
        {"child-src a.example; script-src b.example; default-src c.example",
         "child-src a.example; script-src b.example" N OWN "; default-src c.example; "
         "style-src c.example" N "; worker-src a.example http://h/w.js; "
         "connect-src c.example ws://h/l" END},
    };
    static char text[TB_CSP_MAX + 1];
    for (size_t i = 0; i < TB_ARRAY_LEN(rules); i++) {
        CHECK_INT(write_policy(rules[i].policy, NULL, &host, text), TB_OK);
        CHECK_STR(text, rules[i].wanted);
    }
}

static void only_narrows(void)
{
    static const struct rule rules[] = {
        /* a missing list stands for default-src */
        {"default-src 'self' https://a.example",
         "default-src 'self' https://a.example; script-src 'self' https://a.example" N
         "; style-src 'self' https://a.example" N END},
        {"default-src 'none'", "default-src 'none'; script-src 'none'; style-src 'none'" END},
        {"default-src", "default-src; script-src; style-src" END},
        /* … and where that is missing too, for anything */
        {"img-src *", "img-src *; script-src 'self'" N "; style-src 'self'" N END},
        /* what allows nothing stays so */
        {"script-src 'none'; style-src 'NONE'", "script-src 'none'; style-src 'NONE'" END},
        {"script-src; style-src 'self'", "script-src; style-src 'self'" N END},
        {"script-src 'none' https:; style-src 'none'",
         "script-src 'none' https:" N "; style-src 'none'" END},
        /* the lists of elements are the ones that count where they are there */
        {"script-src-elem 'self'; script-src 'none'; style-src-elem 'none'; style-src 'self'",
         "script-src-elem 'self'" N
         "; script-src 'none'; style-src-elem 'none'; style-src 'self'" N END},
        {"script-src-attr 'self'; style-src-attr 'none'; default-src 'none'",
         "script-src-attr 'self'; style-src-attr 'none'; default-src 'none'; script-src 'none'; "
         "style-src 'none'" END},
        /* a nonce takes the meaning from 'unsafe-inline', which only styles may keep */
        {"script-src 'unsafe-inline'; style-src 'Unsafe-Inline' 'self'",
         "script-src 'unsafe-inline'" N "; style-src 'Unsafe-Inline' 'self'" END},
        /* what is there is kept */
        {"default-src 'none'; object-src 'self'; base-uri *",
         "default-src 'none'; object-src 'self'; base-uri *; script-src 'none'; style-src 'none'"},
    };
    check(rules, TB_ARRAY_LEN(rules), NULL);
}

static void reads_as_browsers_do(void)
{
    static const struct rule rules[] = {
        {" ;; SCRIPT-src\t'self'\n  data: ;\r\nstyle-src 'none';",
         "SCRIPT-src 'self' data:" N "; style-src 'none'" END},
        /* of two of a name the first counts */
        {"script-src 'none'; script-src *; Script-Src *; style-src 'none'",
         "script-src 'none'; style-src 'none'" END},
        {"upgrade-insecure-requests; script-src 'none'; style-src 'none'",
         "upgrade-insecure-requests; script-src 'none'; style-src 'none'" END},
    };
    check(rules, TB_ARRAY_LEN(rules), NULL);
}

static void is_strict_where_nothing_is_said(void)
{
    static char text[TB_CSP_MAX + 1];
    static const char *const empty[] = {"", " ", ";;", "\n"};
    for (size_t i = 0; i < TB_ARRAY_LEN(empty); i++) {
        CHECK_INT(write_policy(empty[i], NULL, NULL, text), TB_OK);
        CHECK(strstr(text, "default-src 'self'; script-src 'self'" N "; style-src 'self'" N "; "));
        CHECK(!strstr(text, "unsafe") && !strstr(text, "*") && !strstr(text, "http"));
        CHECK(strstr(text, END));
    }
}

static void adds_the_hashes_of_the_document(void)
{
    struct tb_csp_document document = {0};
    const struct tb_csp_hash zero = {{0}};
    struct tb_csp_hash one;
    memset(&one, 1, sizeof one);
    CHECK(tb_csp_add(&document.scripts, &zero) && tb_csp_add(&document.scripts, &one) &&
          tb_csp_add(&document.scripts, &zero) && tb_csp_add(&document.styles, &one));
    CHECK_INT(document.scripts.n, 2);
    const struct rule rules[] = {
        {"default-src 'self'",
         "default-src 'self'; script-src 'self'" N H0 H1 "; style-src 'self'" N H1 END},
        {"script-src 'none'; style-src 'unsafe-inline'",
         "script-src 'none'; style-src 'unsafe-inline'" END},
    };
    check(rules, TB_ARRAY_LEN(rules), &document);
}

static void bounds_hashes(void)
{
    static struct tb_csp_hashes hashes;
    struct tb_csp_hash hash = {{0}};
    for (unsigned i = 0; i < TB_CSP_HASHES_MAX; i++) {
        hash.bytes[0] = (uint8_t)i;
        hash.bytes[1] = (uint8_t)(i >> 8);
        CHECK(tb_csp_add(&hashes, &hash));
    }
    CHECK(tb_csp_add(&hashes, &hash));
    hash.bytes[2] = 1;
    CHECK(!tb_csp_add(&hashes, &hash));
}

static void refuses_what_is_no_policy(void)
{
    static char text[TB_CSP_MAX + 1];
    static char many[8192];
    static const char *const wrong[] = {"default-src 'self', script-src *", "a\x01", "a\x7f",
                                        "img-src caf\xc3\xa9"};
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++)
        CHECK_INT(write_policy(wrong[i], NULL, NULL, text), TB_MALFORMED);
    size_t n = 0;
    for (unsigned i = 0; i <= TB_CSP_DIRECTIVES_MAX; i++)
        n += (size_t)snprintf(many + n, sizeof many - n, "x%u y;", i);
    CHECK_INT(write_policy(many, NULL, NULL, text), TB_TOO_LARGE);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(only_narrows),
        TEST(lets_the_script_of_a_host_in),
        TEST(reads_as_browsers_do),
        TEST(is_strict_where_nothing_is_said),
        TEST(adds_the_hashes_of_the_document),
        TEST(bounds_hashes),
        TEST(refuses_what_is_no_policy),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
