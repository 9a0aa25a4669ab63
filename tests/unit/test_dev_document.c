/* A document as a browser gets it: where our script stands, and what it is told. */
#include "base/result.h"
#include "dev/document.h"
#include "dev/insert.h"
#include "frontend/html.h"
#include "shim-js/scripts.h"
#include "tests/unit/test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static const struct dev_script script = {
    .label = "main",
    .socket = "ws://h/l",
    .worker = "http://h/w.js",
    .ticket = "00112233445566778899aabbccddeeff",
    .bootstrap = {(const uint8_t *)"\0\1\2", 3},
};

static void stands_behind_the_doctype(void)
{
    /* | is the place */
    static const char *const cases[] = {
        "<!doctype html>|<html>",
        "<!DOCTYPE HTML PUBLIC \"-//W3C//DTD HTML 4.01//EN\" \"x\">|\n<head>",
        " \n\t<!doctype html>|",
        "\xef\xbb\xbf<!doctype html>|<title>",
        "<!-- a > b -- c --> <!doctype html>|<p>",
        "<!--><!doctype html>|",
        "<!---><!doctype html>|",
        "<!-- a --!> <!doctype html>|",
        "<?xml version=\"1.0\"?>\n<!doctype html>|",
        "<!doctype html \">|\">",
        /* without one, before everything */
        "|",
        "|<html>",
        "|<p>text<!doctype html>",
        "|<!doctype html",
        "|<!-- <!doctype html>",
        "|<!--",
        "|<script>1</script><!doctype html>",
        "|&#60;!doctype html>",
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        char text[128];
        const char *mark = strchr(cases[i], '|');
        size_t before = (size_t)(mark - cases[i]);
        (void)snprintf(text, sizeof text, "%.*s%s", (int)before, cases[i], mark + 1);
        CHECK_INT(dev_insert_place(tb_bytes_of_string(text)), before);
    }
}

static void has_a_bundle_that_can_stand_in_a_document(void)
{
    const char *bundle = tb_script_dev_page;
    CHECK_INT(strlen(bundle), tb_script_dev_page_size);
    CHECK(!strcasestr(bundle, "</script") && !strstr(bundle, "<!--"));
    for (size_t i = 0; i < tb_script_dev_page_size; i++)
        CHECK((unsigned char)bundle[i] < 0x80);
}

static int write_document(struct tb_bytes text, const char *policy, const struct dev_script *own,
                          struct tb_buffer *out, struct tb_buffer *csp)
{
    const struct dev_document document = {.text = text, .policy = policy, .script = own};
    return dev_document_write(&document, out, csp);
}

static char *text_of(struct tb_buffer *buffer)
{
    struct tb_bytes bytes = tb_buffer_bytes(buffer);
    return strndup((const char *)bytes.data, bytes.n);
}

static void is_written_with_the_script_first(void)
{
    static const char text[] =
        "<!doctype html><title>a</title><script>1</script><style>a{}</style>";
    struct tb_buffer out;
    struct tb_buffer csp;
    tb_buffer_init(&out, DEV_DOCUMENT_MAX);
    tb_buffer_init(&csp, TB_CSP_MAX);
    CHECK_INT(write_document(tb_bytes_of_string(text), "", &script, &out, &csp), TB_OK);
    char *whole = text_of(&out);
    char *policy = text_of(&csp);
    const char *first = "<!doctype html><script nonce=\"";
    CHECK(strncmp(whole, first, strlen(first)) == 0);
    char nonce[TB_CSP_NONCE_SIZE + 1];
    (void)snprintf(nonce, sizeof nonce, "%s", whole + strlen(first));
    CHECK(strstr(policy, nonce) != NULL);
    CHECK(strstr(whole,
                 "})({label:\"main\",webview:\"main\",link:\"ws://h/l\",worker:\"http://h/w.js\","
                 "ticket:\"00112233445566778899aabbccddeeff\",bootstrap:\"AAEC\"})</script>"
                 "<title>a</title><script nonce=\"") != NULL);
    /* nothing of the document has our nonce */
    CHECK(strstr(strstr(whole, "</script>"), nonce) == NULL);
    CHECK(strstr(policy, "connect-src 'self' ws://h/l;") != NULL);
    free(whole);
    free(policy);
    tb_buffer_deinit(&out);
    tb_buffer_deinit(&csp);
}

static void is_written_without_a_script_for_others(void)
{
    static const char text[] = "<!doctype html><script>1</script>";
    struct tb_buffer out;
    struct tb_buffer csp;
    tb_buffer_init(&out, DEV_DOCUMENT_MAX);
    tb_buffer_init(&csp, TB_CSP_MAX);
    CHECK_INT(write_document(tb_bytes_of_string(text), "", NULL, &out, &csp), TB_OK);
    char *whole = text_of(&out);
    char *policy = text_of(&csp);
    CHECK(strstr(whole, "TROLLBRIDGE_DEV") == NULL && strstr(whole, "bootstrap") == NULL);
    CHECK(strstr(policy, "ws:") == NULL && strstr(policy, "worker-src") == NULL);
    CHECK_INT(strlen(whole), strlen(text) + strlen(" nonce=\"\"") + TB_CSP_NONCE_SIZE);
    free(whole);
    free(policy);
    tb_buffer_deinit(&out);
    tb_buffer_deinit(&csp);
}

static void tells_its_nonce_to_whom_wants_it(void)
{
    static const char text[] = "<!doctype html><title>a</title>";
    const struct dev_document document = {
        .text = tb_bytes_of_string(text), .policy = "", .script = &script, .tells_nonce = true};
    struct tb_buffer out;
    struct tb_buffer csp;
    tb_buffer_init(&out, DEV_DOCUMENT_MAX);
    tb_buffer_init(&csp, TB_CSP_MAX);
    CHECK_INT(dev_document_write(&document, &out, &csp), TB_OK);
    char *whole = text_of(&out);
    char *policy = text_of(&csp);
    const char *meta = "</script><meta property=\"csp-nonce\" nonce=\"";
    const char *found = strstr(whole, meta);
    CHECK(found != NULL);
    char source[16 + TB_CSP_NONCE_SIZE];
    (void)snprintf(source, sizeof source, "'nonce-%.*s'", TB_CSP_NONCE_SIZE, found + strlen(meta));
    const char *styles = strstr(policy, "style-src");
    CHECK(styles != NULL && strstr(styles, source) != NULL);
    free(whole);
    free(policy);
    tb_buffer_deinit(&out);
    tb_buffer_deinit(&csp);
}

static void is_refused_where_it_cannot_be(void)
{
    struct tb_buffer out;
    struct tb_buffer csp;
    tb_buffer_init(&out, DEV_DOCUMENT_MAX);
    tb_buffer_init(&csp, TB_CSP_MAX);
    CHECK_INT(write_document(tb_bytes_of_string(""), "a, b", &script, &out, &csp), TB_MALFORMED);
    char *large = calloc(1, TB_HTML_MAX + 1);
    CHECK(large != NULL);
    CHECK_INT(write_document(tb_bytes_of(large, TB_HTML_MAX + 1), "", &script, &out, &csp),
              TB_TOO_LARGE);
    free(large);
    tb_buffer_deinit(&out);
    tb_buffer_deinit(&csp);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(stands_behind_the_doctype),        TEST(has_a_bundle_that_can_stand_in_a_document),
        TEST(is_written_with_the_script_first), TEST(is_written_without_a_script_for_others),
        TEST(tells_its_nonce_to_whom_wants_it), TEST(is_refused_where_it_cannot_be),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
