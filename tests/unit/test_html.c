#include "base/result.h"
#include "frontend/html.h"
#include "tests/unit/test.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

/* The text with `@` for each place of a nonce. */
static void check_places(const char *text, const char *wanted)
{
    tb_cleanup(tb_html_deinit) struct tb_html html = {0};
    char marked[1024] = "";
    size_t from = 0;
    size_t n = 0;
    CHECK_INT(tb_html_read(tb_bytes_of_string(text), &html), TB_OK);
    for (size_t i = 0; i < html.n_places; i++) {
        n += (size_t)snprintf(marked + n, sizeof marked - n, "%.*s@", (int)(html.places[i] - from),
                              text + from);
        from = html.places[i];
    }
    (void)snprintf(marked + n, sizeof marked - n, "%s", text + from);
    CHECK_STR(marked, wanted);
}

static void finds_scripts_and_styles(void)
{
    check_places("", "");
    check_places("<p>none", "<p>none");
    check_places("<script src=a.js></script><SCRIPT\nTYPE=module>1</SCRIPT>",
                 "<script src=a.js></script><SCRIPT@\nTYPE=module>1</SCRIPT>");
    check_places("<link rel='icon StyleSheet'><link rel=icon><link href=a><style>p{}</style>",
                 "<link rel='icon StyleSheet'><link rel=icon><link href=a><style@>p{}</style>");
    check_places("<script nonce=a>1</script>", "<script@ nonce=a>1</script>");
    check_places("<svg><script>1</script><style/></svg>",
                 "<svg><script@>1</script><style@/></svg>");
    check_places("<template><script>1</script></template>",
                 "<template><script@>1</script></template>");
    check_places("<table><tr><script>1</script><p><style></style>",
                 "<table><tr><script@>1</script><p><style@></style>");
}

/* A nonce would let them in from anywhere. */
static void finds_none_in_what_is_elsewhere(void)
{
    check_places("<script src='http://elsewhere.example/a.js'></script>",
                 "<script src='http://elsewhere.example/a.js'></script>");
    check_places("<svg><script href=a /><script xlink:href=a /></svg>",
                 "<svg><script href=a /><script xlink:href=a /></svg>");
    check_places("<script src=''>1</script>", "<script src=''>1</script>");
    check_places("<link rel=stylesheet href=//elsewhere.example/a.css>",
                 "<link rel=stylesheet href=//elsewhere.example/a.css>");
}

static void finds_none_in_text(void)
{
    check_places("<!-- <script>1</script> -->", "<!-- <script>1</script> -->");
    check_places("<textarea><script></textarea>", "<textarea><script></textarea>");
    check_places("<title><script></title>", "<title><script></title>");
    check_places("<p title='<script>'>", "<p title='<script>'>");
    check_places("<script>'<script>'</script>", "<script@>'<script>'</script>");
    check_places("<script", "<script");
    check_places("<scripted>", "<scripted>");
}

static struct tb_csp_hash hash_of(const char *text)
{
    struct tb_csp_hash hash;
    crypto_hash_sha256(hash.bytes, (const uint8_t *)text, strlen(text));
    return hash;
}

static void check_script(const char *text, const char *inlined)
{
    tb_cleanup(tb_html_deinit) struct tb_html html = {0};
    const struct tb_csp_hash wanted = hash_of(inlined);
    CHECK_INT(tb_html_read(tb_bytes_of_string(text), &html), TB_OK);
    CHECK_INT(html.inlined.scripts.n, 1);
    CHECK(memcmp(&html.inlined.scripts.list[0], &wanted, sizeof wanted) == 0);
}

static void hashes_what_a_browser_runs(void)
{
    check_script("<script>a\r\nb\rc\n</script>", "a\nb\nc\n");
    check_script("<script>\n\n1</script>", "\n\n1");
    check_script("<script> </script>", " ");
    check_script("<script>&amp;<!--<b></script>", "&amp;<!--<b>");
    check_script("<script><!--<script>1</script>--></script>", "<!--<script>1</script>-->");
    check_script("<svg><script>1&lt;2<![CDATA[ 3&lt;]]></script></svg>", "1<2 3&lt;");
    check_script("<script>caf\xc3\xa9</script><script>caf\xc3\xa9</script>", "caf\xc3\xa9");
    check_script("<script src=a>no</script><script>yes</script><script></script>", "yes");
}

static void hashes_styles_apart(void)
{
    tb_cleanup(tb_html_deinit) struct tb_html html = {0};
    const struct tb_csp_hash wanted = hash_of("p{}");
    static const char text[] =
        "<style>p{}</style><p style='color:red' onclick='1'><link rel=stylesheet href=a>";
    CHECK_INT(tb_html_read(tb_bytes_of_string(text), &html), TB_OK);
    CHECK_INT(html.inlined.scripts.n, 0);
    CHECK_INT(html.inlined.styles.n, 1);
    CHECK(memcmp(&html.inlined.styles.list[0], &wanted, sizeof wanted) == 0);
}

static void writes_the_nonce_in(void)
{
    tb_cleanup(tb_html_deinit) struct tb_html html = {0};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer out;
    struct tb_bytes text = tb_bytes_of_string("<script>1</script\n><style>");
    tb_buffer_init(&out, 1024);
    CHECK_INT(tb_html_read(text, &html), TB_OK);
    CHECK(tb_html_write(&html, text, "N", &out));
    CHECK(
        tb_bytes_are(tb_buffer_bytes(&out), "<script nonce=\"N\">1</script\n><style nonce=\"N\">"));
}

static char *repeated(const char *text, size_t n)
{
    size_t length = strlen(text);
    char *all = malloc(n * length + 1);
    CHECK(all != NULL);
    for (size_t i = 0; i < n; i++)
        memcpy(all + i * length, text, length);
    all[n * length] = 0;
    return all;
}

static int read_repeated(const char *text, size_t n)
{
    tb_cleanup(tb_html_deinit) struct tb_html html = {0};
    char *all = repeated(text, n);
    int r = tb_html_read(tb_bytes_of_string(all), &html);
    free(all);
    return r;
}

static void bounds_what_it_reads(void)
{
    CHECK_INT(read_repeated("<style></style>", TB_HTML_PLACES_MAX), TB_OK);
    CHECK_INT(read_repeated("<style></style>", TB_HTML_PLACES_MAX + 1), TB_TOO_LARGE);
    CHECK_INT(read_repeated("a", TB_HTML_MAX), TB_OK);
    CHECK_INT(read_repeated("a", TB_HTML_MAX + 1), TB_TOO_LARGE);
    /* As deep as it is long: nothing recurses. */
    CHECK_INT(read_repeated("<i>", 20000), TB_OK);
}

/* Each paragraph has all of the open formatting again. */
static void bounds_a_tree_that_grows_with_the_square(void)
{
    enum { N = 3000 };
    tb_cleanup(tb_html_deinit) struct tb_html html = {0};
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    char tag[32];
    tb_buffer_init(&text, TB_HTML_MAX);
    CHECK(tb_buffer_append(&text, tb_bytes_of_string("<p>")));
    for (unsigned i = 0; i < N; i++) {
        (void)snprintf(tag, sizeof tag, "<b a=%u>", i);
        CHECK(tb_buffer_append(&text, tb_bytes_of_string(tag)));
    }
    for (unsigned i = 0; i < N; i++)
        CHECK(tb_buffer_append(&text, tb_bytes_of_string("</p><p>a")));
    CHECK_INT(tb_html_read(tb_buffer_bytes(&text), &html), TB_TOO_LARGE);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(finds_scripts_and_styles), TEST(finds_none_in_what_is_elsewhere),
        TEST(finds_none_in_text),       TEST(hashes_what_a_browser_runs),
        TEST(hashes_styles_apart),      TEST(writes_the_nonce_in),
        TEST(bounds_what_it_reads),     TEST(bounds_a_tree_that_grows_with_the_square),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
