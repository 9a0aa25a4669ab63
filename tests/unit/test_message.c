#include "base/result.h"
#include "proto/control.h"
#include "proto/inner.h"
#include "proto/plugin.h"
#include "tests/unit/test.h"

static struct tb_unpacker unpacker;

static struct tb_plaintext text_of(const char *text, size_t n, const char *raw)
{
    return (struct tb_plaintext){.text = tb_bytes_of(text, n), .raw = tb_bytes_of_string(raw)};
}
#define TEXT(literal, raw) text_of(literal, sizeof(literal) - 1, raw)

static int read_call(struct tb_plaintext plaintext)
{
    struct tb_call call;
    return tb_call_read(&unpacker, &plaintext, &call);
}

static void a_call_has_exactly_its_keys(void)
{
    CHECK_INT(read_call(TEXT("\x81\xa4"
                             "args\x80",
                             "")),
              TB_OK);
    CHECK_INT(read_call(TEXT("\x80", "")), TB_MALFORMED);
    CHECK_INT(read_call(TEXT("\x81\xa4"
                             "args\x90",
                             "")),
              TB_MALFORMED);
    CHECK_INT(read_call(TEXT("\x82\xa4"
                             "args\x80\xa1"
                             "x\x01",
                             "")),
              TB_MALFORMED);
    CHECK_INT(read_call(TEXT("\x82\xa4"
                             "args\x80\xa5"
                             "bytes\x02",
                             "ab")),
              TB_OK);
    CHECK_INT(read_call(TEXT("\x82\xa4"
                             "args\x80\xa5"
                             "bytes\x03",
                             "ab")),
              TB_MALFORMED);
    CHECK_INT(read_call(TEXT("\x81\xa4"
                             "args\x80",
                             "ab")),
              TB_MALFORMED);
}

static int read_reply(struct tb_plaintext plaintext)
{
    struct tb_reply reply;
    return tb_reply_read(&unpacker, &plaintext, &reply);
}

static void a_reply_is_one_of_three(void)
{
    CHECK_INT(read_reply(TEXT("\x81\xa5"
                              "value\xc0",
                              "")),
              TB_OK);
    CHECK_INT(read_reply(TEXT("\x80", "")), TB_MALFORMED);
    CHECK_INT(read_reply(TEXT("\x82\xa5"
                              "value\xc0\xa5"
                              "bytes\x00",
                              "")),
              TB_MALFORMED);
    CHECK_INT(read_reply(TEXT("\x81\xa5"
                              "error\x83\xa4"
                              "code\xa2"
                              "io\xa7"
                              "message\xa0\xa7"
                              "command\xa0",
                              "")),
              TB_OK);
    CHECK_INT(read_reply(TEXT("\x81\xa5"
                              "error\x83\xa4"
                              "code\xa4"
                              "nope\xa7"
                              "message\xa0\xa7"
                              "command\xa0",
                              "")),
              TB_MALFORMED);
    CHECK_INT(read_reply(TEXT("\x82\xa5"
                              "value\xc0\xa4"
                              "next\xc4\x02"
                              "ab",
                              "")),
              TB_MALFORMED);
}

static void a_plugin_answers_only_its_codes(void)
{
    struct tb_plugin_reply answer;
    static const char good[] = "\x19\0\0\0\x82\xa4"
                               "call\x01\xa5"
                               "error\x82\xa4"
                               "code\xa2"
                               "io\xa7"
                               "message\xa0";
    char text[sizeof good];
    memcpy(text, good, sizeof good);
    text[0] = (char)(sizeof good - 1 - 4);
    CHECK_INT(tb_plugin_reply_read(&unpacker, tb_bytes_of(text, sizeof good - 1), &answer), TB_OK);
    CHECK_INT(answer.reply.error.code, TB_CODE_IO);
    /* `hook` would say that somebody else refused. */
    static const char bad[] = "\x1b\0\0\0\x82\xa4"
                              "call\x01\xa5"
                              "error\x82\xa4"
                              "code\xa4"
                              "hook\xa7"
                              "message\xa0";
    char other[sizeof bad];
    memcpy(other, bad, sizeof bad);
    other[0] = (char)(sizeof bad - 1 - 4);
    CHECK_INT(tb_plugin_reply_read(&unpacker, tb_bytes_of(other, sizeof bad - 1), &answer),
              TB_MALFORMED);
}

static int reread_open(struct tb_open open)
{
    struct tb_buffer out;
    struct tb_frame frame;
    struct tb_open back;
    size_t size;
    tb_buffer_init(&out, TB_CONTROL_MAX);
    CHECK_INT(tb_open_write(&out, &open), TB_OK);
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_CONTROL, tb_buffer_bytes(&out), &frame, &size), TB_OK);
    int r = tb_open_read(&unpacker, frame.body, &back);
    tb_buffer_deinit(&out);
    return r;
}

static void labels_and_origins_are_narrow(void)
{
    struct tb_open open = {
        .id = 1,
        .view = tb_bytes_of_string("main"),
        .webview = tb_bytes_of_string("main"),
        .origin = tb_bytes_of_string("local"),
    };
    CHECK_INT(reread_open(open), TB_OK);
    static const char *const labels[] = {"", "a b", "a\n", "../x", "caf\xc3\xa9", "a*"};
    for (size_t i = 0; i < TB_ARRAY_LEN(labels); i++) {
        struct tb_open bad = open;
        bad.view = tb_bytes_of_string(labels[i]);
        CHECK_INT(reread_open(bad), TB_MALFORMED);
    }
    open.origin = tb_bytes_of_string("https://a b");
    CHECK_INT(reread_open(open), TB_MALFORMED);
}

static void inner_messages_keep_every_field(void)
{
    uint8_t packet[TB_INNER_MAX];
    struct tb_inner back;
    const struct tb_inner message = {
        .type = TB_INNER_RESOLVE,
        .token = 7,
        .slot = 63,
        .index = 9,
        .status = -3,
        .view = tb_bytes_of_string("main"),
        .origin = tb_bytes_of_string("local"),
    };
    size_t n = tb_inner_write(&message, packet);
    CHECK_INT(tb_inner_read(tb_bytes_of(packet, n), &back), TB_OK);
    CHECK(back.token == 7 && back.slot == 63 && back.index == 9 && back.status == -3);
    CHECK(tb_bytes_are(back.view, "main") && tb_bytes_are(back.origin, "local"));
    for (size_t cut = 0; cut < n; cut++)
        CHECK_INT(tb_inner_read(tb_bytes_of(packet, cut), &back), TB_MALFORMED);
    packet[8] = 64; /* the slot */
    CHECK_INT(tb_inner_read(tb_bytes_of(packet, n), &back), TB_MALFORMED);
}

static void headers_are_held_against_their_table(void)
{
    struct tb_frame frame;
    size_t size;
    uint8_t header[TB_HEADER_SIZE];
    for (unsigned kind = 0; kind < 256; kind++) {
        tb_frame_header(header, (enum tb_kind)kind, 0, 100);
        int r = tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_bytes_of(header, 8), &frame, &size);
        bool known = kind == TB_CALL || kind == TB_CANCEL || kind == TB_CHUNK ||
                     kind == TB_CREDIT || kind == TB_WANT || kind == TB_MISS;
        /* HELLO and CLOSE have one length each, which is not this one. */
        CHECK_INT(r, known                                  ? TB_AGAIN
                     : kind == TB_HELLO || kind == TB_CLOSE ? TB_TOO_LARGE
                                                            : TB_MALFORMED);
    }
    tb_frame_header(header, TB_CALL, 2, 100);
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_bytes_of(header, 8), &frame, &size),
              TB_MALFORMED);
    tb_frame_header(header, TB_CALL, 0, 44);
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_bytes_of(header, 8), &frame, &size),
              TB_MALFORMED);
    memcpy(header, "\xff\xff\xff\xff\x04\0\0\0", 8);
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_VIEW, tb_bytes_of(header, 8), &frame, &size),
              TB_TOO_LARGE);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_call_has_exactly_its_keys),     TEST(a_reply_is_one_of_three),
        TEST(a_plugin_answers_only_its_codes), TEST(labels_and_origins_are_narrow),
        TEST(inner_messages_keep_every_field), TEST(headers_are_held_against_their_table),
    };
    if (tb_unpacker_init(&unpacker, &tb_scan_peer) < 0)
        return 1;
    int status = test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
    tb_unpacker_deinit(&unpacker);
    return status;
}
