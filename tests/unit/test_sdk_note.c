/* What a plugin says of a call for the log, whatever its answer is. */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

static bool is_noted(struct sdk_frame reply, const char *note)
{
    struct tb_bytes text;
    const struct tb_value *value = tb_value_get(tb_value_of(reply.map), "note");
    return tb_value_str(value, &text) && tb_bytes_are(text, note);
}

static void note_and_value(struct tb_call *call)
{
    tb_reply_note(call, "an earlier one");
    tb_pack_uint(tb_reply_value(call), 5);
    tb_reply_note(call, "of %d", 5);
}

static void note_and_bytes(struct tb_call *call)
{
    tb_reply_note(call, "of %zu bytes", call->body.n);
    tb_reply_bytes(call, call->body);
}

static void note_and_error(struct tb_call *call)
{
    tb_reply_note(call, "it broke");
    tb_reply_error(call, TB_CODE_IO, 5, "no");
}

static void every_kind_of_answer_may_have_one(void)
{
    sdk_start(0, 256 * 1024);
    struct sdk_frame reply = sdk_call(note_and_value, SDK_NO_RAW);
    CHECK(sdk_uint(reply, "value") == 5 && is_noted(reply, "of 5"));
    reply = sdk_call(note_and_bytes, tb_bytes_of_string("some bytes"));
    CHECK(tb_bytes_are(reply.raw, "some bytes") && is_noted(reply, "of 10 bytes"));
    reply = sdk_call(note_and_error, SDK_NO_RAW);
    CHECK(sdk_is_error(reply, "io", "no") && is_noted(reply, "it broke"));
    sdk_stop();
}

static void note_and_pool(struct tb_call *call)
{
    uint8_t *room;
    tb_reply_note(call, "in the pool");
    tb_reply_bytes_begin(call);
    room = tb_reply_room(call, 100000);
    CHECK(room);
    memset(room, 'p', 100000);
    tb_reply_commit(call, 100000);
}

static void bytes_in_the_pool_may_have_one(void)
{
    sdk_start(0, 256 * 1024);
    struct sdk_frame reply = sdk_call(note_and_pool, SDK_NO_RAW);
    CHECK(sdk_uint(reply, "bytes") == 100000 && is_noted(reply, "in the pool"));
    CHECK_INT(sdk_pool[sdk_uint(reply, "at")], 'p');
    sdk_stop();
}

static void reply_nil(struct tb_call *call)
{
    tb_reply_nil(call);
}

static void note_nothing(struct tb_call *call)
{
    tb_reply_note(call, "%s", "");
    tb_reply_nil(call);
}

static void it_belongs_to_one_call(void)
{
    sdk_start(0, 0);
    CHECK(is_noted(sdk_call(note_and_value, SDK_NO_RAW), "of 5"));
    CHECK(!sdk_has(sdk_call(reply_nil, SDK_NO_RAW), "note"));
    CHECK(!sdk_has(sdk_call(note_nothing, SDK_NO_RAW), "note"));
    sdk_stop();
}

static void note_too_much(struct tb_call *call)
{
    static char text[1200];
    for (size_t i = 1; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2); /* the limit falls inside a character */
    text[0] = 'a';
    tb_reply_note(call, "%s", text);
    tb_reply_nil(call);
}

static void note_bytes_of_no_text(struct tb_call *call)
{
    tb_reply_note(call, "cut here\xff and not there");
    tb_reply_nil(call);
}

static void what_the_broker_does_not_take_is_cut(void)
{
    struct tb_bytes note;
    sdk_start(0, 0);
    struct sdk_frame reply = sdk_call(note_too_much, SDK_NO_RAW);
    CHECK(tb_value_str(tb_value_get(tb_value_of(reply.map), "note"), &note));
    CHECK_INT(note.n, TB_NOTE_MAX - 1);
    CHECK(is_noted(sdk_call(note_bytes_of_no_text, SDK_NO_RAW), "cut here"));
    sdk_stop();
}

static void note_and_two_values(struct tb_call *call)
{
    struct tb_packer *packer = tb_reply_value(call);
    tb_reply_note(call, "twice");
    tb_pack_nil(packer);
    tb_pack_nil(packer);
}

static void note_and_no_value(struct tb_call *call)
{
    tb_reply_note(call, "none");
    (void)tb_reply_value(call);
}

static void it_hides_no_malformed_answer(void)
{
    static const char malformed[] = "the plugin made a malformed answer";
    sdk_start(0, 0);
    struct sdk_frame reply = sdk_call(note_and_two_values, SDK_NO_RAW);
    CHECK(sdk_is_error(reply, "io", malformed) && is_noted(reply, "twice"));
    reply = sdk_call(note_and_no_value, SDK_NO_RAW);
    CHECK(sdk_is_error(reply, "io", malformed) && is_noted(reply, "none"));
    sdk_stop();
}

static struct tb_stream *stream;

static void take_over(struct tb_call *call)
{
    tb_reply_note(call, "of the call");
    stream = tb_call_stream(call, NULL, NULL);
    CHECK(stream);
}

static void open_stream(void)
{
    sdk_handler = take_over;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
}

static void a_stream_ends_with_its_own(void)
{
    sdk_start(0, 0);
    open_stream();
    CHECK_INT(tb_stream_end_nil(stream), TB_SENT);
    CHECK(is_noted(sdk_take(TB_PLUGIN_REPLY), "of the call"));
    tb_stream_free(stream);
    open_stream();
    CHECK_INT(tb_stream_bytes(stream, NULL, tb_bytes_of_string("abc")), TB_SENT);
    CHECK(!sdk_has(sdk_take(TB_PLUGIN_CHUNK), "note"));
    tb_stream_note(stream, "of %s", "the stream");
    CHECK_INT(tb_stream_end_bytes(stream, tb_bytes_of_string("end")), TB_SENT);
    struct sdk_frame reply = sdk_take(TB_PLUGIN_REPLY);
    CHECK(tb_bytes_are(reply.raw, "end") && is_noted(reply, "of the stream"));
    tb_stream_free(stream);
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(every_kind_of_answer_may_have_one),
        TEST(bytes_in_the_pool_may_have_one),
        TEST(it_belongs_to_one_call),
        TEST(what_the_broker_does_not_take_is_cut),
        TEST(it_hides_no_malformed_answer),
        TEST(a_stream_ends_with_its_own),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
