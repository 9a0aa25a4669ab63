#include "audit/entry.h"
#include "base/escape.h"
#include "base/result.h"
#include "scribe/calls.h"
#include "scribe/line.h"
#include "scribe/wall.h"
#include "tests/unit/test.h"

#include <math.h>
#include <sodium.h>

#define TEXT(literal) tb_bytes_of(literal, sizeof(literal) - 1)
#define HASH_0        "0000000000000000000000000000000000000000000000000000000000000000"

static struct tb_unpacker unpacker;
static char line[TB_LINE_MAX];

/* The line of the record, number 17, checked by the reader of the verifier. */
static const char *write_line(const struct tb_record *record)
{
    struct tb_entry entry;
    const char *why;
    const struct tb_stamp stamp = {
        .app = TEXT("com.example.notes"),
        .time = "2026-11-22T04:00:00.000000Z",
        .n = 17,
        .of = record->event == TB_EVENT_DONE ? 16 : 0,
    };
    CHECK(unpacker.scanner || tb_unpacker_init(&unpacker, &tb_scan_peer) == 0);
    size_t n = tb_line_write(record, &stamp, &unpacker, line);
    CHECK(n < sizeof line);
    line[n] = 0;
    if (tb_entry_read(tb_bytes_of(line, n), &entry, &why) != TB_OK) {
        fprintf(stderr, "%s\n", line);
        test_fail(why, __FILE__, __LINE__);
    }
    uint64_t shape_n;
    CHECK(tb_shape_read(tb_bytes_of(line, n), &shape_n) && shape_n == 17);
    tb_entry_deinit(&entry);
    return line;
}

static void writes_the_documented_line(void)
{
    const struct tb_record record = {
        .event = TB_EVENT_CALL,
        .verdict = TB_DENY,
        .code = TB_CODE_SCOPE,
        .args_kind = TB_ARGS_DIGEST,
        .mono_ns = 123456789,
        .ref = 5,
        .n_in = 42,
        .session = {0, 1, 2, 3, 0xfc, 0xfd, 0xfe, 0xff},
        .view = TEXT("main"),
        .origin = TEXT("local"),
        .command = TEXT("plugin:fs|read_file"),
        .plugin = TEXT("fs"),
        .reason = TEXT("outside the scope"),
        .rule = {TEXT("main-window"), TEXT("fs:default"), TEXT("capabilities/main.json"), 7},
        .args = TEXT("abc"),
    };
    /* BLAKE2b-256 of "abc", as b2sum -l 256 prints it. */
    CHECK_STR(write_line(&record),
              "{\"v\":1,\"n\":17,\"time\":\"2026-11-22T04:00:00.000000Z\",\"mono_ns\":123456789,"
              "\"app\":\"com.example.notes\",\"session\":\"00010203fcfdfeff\",\"view\":\"main\","
              "\"origin\":\"local\",\"event\":\"call\",\"command\":\"plugin:fs|read_file\","
              "\"verdict\":\"deny\",\"code\":\"scope\",\"rule\":{\"capability\":\"main-window\","
              "\"permission\":\"fs:default\",\"file\":\"capabilities/main.json\",\"line\":7},"
              "\"reason\":\"outside the scope\",\"plugin\":\"fs\",\"of\":0,\"dur_ns\":0,\"in\":42,"
              "\"out\":0,\"args\":\"blake2b:"
              "bddd813c634239723171ef3fee98579b94964e3bb1cb3e427262c8c068d52319\","
              "\"prev\":\"" HASH_0 "\",\"mac\":\"\"}");
}

static void leaves_empty_what_there_is_not(void)
{
    const struct tb_record record = {.event = TB_EVENT_START};
    CHECK_STR(write_line(&record),
              "{\"v\":1,\"n\":17,\"time\":\"2026-11-22T04:00:00.000000Z\",\"mono_ns\":0,"
              "\"app\":\"com.example.notes\",\"session\":\"\",\"view\":\"\",\"origin\":\"\","
              "\"event\":\"start\",\"command\":\"\",\"verdict\":\"allow\",\"code\":\"\","
              "\"rule\":{\"capability\":\"\",\"permission\":\"\",\"file\":\"\",\"line\":0},"
              "\"reason\":\"\",\"plugin\":\"\",\"of\":0,\"dur_ns\":0,\"in\":0,\"out\":0,"
              "\"args\":\"\",\"prev\":\"" HASH_0 "\",\"mac\":\"\"}");
}

static void gives_verdicts_to_what_decides(void)
{
    struct tb_record record = {.event = TB_EVENT_CALL, .verdict = TB_REWRITE};
    CHECK(strstr(write_line(&record), "\"verdict\":\"rewrite\""));
    record = (struct tb_record){.event = TB_EVENT_ASK};
    CHECK(strstr(write_line(&record), "\"verdict\":\"deny\""));
    record = (struct tb_record){.event = TB_EVENT_VIOLATION, .verdict = TB_ALLOW};
    CHECK(strstr(write_line(&record), "\"verdict\":\"deny\""));
    record = (struct tb_record){.event = TB_EVENT_DONE, .code = TB_CODE_IO};
    CHECK(strstr(write_line(&record), "\"verdict\":\"allow\",\"code\":\"io\""));
    CHECK(strstr(line, "\"of\":16"));
}

static const char *escape(struct tb_bytes text, size_t cap)
{
    static char out[256];
    struct tb_escaped escaped = tb_escape(text, out, cap);
    CHECK(escaped.n <= cap && escaped.n < sizeof out);
    out[escaped.n] = 0;
    return out;
}

static void escapes_what_an_eye_would_miss(void)
{
    CHECK_STR(escape(TEXT("plain text"), 255), "plain text");
    CHECK_STR(escape(TEXT("\"\\/"), 255), "\\\"\\\\/");
    CHECK_STR(escape(TEXT("\0\n\x1b[2J\x7f"), 255), "\\u0000\\u000a\\u001b[2J\\u007f");
    CHECK_STR(escape(TEXT("\xc2\x9b"), 255), "\\u009b");
    CHECK_STR(escape(TEXT("\xe2\x80\xa8\xe2\x80\xa9"), 255), "\\u2028\\u2029");
    CHECK_STR(escape(TEXT("a\xe2\x80\xae"
                          "b\xe2\x81\xa6"),
                     255),
              "a\\u202eb\\u2066");
    CHECK_STR(escape(TEXT("\xe2\x80\x8b\xef\xbb\xbf\xd8\x9c"), 255), "\\u200b\\ufeff\\u061c");
    CHECK_STR(escape(TEXT("\xf3\xa0\x81\x81"), 255), "\\udb40\\udc41");
    CHECK_STR(escape(TEXT("caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80"), 255),
              "caf\xc3\xa9 \xe6\x97\xa5 \xf0\x9f\x98\x80");
}

static void replaces_what_is_not_utf8(void)
{
    CHECK_STR(escape(TEXT("a\xff"
                          "b"),
                     255),
              "a\\ufffdb");
    CHECK_STR(escape(TEXT("\xe6\x97"), 255), "\\ufffd\\ufffd");
    CHECK_STR(escape(TEXT("\xc0\x80"), 255), "\\ufffd\\ufffd");
    CHECK_STR(escape(TEXT("\xed\xa0\x80"), 255), "\\ufffd\\ufffd\\ufffd");
}

static void cuts_at_characters_only(void)
{
    CHECK_STR(escape(TEXT("123456789012"), 12), "123456789012");
    CHECK_STR(escape(TEXT("1234567890123"), 12), "123456789\xe2\x80\xa6");
    CHECK_STR(escape(TEXT("1234567\x1b"), 12), "1234567\xe2\x80\xa6");
    CHECK_STR(escape(TEXT("123456\x1b"), 12), "123456\\u001b");
    CHECK_STR(escape(TEXT("12345678\xe6\x97\xa5\xe6\x97\xa5"), 12), "12345678\xe2\x80\xa6");
    static char text[64];
    for (size_t n = 0; n < sizeof text; n++) {
        memset(text, n % 3 ? 'x' : '"', sizeof text);
        for (size_t cap = TB_ESCAPE_UNIT; cap < 80; cap++) {
            const char *out = escape(tb_bytes_of(text, n), cap);
            CHECK(tb_utf8_valid(tb_bytes_of_string(out)));
        }
    }
}

static void fits_the_longest_of_everything(void)
{
    static char wide[4096];
    memset(wide, 1, sizeof wide); /* six bytes each when escaped */
    const struct tb_bytes w = tb_bytes_of(wide, sizeof wide);
    struct tb_record record = {
        .event = TB_EVENT_CHECKPOINT,
        .code = TB_CODE_PLUGIN_UNAVAILABLE,
        .args_kind = TB_ARGS_HASHED,
        .mono_ns = UINT64_MAX,
        .dur_ns = UINT64_MAX,
        .n_in = UINT64_MAX,
        .n_out = UINT64_MAX,
        .session = {1},
        .view = w,
        .origin = w,
        .command = w,
        .plugin = w,
        .reason = w,
        .rule = {w, w, w, UINT32_MAX},
        .args = tb_bytes_of(wide, TB_HASH_SIZE),
    };
    const struct tb_stamp stamp = {
        .app = w, .time = "2026-11-22T04:00:00.000000Z", .n = TB_NUMBER_MAX, .of = TB_NUMBER_MAX};
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    size_t n = tb_line_write(&record, &stamp, &unpacker, line);
    CHECK(n < TB_LINE_MAX);
    uint64_t shape_n;
    CHECK(tb_shape_read(tb_bytes_of(line, n), &shape_n) && shape_n == TB_NUMBER_MAX);
    tb_unpacker_deinit(&unpacker);
}

static const char *full(struct tb_bytes args)
{
    const struct tb_record record = {
        .event = TB_EVENT_CALL, .args_kind = TB_ARGS_FULL, .args = args};
    char *at = strstr(write_line(&record), "\"args\":");
    CHECK(at);
    at += strlen("\"args\":");
    *strstr(at, ",\"prev\":") = 0;
    return at;
}

static void writes_full_arguments_as_json(void)
{
    CHECK_STR(full(TEXT("\x80")), "{}");
    CHECK_STR(full(TEXT("\x82\xa4path\xa3"
                        "a\"b\xa4list\x96\xc0\xc2\xc3\x01\xff\xcb\x3f\xf8\0\0\0\0\0\0")),
              "{\"path\":\"a\\\"b\",\"list\":[null,false,true,1,-1,1.5]}");
    CHECK_STR(full(TEXT("\x81\xa1"
                        "b\xc4\x03"
                        "abc")),
              "{\"b\":\"base64:YWJj\"}");
    CHECK_STR(full(TEXT("\x81\xa1"
                        "b\xc4\x00")),
              "{\"b\":\"base64:\"}");
    CHECK_STR(
        full(TEXT("\x82\xa1u\xcf\xff\xff\xff\xff\xff\xff\xff\xff\xa1i\xd3\x80\0\0\0\0\0\0\0")),
        "{\"u\":\"18446744073709551615\",\"i\":-9223372036854775808}");
    CHECK_STR(full(TEXT("\x82\xa1n\xcb\x7f\xf8\0\0\0\0\0\0\xa1i\xcb\xff\xf0\0\0\0\0\0\0")),
              "{\"n\":\"NaN\",\"i\":\"-inf\"}");
    CHECK_STR(full(TEXT("\x81\xa1s\xa2\0\n")), "{\"s\":\"\\u0000\\u000a\"}");
}

static void falls_back_to_the_digest(void)
{
    static const char prefix[] = "\"blake2b:";
    static uint8_t args[8192] = {0x81, 0xa1, 'b', 0xc5, 0x10, 0x00};
    CHECK(strncmp(full(tb_bytes_of(args, 6 + 4096)), prefix, sizeof prefix - 1) == 0);
    memcpy(args, "\x81\xa1s\xda\x04\x00", 6);
    memset(args + 6, 1, 1024); /* six bytes each when escaped */
    CHECK(strncmp(full(tb_bytes_of(args, 6 + 1024)), prefix, sizeof prefix - 1) == 0);
    CHECK(strncmp(full(TEXT("\x81\xa1\0\x01")), prefix, sizeof prefix - 1) == 0);
    CHECK(strncmp(full(TEXT("\x91\x01")), prefix, sizeof prefix - 1) == 0);
    CHECK(strncmp(full(TEXT("\x81\xa1")), prefix, sizeof prefix - 1) == 0);
    CHECK(strncmp(full(TEXT("")), prefix, sizeof prefix - 1) == 0);
}

/* Wherever a crash tears a line: what is left of it does not pass for a record. */
static void no_beginning_of_a_line_has_its_shape(void)
{
    uint64_t n;
    const struct tb_record record = {
        .event = TB_EVENT_CALL,
        .args_kind = TB_ARGS_FULL,
        .reason = TEXT("}\\\"}"),
        .args = TEXT("\x82\xa3mac\xa0\xa1m\x81\xa3mac\xa2\"}"),
    };
    size_t length = strlen(write_line(&record));
    CHECK(strstr(line, "{\"mac\":\"\\\"}\"}"));
    for (size_t i = 0; i < length; i++)
        CHECK(!tb_shape_read(tb_bytes_of(line, i), &n));
    line[length] = ' ';
    CHECK(!tb_shape_read(tb_bytes_of(line, length + 1), &n));
}

static void finds_the_call_of_a_done(void)
{
    struct tb_calls calls;
    tb_calls_init(&calls);
    CHECK_INT(tb_calls_take(&calls, 5), 0);
    CHECK(tb_calls_add(&calls, 5, 17));
    CHECK(tb_calls_add(&calls, 6, 18));
    CHECK_INT(tb_calls_take(&calls, 7), 0);
    CHECK_INT(tb_calls_take(&calls, 0), 0);
    CHECK_INT(tb_calls_take(&calls, 5), 17);
    CHECK_INT(tb_calls_take(&calls, 5), 0);
    CHECK(tb_calls_add(&calls, 6, 19));
    CHECK_INT(tb_calls_take(&calls, 6), 19);
    CHECK_INT(calls.n_live, 0);
    tb_calls_deinit(&calls);
}

static void keeps_no_more_calls_than_its_cap(void)
{
    struct tb_calls calls;
    tb_calls_init(&calls);
    for (uint64_t ref = 1; ref <= TB_CALLS_MAX; ref++)
        CHECK(tb_calls_add(&calls, ref, ref + 1));
    CHECK(!tb_calls_add(&calls, TB_CALLS_MAX + 1, 1));
    CHECK_INT(calls.n_slots, 2 * TB_CALLS_MAX);
    for (uint64_t ref = TB_CALLS_MAX; ref > 0; ref--)
        CHECK_INT(tb_calls_take(&calls, ref), ref + 1);
    tb_calls_deinit(&calls);
}

/* Numbers that all want the same few slots, added and taken in a shuffled order. */
static void survives_collisions(void)
{
    enum { N = 100, ROUNDS = 20000 };
    static uint64_t held[N];
    struct tb_calls calls;
    unsigned state = 1;
    tb_calls_init(&calls);
    for (unsigned round = 0; round < ROUNDS; round++) {
        state = state * 1664525 + 1013904223;
        size_t i = state >> 16 & 127;
        if (i >= N)
            continue;
        uint64_t ref = (i % 3) + 1 + (i / 3) * 1024;
        CHECK_INT(tb_calls_take(&calls, ref), held[i]);
        held[i] = held[i] ? 0 : round + 1;
        CHECK(held[i] == 0 || tb_calls_add(&calls, ref, held[i]));
    }
    tb_calls_deinit(&calls);
}

static void tells_the_time_as_gmtime_does(void)
{
    static const uint64_t seconds[] = {0,           951782399,   951782400,  951868800,
                                       1078012800,  1709164800,  1709251199, 4102444799,
                                       13569465600, 253402300799};
    for (size_t i = 0; i < TB_ARRAY_LEN(seconds); i++) {
        char expected[TB_TIME_SIZE + 8];
        struct tm tm;
        time_t second = (time_t)seconds[i];
        struct tb_wall wall = {.taken_ns = 1};
        CHECK(gmtime_r(&second, &tm));
        CHECK(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.000042Z", &tm) > 0);
        if (seconds[i] <= UINT64_MAX / TB_S_NS - 1)
            CHECK_STR(tb_wall_text(&wall, seconds[i] * TB_S_NS + 42999), expected);
    }
    struct tb_wall wall = {.taken_ns = 1};
    for (uint64_t day = 0; day < 60000; day++) {
        char expected[TB_TIME_SIZE + 8];
        struct tm tm;
        time_t second = (time_t)(day * 86400 + 86399);
        CHECK(gmtime_r(&second, &tm));
        CHECK(strftime(expected, sizeof expected, "%Y-%m-%dT%H:%M:%S.999999Z", &tm) > 0);
        CHECK_STR(tb_wall_text(&wall, (uint64_t)second * TB_S_NS + 999999999), expected);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(writes_the_documented_line),
        TEST(leaves_empty_what_there_is_not),
        TEST(gives_verdicts_to_what_decides),
        TEST(escapes_what_an_eye_would_miss),
        TEST(replaces_what_is_not_utf8),
        TEST(cuts_at_characters_only),
        TEST(fits_the_longest_of_everything),
        TEST(writes_full_arguments_as_json),
        TEST(falls_back_to_the_digest),
        TEST(no_beginning_of_a_line_has_its_shape),
        TEST(finds_the_call_of_a_done),
        TEST(keeps_no_more_calls_than_its_cap),
        TEST(survives_collisions),
        TEST(tells_the_time_as_gmtime_does),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
