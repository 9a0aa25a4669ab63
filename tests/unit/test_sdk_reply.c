/* The answers of calls: each kind, and what a broker could not take. */
#include "base/result.h"
#include "tests/unit/sdk_link.h"

static void reply_value(struct tb_call *call)
{
    CHECK(!call->has_body && !call->more);
    CHECK_INT(call->scope, TB_NO_SCOPE);
    tb_pack_uint(tb_reply_value(call), 5);
}

static void reply_nothing(tb_unused struct tb_call *call)
{
}

static void reply_body(struct tb_call *call)
{
    CHECK(tb_bytes_are(tb_plugin_var(call->init, "HOME"), "/home/x"));
    CHECK_INT(tb_plugin_var(call->init, "NONE").n, 0);
    CHECK(tb_bytes_are(call->init->plugin, "test") && tb_bytes_are(call->init->view, "main"));
    CHECK(tb_bytes_are(call->init->app, "com.example.test"));
    CHECK(tb_bytes_are(call->init->state, "/state/test"));
    tb_reply_bytes(call, call->body);
}

static void reply_error_after_bytes(struct tb_call *call)
{
    tb_reply_bytes(call, tb_bytes_of_string("half"));
    tb_reply_error(call, TB_CODE_IO, 5, "it %s", "broke");
}

static void answers_of_each_kind(void)
{
    sdk_start(0, 0);
    CHECK_INT(sdk_uint(sdk_call(reply_value, SDK_NO_RAW), "value"), 5);
    struct sdk_frame reply = sdk_call(reply_body, tb_bytes_of_string("some bytes"));
    CHECK_INT(sdk_uint(reply, "bytes"), 10);
    CHECK(tb_bytes_are(reply.raw, "some bytes"));
    reply = sdk_call(reply_error_after_bytes, SDK_NO_RAW);
    CHECK(sdk_is_error(reply, "io", "it broke"));
    CHECK_INT(reply.raw.n, 0);
    CHECK(sdk_is_error(sdk_call(reply_nothing, SDK_NO_RAW), "io", "the plugin gave no answer"));
    sdk_stop();
}

static enum tb_code code;
static int number;

static void reply_code(struct tb_call *call)
{
    tb_reply_error(call, code, number, "no");
}

/* The broker ends a plugin that answers anything else. */
static void only_codes_and_numbers_of_the_protocol_leave(void)
{
    static const char *const names[] = {"io",        "denied", "scope",         "invalid_args",
                                        "not_found", "io",     "unimplemented", "too_large",
                                        "io"};
    static const int numbers[] = {0, -5, 4096, 1 << 20};
    sdk_start(0, 0);
    for (unsigned i = 0; i < TB_ARRAY_LEN(names); i++) {
        code = (enum tb_code)i;
        number = 4095;
        struct sdk_frame reply = sdk_call(reply_code, SDK_NO_RAW);
        CHECK(sdk_is_error(reply, names[i], "no"));
        CHECK(tb_value_get(tb_value_get(tb_value_of(reply.map), "error"), "errno"));
    }
    for (unsigned i = 0; i < TB_ARRAY_LEN(numbers); i++) {
        number = numbers[i];
        struct sdk_frame reply = sdk_call(reply_code, SDK_NO_RAW);
        CHECK(!tb_value_get(tb_value_get(tb_value_of(reply.map), "error"), "errno"));
    }
    sdk_stop();
}

static void a_command_without_a_handler_is_unimplemented(void)
{
    sdk_start(0, 0);
    sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", SDK_CALL, "command", SDK_OTHER, "args", 0, NULL);
    CHECK_INT(sdk_run(), TB_AGAIN);
    CHECK(sdk_is_error(sdk_take(TB_PLUGIN_REPLY), "unimplemented",
                       "this plugin does not have the command"));
    sdk_stop();
}

static size_t n_wanted;

static void reply_many_bytes(struct tb_call *call)
{
    tb_reply_bytes_begin(call);
    uint8_t *room = tb_reply_room(call, n_wanted);
    if (!room)
        return;
    memset(room, 'x', n_wanted);
    tb_reply_commit(call, n_wanted);
}

static void reply_many_values(struct tb_call *call)
{
    struct tb_packer *packer = tb_reply_value(call);
    size_t at = tb_pack_array_begin(packer);
    for (size_t i = 0; i < n_wanted && !tb_pack_failed(packer); i++)
        tb_pack_nil(packer);
    tb_pack_array_end(packer, at, (uint32_t)n_wanted);
}

static void reply_not_utf8(struct tb_call *call)
{
    tb_pack_str(tb_reply_value(call), tb_bytes_of("\xff", 1));
}

static void reply_two_values(struct tb_call *call)
{
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_nil(packer);
    tb_pack_nil(packer);
}

static void reply_array_that_never_began(struct tb_call *call)
{
    tb_pack_array_end(tb_reply_value(call), SIZE_MAX, 1);
}

static void an_answer_that_does_not_fit_becomes_an_error(void)
{
    static const char too_large[] = "the answer is larger than a frame may be";
    static const char malformed[] = "the plugin made a malformed answer";
    sdk_start(0, 0);
    size_t overhead = 4 + 1 + 5 + 1 + 6 + 5; /* length, map, "call", 77, "bytes", count */
    n_wanted = TB_FRAME_MAX - overhead;
    CHECK_INT(sdk_call(reply_many_bytes, SDK_NO_RAW).raw.n, n_wanted);
    n_wanted++;
    CHECK(sdk_is_error(sdk_call(reply_many_bytes, SDK_NO_RAW), "too_large", too_large));
    n_wanted = 64 * TB_FRAME_MAX;
    CHECK(sdk_is_error(sdk_call(reply_many_bytes, SDK_NO_RAW), "too_large", too_large));
    n_wanted = TB_MSGPACK_NODES - 5;
    struct sdk_frame reply = sdk_call(reply_many_values, SDK_NO_RAW);
    CHECK_INT(tb_value_n(tb_value_get(tb_value_of(reply.map), "value")), n_wanted);
    n_wanted = TB_MSGPACK_NODES;
    CHECK(sdk_is_error(sdk_call(reply_many_values, SDK_NO_RAW), "too_large", too_large));
    n_wanted = 2 * TB_FRAME_MAX;
    CHECK(sdk_is_error(sdk_call(reply_many_values, SDK_NO_RAW), "too_large", too_large));
    CHECK(sdk_is_error(sdk_call(reply_not_utf8, SDK_NO_RAW), "io", malformed));
    CHECK(sdk_is_error(sdk_call(reply_two_values, SDK_NO_RAW), "io", malformed));
    CHECK(sdk_is_error(sdk_call(reply_array_that_never_began, SDK_NO_RAW), "too_large", too_large));
    sdk_stop();
}

static void reply_long_message(struct tb_call *call)
{
    static char text[1200];
    for (size_t i = 1; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2); /* a limit of 512 falls inside a character */
    text[0] = 'a';
    tb_reply_error(call, TB_CODE_IO, 0, "%s", text);
}

static void a_long_message_is_cut_between_characters(void)
{
    struct tb_bytes message;
    sdk_start(0, 0);
    struct sdk_frame reply = sdk_call(reply_long_message, SDK_NO_RAW);
    const struct tb_value *error = tb_value_get(tb_value_of(reply.map), "error");
    CHECK(tb_value_str(tb_value_get(error, "message"), &message));
    CHECK_INT(message.n, 511);
    sdk_stop();
}

static void replies_are_sent_in_batches(void)
{
    size_t need;
    sdk_start(0, 0);
    sdk_handler = reply_value;
    for (unsigned i = 0; i < 2 * TB_SESSION_BATCH; i++)
        sdk_put(TB_PLUGIN_CALL, SDK_NO_RAW, "call", i, "command", SDK_RUN, "args", 0, NULL);
    size_t one = tb_buffer_n(&session.in) / (2 * TB_SESSION_BATCH);
    CHECK_INT(tb_session_step(&session, &need), TB_OK);
    CHECK_INT(tb_buffer_n(&session.in), TB_SESSION_BATCH * one);
    CHECK(tb_buffer_n(&session.out) > 0);
    sdk_stop();
}

static void survives_every_mutation_of_a_call(void)
{
    static uint8_t frame[256];
    size_t need;
    sdk_start(0, 0);
    sdk_handler = reply_code;
    sdk_put(TB_PLUGIN_CALL, tb_bytes_of_string("body"), "call", SDK_CALL, "command", SDK_RUN,
            "args", 0, "bytes", 4, "?more", 1, NULL);
    size_t n = tb_buffer_n(&session.in);
    CHECK(n <= sizeof frame);
    memcpy(frame, session.in.data + session.in.start, n);
    for (size_t at = 0; at < n; at++) {
        for (unsigned v = 0; v < 256; v++) {
            tb_buffer_consume(&session.in, tb_buffer_n(&session.in));
            tb_buffer_consume(&session.out, tb_buffer_n(&session.out));
            CHECK(tb_buffer_append(&session.in, tb_bytes_of(frame, n)));
            session.in.data[session.in.start + at] = (uint8_t)v;
            int r = tb_session_step(&session, &need);
            CHECK(r == TB_OK || r == TB_AGAIN || r == TB_MALFORMED || r == TB_TOO_LARGE ||
                  r == TB_UNKNOWN);
        }
    }
    sdk_stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(answers_of_each_kind),
        TEST(only_codes_and_numbers_of_the_protocol_leave),
        TEST(a_command_without_a_handler_is_unimplemented),
        TEST(an_answer_that_does_not_fit_becomes_an_error),
        TEST(a_long_message_is_cut_between_characters),
        TEST(replies_are_sent_in_batches),
        TEST(survives_every_mutation_of_a_call),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
