/* What a stream may send, and when: values, messages, bytes, ends, within its credit. */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

#include <errno.h>

static struct tb_stream *stream;
static int n_room;
static int n_cancel;

static void count_room(struct tb_stream *s)
{
    CHECK(s == stream || !stream);
    n_room++;
}

static void count_cancel(struct tb_stream *s)
{
    CHECK(tb_stream_over(s));
    n_cancel++;
}

static const struct tb_stream_events events = {.room = count_room, .cancel = count_cancel};

static void take_over(struct tb_call *call)
{
    stream = tb_call_stream(call, &events, &n_room);
    CHECK(stream && tb_stream_data(stream) == &n_room && !tb_stream_over(stream));
    /* The call is the stream's now. */
    tb_reply_nil(call);
    tb_reply_error(call, TB_CODE_IO, 0, "no");
    tb_reply_bytes(call, tb_bytes_of_string("no"));
    CHECK(!tb_call_stream(call, &events, NULL));
}

static void open_stream(void)
{
    stream = NULL;
    n_room = 0;
    n_cancel = 0;
    sdk_handler = take_over;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK(sdk_quiet());
    CHECK_INT(n_room, 1);
}

static void give_credit(unsigned n)
{
    sdk_put(TB_PLUGIN_CREDIT, SDK_NO_RAW, "call", SDK_CALL, "bytes", n, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
}

static enum tb_sent send_message(const struct tb_channel *channel, size_t n)
{
    static const uint8_t zeros[TB_CHUNK_MAX];
    tb_pack_bin(tb_stream_message(stream, channel), tb_bytes_of(zeros, n));
    return tb_stream_send(stream);
}

static void a_call_is_answered_later(void)
{
    sdk_start(0, 0);
    open_stream();
    tb_pack_uint(tb_stream_end_value(stream), 5);
    CHECK_INT(tb_stream_send(stream), TB_SENT);
    CHECK(tb_stream_over(stream));
    struct sdk_frame reply = sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(sdk_uint(reply, "call"), SDK_CALL);
    CHECK_INT(sdk_uint(reply, "value"), 5);
    tb_stream_free(stream);
    CHECK(sdk_quiet());
    sdk_stop();
}

static void a_result_goes_ahead_of_messages(void)
{
    const struct tb_channel channel = {.given = true, .id = 9};
    sdk_start(0, 0);
    open_stream();
    tb_pack_uint(tb_stream_value(stream), 8);
    CHECK_INT(tb_stream_send(stream), TB_SENT);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_CHUNK), "value"), 8);
    CHECK_INT(send_message(&channel, 3), TB_SENT);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_CHUNK), "channel"), 9);
    CHECK_INT(send_message(NULL, 3), TB_SENT);
    CHECK(!sdk_has(sdk_take(TB_PLUGIN_CHUNK), "channel"));
    CHECK_INT(tb_stream_bytes(stream, &channel, tb_bytes_of_string("")), TB_SENT);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_CHUNK), "bytes"), 0);
    CHECK_INT(tb_stream_end_nil(stream), TB_SENT);
    CHECK(sdk_has(sdk_take(TB_PLUGIN_REPLY), "value"));
    tb_stream_free(stream);
    sdk_stop();
}

static void a_result_comes_in_parts(void)
{
    sdk_start(0, 256 * 1024);
    open_stream();
    uint8_t *room = tb_stream_bytes_room(stream, NULL, 20000);
    CHECK(room);
    memset(room, 'r', 20000);
    CHECK_INT(tb_stream_bytes_send(stream, 17000), TB_SENT);
    struct sdk_frame part = sdk_take(TB_PLUGIN_CHUNK);
    CHECK_INT(sdk_uint(part, "bytes"), 17000);
    CHECK_INT(sdk_pool[sdk_uint(part, "at")], 'r');
    CHECK_INT(tb_stream_bytes(stream, NULL, tb_bytes_of_string("abc")), TB_SENT);
    CHECK(tb_bytes_are(sdk_take(TB_PLUGIN_CHUNK).raw, "abc"));
    CHECK_INT(tb_stream_bytes(stream, NULL, tb_bytes_of_string("")), TB_SENT); /* no part at all */
    CHECK(sdk_quiet());
    CHECK_INT(tb_stream_end_nil(stream), TB_REFUSED); /* it has to be bytes */
    CHECK_INT(tb_stream_end_bytes(stream, tb_bytes_of_string("end")), TB_SENT);
    CHECK(tb_bytes_are(sdk_take(TB_PLUGIN_REPLY).raw, "end"));
    tb_stream_free(stream);
    sdk_stop();
}

/* Everything that costs is counted as the broker counts it. */
static void nothing_passes_the_credit(void)
{
    size_t left = TB_CREDIT_FIRST_PLUGIN;
    const struct tb_channel channel = {.given = true, .id = UINT32_MAX};
    sdk_start(0, 0);
    open_stream();
    for (size_t n = tb_stream_room(stream); n > 0; n = tb_stream_room(stream)) {
        uint8_t *room = tb_stream_bytes_room(stream, &channel, n);
        CHECK(room);
        memset(room, 0, n);
        CHECK_INT(tb_stream_bytes_send(stream, n), TB_SENT);
        size_t cost = sdk_take(TB_PLUGIN_CHUNK).cost;
        CHECK(cost <= left);
        left -= cost;
    }
    CHECK(left <= TB_DRAFT_MAP_MAX);
    CHECK_INT(send_message(NULL, 100), TB_NO_ROOM);
    CHECK_INT(tb_stream_bytes(stream, NULL, tb_bytes_of_string("abc")), TB_NO_ROOM);
    CHECK(sdk_quiet());
    CHECK_INT(tb_stream_end_error(stream, TB_CODE_IO, EIO, "an end costs nothing"), TB_SENT);
    CHECK(sdk_is_error(sdk_take(TB_PLUGIN_REPLY), "io", "an end costs nothing"));
    tb_stream_free(stream);
    sdk_stop();
}

static void use_up(void)
{
    while (send_message(NULL, 60000) == TB_SENT)
        (void)sdk_take(TB_PLUGIN_CHUNK);
    CHECK(sdk_quiet());
}

static void room_is_told_once_there_is_enough(void)
{
    sdk_start(0, 0);
    open_stream();
    use_up();
    CHECK_INT(n_room, 1);
    give_credit(10000); /* not enough for what was refused */
    CHECK_INT(n_room, 1);
    give_credit(60000);
    CHECK_INT(n_room, 2);
    give_credit(60000); /* nobody waits */
    CHECK_INT(n_room, 2);
    tb_stream_resume(stream); /* that is for a body */
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK_INT(n_room, 2);
    tb_stream_free(stream);
    sdk_stop();
}

static void a_broker_may_not_give_too_much(void)
{
    sdk_start(0, 0);
    open_stream();
    give_credit(TB_CREDIT_MOST - TB_CREDIT_FIRST_PLUGIN);
    sdk_put(TB_PLUGIN_CREDIT, SDK_NO_RAW, "call", SDK_CALL, "bytes", 1, NULL);
    CHECK_INT(sdk_run(), TB_MALFORMED);
    sdk_stop();
    tb_stream_free(NULL);
}

static void a_full_link_waits_for_the_broker(void)
{
    sdk_start(0, 0);
    open_stream();
    give_credit(TB_CREDIT_MOST - TB_CREDIT_FIRST_PLUGIN);
    while (send_message(NULL, 60000) == TB_SENT)
        ;
    CHECK(tb_session_full(&session));
    CHECK(tb_buffer_n(&session.out) < TB_SESSION_SEND + TB_CHUNK_MAX);
    CHECK_INT(tb_stream_room(stream), 0);
    CHECK_INT(tb_plugin_emit_send(&session), TB_REFUSED); /* none was begun */
    tb_pack_nil(tb_plugin_emit(&session, "x"));
    CHECK_INT(tb_plugin_emit_send(&session), TB_NO_ROOM);
    /* Calls are not handled either. */
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL + 1, "command", SDK_OTHER, "args", 0,
            NULL);
    CHECK_INT(sdk_run(), TB_OK);
    CHECK(tb_buffer_n(&session.in) > 0);
    CHECK_INT(n_room, 1);
    while (!sdk_quiet())
        (void)sdk_take(TB_PLUGIN_CHUNK);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK_INT(n_room, 2);
    (void)sdk_take(TB_PLUGIN_REPLY);
    tb_stream_free(stream);
    sdk_stop();
}

static void an_end_finds_room_on_a_full_link(void)
{
    static uint8_t many[4096];
    sdk_start(0, 0);
    open_stream();
    give_credit(TB_CREDIT_MOST - TB_CREDIT_FIRST_PLUGIN);
    while (send_message(NULL, 60000) == TB_SENT)
        ;
    tb_pack_bin(tb_stream_end_value(stream), tb_bytes_of(many, sizeof many));
    CHECK_INT(tb_stream_send(stream), TB_NO_ROOM);
    CHECK(!tb_stream_over(stream));
    CHECK_INT(tb_stream_end_nil(stream), TB_SENT);
    tb_stream_free(stream);
    sdk_stop();
}

static void what_was_promised_otherwise_is_refused(void)
{
    sdk_start(0, 0);
    open_stream();
    CHECK_INT(tb_stream_send(stream), TB_REFUSED);          /* nothing was begun */
    CHECK_INT(tb_stream_bytes_send(stream, 0), TB_REFUSED); /* nor here */
    CHECK(tb_stream_bytes_room(stream, NULL, 10));
    CHECK_INT(tb_stream_bytes_send(stream, 11), TB_REFUSED); /* more than there is room for */
    CHECK(!tb_stream_bytes_room(stream, NULL, TB_CHUNK_RAW_MAX + 1));
    (void)tb_stream_message(stream, NULL);
    CHECK_INT(tb_stream_send(stream), TB_REFUSED); /* no value */
    CHECK_INT(send_message(NULL, TB_CHUNK_MAX), TB_REFUSED);
    tb_pack_nil(tb_stream_value(stream));
    CHECK_INT(tb_stream_send(stream), TB_SENT);
    (void)sdk_take(TB_PLUGIN_CHUNK);
    tb_pack_nil(tb_stream_message(stream, NULL));
    tb_pack_nil(tb_stream_value(stream)); /* a second one, which takes the message with it */
    CHECK_INT(tb_stream_send(stream), TB_REFUSED);
    CHECK_INT(tb_stream_bytes(stream, NULL, tb_bytes_of_string("x")), TB_REFUSED);
    tb_pack_nil(tb_stream_end_value(stream));
    CHECK_INT(tb_stream_send(stream), TB_REFUSED);
    CHECK_INT(tb_stream_end_bytes(stream, tb_bytes_of_string("x")), TB_REFUSED);
    CHECK(sdk_quiet() && !tb_stream_over(stream));
    CHECK_INT(tb_stream_end_nil(stream), TB_SENT);
    (void)sdk_take(TB_PLUGIN_REPLY);
    tb_stream_free(stream);
    sdk_stop();
}

static void there_is_one_end(void)
{
    sdk_start(0, 0);
    open_stream();
    CHECK_INT(tb_stream_end_nil(stream), TB_SENT);
    (void)sdk_take(TB_PLUGIN_REPLY);
    CHECK_INT(tb_stream_end_nil(stream), TB_REFUSED);
    CHECK_INT(tb_stream_end_bytes(stream, tb_bytes_of_string("x")), TB_REFUSED);
    CHECK_INT(tb_stream_end_error(stream, TB_CODE_IO, 0, "x"), TB_REFUSED);
    tb_pack_nil(tb_stream_end_value(stream));
    CHECK_INT(tb_stream_send(stream), TB_REFUSED);
    CHECK_INT(send_message(NULL, 1), TB_REFUSED);
    CHECK_INT(tb_stream_bytes(stream, NULL, tb_bytes_of_string("x")), TB_REFUSED);
    CHECK_INT(tb_stream_room(stream), 0);
    tb_stream_resume(stream);
    CHECK(sdk_quiet());
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", SDK_CALL, NULL); /* it crossed the reply */
    give_credit(5);
    CHECK_INT(n_cancel, 0);
    tb_stream_free(stream);
    CHECK(sdk_quiet());
    sdk_stop();
}

static void one_that_is_freed_has_an_end_all_the_same(void)
{
    sdk_start(0, 0);
    open_stream();
    tb_stream_free(stream);
    CHECK(sdk_is_error(sdk_take(TB_PLUGIN_REPLY), "io", "the plugin gave no answer"));
    sdk_stop();
}

static void an_end_that_cannot_be_sent_is_an_error(void)
{
    static uint8_t many[TB_FRAME_MAX];
    sdk_start(0, 0);
    open_stream();
    CHECK_INT(tb_stream_end_bytes(stream, tb_bytes_of(many, sizeof many)), TB_REFUSED);
    CHECK(tb_stream_over(stream));
    CHECK(sdk_is_error(sdk_take(TB_PLUGIN_REPLY), "too_large",
                       "the answer is larger than a frame may be"));
    tb_stream_free(stream);
    open_stream();
    (void)tb_stream_end_value(stream);
    CHECK_INT(tb_stream_send(stream), TB_REFUSED);
    CHECK(sdk_is_error(sdk_take(TB_PLUGIN_REPLY), "io", "the plugin made a malformed answer"));
    tb_stream_free(stream);
    sdk_stop();
}

static void cancel_leaves_the_end_alone(void)
{
    sdk_start(0, 0);
    open_stream();
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", SDK_CALL, NULL);
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", SDK_CALL, NULL);
    give_credit(100);
    CHECK_INT(n_cancel, 1);
    CHECK_INT(n_room, 1);
    CHECK_INT(tb_stream_room(stream), 0);
    CHECK_INT(send_message(NULL, 1), TB_REFUSED);
    CHECK(sdk_quiet());
    CHECK_INT(tb_stream_end_error(stream, TB_CODE_IO, ECANCELED, "cancelled"), TB_SENT);
    (void)sdk_take(TB_PLUGIN_REPLY);
    tb_stream_free(stream);
    sdk_stop();
}

static void no_events(struct tb_call *call)
{
    stream = tb_call_stream(call, NULL, NULL);
    CHECK(stream);
}

static void one_that_does_not_ask_is_cancelled_for(void)
{
    sdk_start(0, 0);
    sdk_handler = no_events;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_RUN, "args", 0, NULL);
    sdk_put(TB_PLUGIN_CANCEL, SDK_NO_RAW, "call", SDK_CALL, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK(sdk_is_error(sdk_take(TB_PLUGIN_REPLY), "io", "cancelled"));
    tb_stream_free(stream);
    sdk_stop();
}

static void the_end_of_the_link_cancels(void)
{
    sdk_start(0, 0);
    open_stream();
    tb_session_deinit(&session);
    CHECK_INT(n_cancel, 1);
}

static void answer_and_send(struct tb_call *call)
{
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_array(packer, 2);
    tb_pack_uint(packer, 1);
    CHECK_INT(send_message(NULL, 3), TB_SENT);
    tb_pack_nil(tb_plugin_emit(&session, "changed"));
    CHECK_INT(tb_plugin_emit_send(&session), TB_SENT);
    tb_pack_uint(packer, 2);
}

static void messages_and_events_do_not_disturb_an_answer(void)
{
    sdk_start(0, 0);
    open_stream();
    sdk_handler = answer_and_send;
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL + 1, "command", SDK_RUN, "args", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_CHUNK), "call"), SDK_CALL);
    struct sdk_frame emitted = sdk_take(TB_PLUGIN_EMIT);
    struct tb_bytes name;
    CHECK(tb_value_str(tb_value_get(tb_value_of(emitted.map), "event"), &name));
    CHECK(tb_bytes_are(name, "test://changed"));
    CHECK_INT(sdk_uint(sdk_take(TB_PLUGIN_REPLY), "call"), SDK_CALL + 1);
    tb_pack_nil(tb_plugin_emit(&session, "no spaces"));
    CHECK_INT(tb_plugin_emit_send(&session), TB_REFUSED);
    tb_stream_free(stream);
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_call_is_answered_later),
        TEST(a_result_goes_ahead_of_messages),
        TEST(a_result_comes_in_parts),
        TEST(nothing_passes_the_credit),
        TEST(room_is_told_once_there_is_enough),
        TEST(a_broker_may_not_give_too_much),
        TEST(a_full_link_waits_for_the_broker),
        TEST(an_end_finds_room_on_a_full_link),
        TEST(what_was_promised_otherwise_is_refused),
        TEST(there_is_one_end),
        TEST(one_that_is_freed_has_an_end_all_the_same),
        TEST(an_end_that_cannot_be_sent_is_an_error),
        TEST(cancel_leaves_the_end_alone),
        TEST(one_that_does_not_ask_is_cancelled_for),
        TEST(the_end_of_the_link_cancels),
        TEST(messages_and_events_do_not_disturb_an_answer),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
