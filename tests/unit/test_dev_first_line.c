/* The first line of a request to the dev bridge. */
#include "base/result.h"
#include "dev/arrival.h"
#include "tests/unit/test.h"

#include <stdlib.h>

static void finds_the_target(void)
{
    static const char *const cases[][2] = {
        {"GET / HTTP/1.1\r\n", "/"},
        {"GET /a%20b+c;d?e=f&g#h HTTP/1.1\r\nHost: x\r\n", "/a%20b+c;d?e=f&g#h"},
        {"POST /~!$'()*,:@ HTTP/1.0\n", "/~!$'()*,:@"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(cases); i++) {
        struct tb_bytes target;
        CHECK_INT(dev_arrival_read(tb_bytes_of_string(cases[i][0]), &target), TB_OK);
        CHECK(tb_bytes_are(target, cases[i][1]));
    }
}

static void waits_for_the_whole_line(void)
{
    static const char line[] = "GET /a HTTP/1.1\r\n";
    struct tb_bytes target;
    for (size_t n = 0; n < sizeof line - 1; n++)
        CHECK_INT(dev_arrival_read(tb_bytes_of(line, n), &target),
                  n < strlen(line) ? TB_AGAIN : TB_OK);
}

static void knows_what_is_no_request(void)
{
    static const char *const wrong[] = {
        "\n",
        "\r\n",
        "GET\n",
        "GET /\n",
        "GET  / HTTP/1.1\n",
        " / HTTP/1.1\n",
        "GET a HTTP/1.1\n",
        "GET //a HTTP/1.1\n",
        "GET http://a/ HTTP/1.1\n",
        "GET * HTTP/1.1\n",
        "GET /a b HTTP/1.1\n",
        "GET /\xc3\xbc HTTP/1.1\n",
        "GET /a\tb HTTP/1.1\n",
        "GET /a\x7f HTTP/1.1\n",
        "GET / FTP/1.1\n",
        "PRI * HTTP/2.0\r\n",
    };
    struct tb_bytes target = {(const uint8_t *)"x", 1};
    for (size_t i = 0; i < TB_ARRAY_LEN(wrong); i++)
        CHECK_INT(dev_arrival_read(tb_bytes_of_string(wrong[i]), &target), TB_MALFORMED);
    CHECK_INT(dev_arrival_read(tb_bytes_of("GET /a\0b HTTP/1.1\n", 18), &target), TB_MALFORMED);
    CHECK(tb_bytes_are(target, "x"));
}

static void bounds_the_target(void)
{
    static char line[DEV_TARGET_MAX + 64] = "GET /";
    struct tb_bytes target;
    memset(line + 5, 'a', DEV_TARGET_MAX - 1);
    memcpy(line + 4 + DEV_TARGET_MAX, " HTTP/1.1\n", 11);
    CHECK_INT(dev_arrival_read(tb_bytes_of_string(line), &target), TB_OK);
    CHECK_INT(target.n, DEV_TARGET_MAX);
    memcpy(line + 4 + DEV_TARGET_MAX, "a HTTP/1.1\n", 12);
    CHECK_INT(dev_arrival_read(tb_bytes_of_string(line), &target), TB_MALFORMED);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(finds_the_target),
        TEST(waits_for_the_whole_line),
        TEST(knows_what_is_no_request),
        TEST(bounds_the_target),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
