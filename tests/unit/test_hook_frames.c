#include "base/result.h"
#include "base/wire.h"
#include "proto/hook.h"
#include "tests/unit/test.h"

#define TEXT(literal) tb_bytes_of(literal, sizeof(literal) - 1)

static struct tb_unpacker unpacker;
static struct tb_buffer out;

static void begin(void)
{
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_hook), 0);
    tb_buffer_init(&out, 4 * TB_FRAME_MAX);
}

static struct tb_bytes body_of(enum tb_side side, enum tb_kind kind)
{
    struct tb_frame frame;
    size_t size;
    CHECK_INT(tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size), TB_OK);
    CHECK_INT(frame.kind, kind);
    CHECK_INT(size, tb_buffer_n(&out));
    return frame.body;
}

/* `u32 n | msgpack | raw` */
static struct tb_bytes body(struct tb_bytes text, struct tb_bytes raw)
{
    static uint8_t bytes[1024];
    tb_store_u32(bytes, (uint32_t)text.n);
    memcpy(bytes + 4, text.data, text.n);
    if (raw.n > 0)
        memcpy(bytes + 4 + text.n, raw.data, raw.n);
    return tb_bytes_of(bytes, 4 + text.n + raw.n);
}

static struct tb_hook_init init(void)
{
    return (struct tb_hook_init){
        .view = TEXT("main"),
        .file = TEXT("isolation.js"),
        .time_ms = 50,
        .memory_mib = 128,
        .text = TEXT("export function onRequest({ args }) { return args }"),
    };
}

static void init_comes_back_as_it_went(void)
{
    begin();
    struct tb_hook_init was = init();
    struct tb_hook_init is;
    CHECK_INT(tb_hook_init_write(&out, &was), TB_OK);
    CHECK_INT(tb_hook_init_read(&unpacker, body_of(TB_SIDE_HOOK, TB_HOOK_INIT), &is), TB_OK);
    CHECK(tb_bytes_equal(is.view, was.view) && tb_bytes_equal(is.file, was.file));
    CHECK(tb_bytes_equal(is.text, was.text));
    CHECK_INT(is.time_ms, 50);
    CHECK_INT(is.memory_mib, 128);
}

static int init_read(struct tb_hook_init changed)
{
    struct tb_hook_init is;
    tb_buffer_truncate(&out, 0);
    CHECK_INT(tb_hook_init_write(&out, &changed), TB_OK);
    return tb_hook_init_read(&unpacker, body_of(TB_SIDE_HOOK, TB_HOOK_INIT), &is);
}

static void init_keeps_to_its_limits(void)
{
    static char long_text[TB_HOOK_TEXT_MAX + 1];
    begin();
    struct tb_hook_init changed = init();
    changed.time_ms = 0;
    CHECK_INT(init_read(changed), TB_MALFORMED);
    changed.time_ms = TB_HOOK_TIME_MS_MAX + 1;
    CHECK_INT(init_read(changed), TB_TOO_LARGE);
    changed = init();
    changed.memory_mib = TB_HOOK_MEMORY_MIB_MIN - 1;
    CHECK_INT(init_read(changed), TB_MALFORMED);
    changed.memory_mib = TB_HOOK_MEMORY_MIB_MAX + 1;
    CHECK_INT(init_read(changed), TB_TOO_LARGE);
    changed = init();
    changed.text = TEXT("");
    CHECK_INT(init_read(changed), TB_MALFORMED);
    changed.text = TEXT("\xff");
    CHECK_INT(init_read(changed), TB_MALFORMED);
    memset(long_text, ' ', sizeof long_text);
    changed.text = tb_bytes_of(long_text, sizeof long_text);
    CHECK_INT(init_read(changed), TB_TOO_LARGE);
    changed.text.n--;
    CHECK_INT(init_read(changed), TB_OK);
}

static const msgpack_object *unpacked(struct tb_bytes text)
{
    static struct tb_unpacker own;
    const msgpack_object *root;
    if (!own.scanner)
        CHECK_INT(tb_unpacker_init(&own, &tb_scan_hook), 0);
    CHECK_INT(tb_unpack(&own, &tb_scan_hook, text, &root), TB_OK);
    return root;
}

static struct tb_hook_ask request(void)
{
    return (struct tb_hook_ask){
        .id = 7,
        .what = TB_HOOK_REQUEST,
        .call = UINT64_MAX,
        .origin = TEXT("local"),
        .command = TEXT("plugin:fs|read_file"),
        .value = unpacked(TEXT("\x81\xa4path\xa1x")),
        .has_raw = true,
        .raw = TEXT("bytes"),
    };
}

static int ask_read(const struct tb_hook_ask *was, struct tb_hook_ask *ret_is)
{
    tb_buffer_truncate(&out, 0);
    CHECK_INT(tb_hook_ask_write(&out, was), TB_OK);
    return tb_hook_ask_read(&unpacker, body_of(TB_SIDE_HOOK, TB_HOOK_ASK), ret_is);
}

static void ask_comes_back_as_it_went(void)
{
    begin();
    struct tb_hook_ask was = request();
    struct tb_hook_ask is;
    CHECK_INT(ask_read(&was, &is), TB_OK);
    CHECK_INT(is.what, TB_HOOK_REQUEST);
    CHECK(is.id == 7 && is.call == UINT64_MAX && is.has_raw && !is.has_channel && !is.in);
    CHECK(tb_bytes_equal(is.raw, was.raw) && tb_bytes_equal(is.command, was.command));
    CHECK(msgpack_object_equal(*is.value, *was.value));
    was.what = TB_HOOK_CHUNK;
    was.has_raw = false;
    was.raw = TEXT("");
    was.has_channel = true;
    was.channel = UINT32_MAX;
    was.in = true;
    CHECK_INT(ask_read(&was, &is), TB_OK);
    CHECK(is.what == TB_HOOK_CHUNK && is.has_channel && is.channel == UINT32_MAX && is.in);
    was = (struct tb_hook_ask){.id = 8, .what = TB_HOOK_FORGET, .call = 9};
    CHECK_INT(ask_read(&was, &is), TB_OK);
    CHECK(is.what == TB_HOOK_FORGET && is.call == 9 && !is.value);
}

static void ask_has_the_keys_of_its_kind(void)
{
    begin();
    struct tb_hook_ask is;
    struct tb_hook_ask was = request();
    was.value = NULL;
    CHECK_INT(ask_read(&was, &is), TB_MALFORMED); /* a request without args */
    was.value = unpacked(TEXT("\xa1x"));
    CHECK_INT(ask_read(&was, &is), TB_MALFORMED); /* args that are no map */
    was.what = TB_HOOK_REPLY;
    CHECK_INT(ask_read(&was, &is), TB_MALFORMED); /* a value and bytes */
    was.has_raw = false;
    was.raw = TEXT("");
    CHECK_INT(ask_read(&was, &is), TB_OK);
    was.in = true;
    CHECK_INT(ask_read(&was, &is), TB_MALFORMED);
    was.in = false;
    was.what = TB_HOOK_ERROR;
    CHECK_INT(ask_read(&was, &is), TB_MALFORMED); /* an error that is no map */
    was.what = TB_HOOK_CHUNK;
    was.has_channel = true;
    was.value = NULL;
    was.has_raw = true;
    CHECK_INT(ask_read(&was, &is), TB_OK); /* bytes on a channel */
    CHECK(is.has_channel && is.has_raw);
}

static int ask_text(struct tb_bytes text, struct tb_bytes raw)
{
    struct tb_hook_ask is;
    return tb_hook_ask_read(&unpacker, body(text, raw), &is);
}

#define FORGET_HEAD                                                                                \
    "\xa2id\x01\xa4what\xa6"                                                                       \
    "forget\xa4"                                                                                   \
    "call\x02"
#define REPLY_HEAD                                                                                 \
    "\xa2id\x01\xa4what\xa5reply\xa4"                                                              \
    "call\x02\xa6origin\xa5local\xa7"                                                              \
    "command\xa1g"

static void ask_that_is_not_in_the_format(void)
{
    begin();
    struct tb_bytes none = TEXT("");
    CHECK_INT(ask_text(TEXT("\x83" FORGET_HEAD), none), TB_OK);
    CHECK_INT(ask_text(TEXT("\x83" FORGET_HEAD), TEXT("x")), TB_MALFORMED);
    CHECK_INT(ask_text(TEXT("\x84" FORGET_HEAD "\xa5value\xc0"), none), TB_MALFORMED);
    CHECK_INT(ask_text(TEXT("\x84" FORGET_HEAD "\xa5other\xc0"), none), TB_MALFORMED);
    CHECK_INT(ask_text(TEXT("\x82\xa2id\x01\xa4what\xa6"
                            "forget"),
                       none),
              TB_MALFORMED);
    CHECK_INT(ask_text(TEXT("\x86" REPLY_HEAD "\xa5value\xc0"), none), TB_OK);
    CHECK_INT(ask_text(TEXT("\x86" REPLY_HEAD "\xa5"
                            "bytes\x03"),
                       TEXT("abc")),
              TB_OK);
    CHECK_INT(ask_text(TEXT("\x86" REPLY_HEAD "\xa5"
                            "bytes\x02"),
                       TEXT("abc")),
              TB_MALFORMED);
    CHECK_INT(ask_text(TEXT("\x87" REPLY_HEAD "\xa5value\xc0\xa2in\xc2"), none), TB_MALFORMED);
    CHECK_INT(ask_text(TEXT("\x83\xa2id\x01\xa4what\xa4"
                            "nope\xa4"
                            "call\x02"),
                       none),
              TB_MALFORMED);
}

static void an_answer_comes_back_as_it_went(void)
{
    begin();
    struct tb_hook_answer is;
    struct tb_bytes raw = TEXT("raw");
    CHECK_INT(tb_hook_answer_write(&out, 3, TEXT("\x80"), &raw), TB_OK);
    CHECK_INT(tb_hook_answer_read(&unpacker, body_of(TB_SIDE_BROKER_HOOK, TB_HOOK_ANSWER), &is),
              TB_OK);
    CHECK(is.id == 3 && is.value->type == MSGPACK_OBJECT_MAP && !is.has_error);
    CHECK(is.has_raw && tb_bytes_equal(is.raw, raw));
    tb_buffer_truncate(&out, 0);
    CHECK_INT(tb_hook_refusal_write(&out, 4, TEXT("isolation.js:3: Error: no")), TB_OK);
    CHECK_INT(tb_hook_answer_read(&unpacker, body_of(TB_SIDE_BROKER_HOOK, TB_HOOK_ANSWER), &is),
              TB_OK);
    CHECK(is.id == 4 && is.has_error && !is.value && !is.has_raw);
    CHECK(tb_bytes_are(is.error, "isolation.js:3: Error: no"));
}

static int answer_text(struct tb_bytes text, struct tb_bytes raw)
{
    struct tb_hook_answer is;
    return tb_hook_answer_read(&unpacker, body(text, raw), &is);
}

static void an_answer_is_one_thing(void)
{
    begin();
    struct tb_bytes none = TEXT("");
    CHECK_INT(answer_text(TEXT("\x81\xa2id\x01"), none), TB_MALFORMED);
    CHECK_INT(answer_text(TEXT("\x82\xa2id\x01\xa5value\xc0"), none), TB_OK);
    CHECK_INT(answer_text(TEXT("\x83\xa2id\x01\xa5value\xc0\xa5"
                               "error\xa1"
                               "e"),
                          none),
              TB_MALFORMED);
    CHECK_INT(answer_text(TEXT("\x83\xa2id\x01\xa5"
                               "bytes\x00\xa5"
                               "error\xa1"
                               "e"),
                          none),
              TB_MALFORMED);
    CHECK_INT(answer_text(TEXT("\x82\xa2id\x01\xa5"
                               "error\xa1"
                               "e"),
                          TEXT("x")),
              TB_MALFORMED);
    CHECK_INT(answer_text(TEXT("\x82\xa2id\x01\xa5value\xc0"), TEXT("x")), TB_MALFORMED);
}

/* A value as large as a plugin may send it reaches the hook with the broker's words around it. */
static void the_largest_value_reaches_the_hook(void)
{
    begin();
    enum { N = TB_MSGPACK_NODES - 4 };
    struct tb_buffer text;
    struct tb_packer packer;
    struct tb_hook_ask is;
    tb_buffer_init(&text, TB_FRAME_MAX);
    tb_packer_init(&packer, &text);
    tb_pack_array(&packer, N);
    for (size_t i = 0; i < N; i++)
        tb_pack_nil(&packer);
    struct tb_hook_ask was = request();
    was.what = TB_HOOK_REPLY;
    was.has_raw = false;
    was.raw = TEXT("");
    was.value = unpacked(tb_buffer_bytes(&text));
    CHECK_INT(ask_read(&was, &is), TB_OK);
    CHECK_INT(is.value->via.array.size, N);
    tb_buffer_deinit(&text);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(init_comes_back_as_it_went),    TEST(init_keeps_to_its_limits),
        TEST(ask_comes_back_as_it_went),     TEST(ask_has_the_keys_of_its_kind),
        TEST(ask_that_is_not_in_the_format), TEST(an_answer_comes_back_as_it_went),
        TEST(an_answer_is_one_thing),        TEST(the_largest_value_reaches_the_hook),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
