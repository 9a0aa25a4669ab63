#include "base/result.h"
#include "proto/limits.h"
#include "proto/scan.h"
#include "tests/unit/test.h"

static int scan(const void *bytes, size_t n)
{
    struct tb_scanner *scanner = tb_scanner_new(&tb_scan_peer);
    CHECK(scanner);
    /* An exact copy, so that a read past the end is an error that tools see. */
    uint8_t *copy = malloc(n ? n : 1);
    memcpy(copy, bytes, n);
    int r = tb_scan(scanner, &tb_scan_peer, tb_bytes_of(copy, n));
    free(copy);
    tb_scanner_free(scanner);
    return r;
}
#define SCAN(literal) scan(literal, sizeof(literal) - 1)

static void accepts_each_type(void)
{
    CHECK_INT(SCAN("\x00"), TB_OK);
    CHECK_INT(SCAN("\xc0"), TB_OK);
    CHECK_INT(SCAN("\xff"), TB_OK);
    CHECK_INT(SCAN("\xcf\1\2\3\4\5\6\7\10"), TB_OK);
    CHECK_INT(SCAN("\xcb\1\2\3\4\5\6\7\10"), TB_OK);
    CHECK_INT(SCAN("\xa3"
                   "abc"),
              TB_OK);
    CHECK_INT(SCAN("\xc4\2\xff\xfe"), TB_OK);
    CHECK_INT(SCAN("\x93\1\2\3"), TB_OK);
    CHECK_INT(SCAN("\x82\xa1"
                   "a\1\xa1"
                   "b\x81\xa1"
                   "a\1"),
              TB_OK);
}

static void refuses_what_is_not_whole(void)
{
    CHECK_INT(SCAN(""), TB_MALFORMED);
    CHECK_INT(SCAN("\xcf\1\2\3"), TB_MALFORMED);
    CHECK_INT(SCAN("\xa3"
                   "ab"),
              TB_MALFORMED);
    CHECK_INT(SCAN("\x92\1"), TB_MALFORMED);
    CHECK_INT(SCAN("\1\2"), TB_MALFORMED);
    CHECK_INT(SCAN("\xdb\xff\xff\xff\xff"
                   "abc"),
              TB_MALFORMED);
}

static void refuses_counts_larger_than_the_bytes(void)
{
    CHECK_INT(SCAN("\xdd\xff\xff\xff\xff"), TB_MALFORMED);
    CHECK_INT(SCAN("\xdf\xff\xff\xff\xff"), TB_MALFORMED);
    CHECK_INT(SCAN("\xdc\0\x03\1\2"), TB_MALFORMED);
}

static void refuses_extensions(void)
{
    CHECK_INT(SCAN("\xc1"), TB_MALFORMED);
    CHECK_INT(SCAN("\xd4\1\2"), TB_MALFORMED);
    CHECK_INT(SCAN("\xd6\xff\1\2\3\4"), TB_MALFORMED);
    CHECK_INT(SCAN("\xc7\1\1\1"), TB_MALFORMED);
}

static void refuses_bad_keys(void)
{
    CHECK_INT(SCAN("\x81\1\1"), TB_MALFORMED);
    CHECK_INT(SCAN("\x82\xa1"
                   "a\1\xa1"
                   "a\2"),
              TB_MALFORMED);
    CHECK_INT(SCAN("\x82\xa1"
                   "a\x81\xa1"
                   "b\1\xd9\1a\2"),
              TB_MALFORMED);
}

static void finds_duplicates_in_a_large_map(void)
{
    enum { N = 5000 };
    uint8_t *text = malloc(3 + N * 5);
    for (int twin = 0; twin < 2; twin++) {
        size_t n = 0;
        text[n++] = 0xde;
        text[n++] = N >> 8;
        text[n++] = N & 255;
        for (int i = 0; i < N; i++) {
            int k = twin && i == N - 1 ? 17 : i;
            text[n++] = 0xa3;
            text[n++] = (uint8_t)('a' + k % 26);
            text[n++] = (uint8_t)('a' + k / 26 % 26);
            text[n++] = (uint8_t)('a' + k / 676);
            text[n++] = 1;
        }
        CHECK_INT(scan(text, n), twin ? TB_MALFORMED : TB_OK);
    }
    free(text);
}

static void refuses_bad_utf8(void)
{
    CHECK_INT(SCAN("\xa2\xc3\xa9"), TB_OK);
    CHECK_INT(SCAN("\xa1\xff"), TB_MALFORMED);
    CHECK_INT(SCAN("\xa2\xc0\x80"), TB_MALFORMED);
    CHECK_INT(SCAN("\xa3\xed\xa0\x80"), TB_MALFORMED);
    CHECK_INT(SCAN("\xa4\xf4\x90\x80\x80"), TB_MALFORMED);
    CHECK_INT(SCAN("\xa1\xe2"), TB_MALFORMED);
}

static void counts_depth(void)
{
    uint8_t text[40];
    memset(text, 0x91, sizeof text);
    text[32] = 1;
    CHECK_INT(scan(text, 33), TB_OK);
    text[32] = 0x91;
    text[33] = 1;
    CHECK_INT(scan(text, 34), TB_TOO_LARGE);
}

static void counts_nodes(void)
{
    size_t n = 3 + TB_MSGPACK_NODES;
    uint8_t *text = calloc(1, n + 4);
    text[0] = 0xdc;
    text[1] = 0xff;
    text[2] = 0xff;
    CHECK_INT(scan(text, 3 + 65535), TB_OK);
    text[0] = 0xdd;
    text[1] = 0;
    text[2] = 1;
    text[3] = 0;
    text[4] = 0;
    CHECK_INT(scan(text, 5 + 65536), TB_TOO_LARGE);
    free(text);
}

static void survives_every_mutation(void)
{
    static const uint8_t seed[] = "\x83\xa4"
                                  "args\x82\xa4"
                                  "path\xa5"
                                  "a/b/c\xa4"
                                  "list\x93\1\xcd\1\0\xc4\2ab\xa5"
                                  "bytes\x0a\xa1"
                                  "f\xcb\0\0\0\0\0\0\0\0";
    size_t n = sizeof seed - 1;
    uint8_t text[sizeof seed];
    for (size_t at = 0; at < n; at++) {
        for (unsigned v = 0; v < 256; v++) {
            memcpy(text, seed, n);
            text[at] = (uint8_t)v;
            int r = scan(text, n);
            CHECK(r == TB_OK || r == TB_MALFORMED || r == TB_TOO_LARGE);
        }
        CHECK_INT(scan(seed, at), TB_MALFORMED);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(accepts_each_type),
        TEST(refuses_what_is_not_whole),
        TEST(refuses_counts_larger_than_the_bytes),
        TEST(refuses_extensions),
        TEST(refuses_bad_keys),
        TEST(finds_duplicates_in_a_large_map),
        TEST(refuses_bad_utf8),
        TEST(counts_depth),
        TEST(counts_nodes),
        TEST(survives_every_mutation),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
