#include "base/result.h"
#include "base/wire.h"
#include "plugins/sdk/session.h"
#include "tests/unit/test.h"

/* ---- a session with a plugin whose one command does what the test says ---- */

static void (*handler)(struct tb_call *call);
static struct tb_session session;
static struct tb_unpacker unpacker;

static void handle(struct tb_call *call)
{
    handler(call);
}

static const struct tb_plugin_command commands[] = {{"run", handle}};
static const struct tb_plugin plugin = {.commands = commands, .n_commands = 1};

/* Appends a frame of one map, which `fill` packs. */
static void put_frame(enum tb_kind kind, void (*fill)(struct tb_packer *), struct tb_bytes raw)
{
    struct tb_buffer body;
    struct tb_packer packer;
    uint8_t header[TB_HEADER_SIZE];
    uint8_t length[4];
    tb_buffer_init(&body, TB_FRAME_MAX);
    tb_packer_init(&packer, &body);
    fill(&packer);
    CHECK(!packer.failed);
    tb_frame_header(header, kind, 0, 4 + tb_buffer_n(&body) + raw.n);
    tb_store_u32(length, (uint32_t)tb_buffer_n(&body));
    CHECK(tb_buffer_append(&session.in, tb_bytes_of(header, sizeof header)));
    CHECK(tb_buffer_append(&session.in, tb_bytes_of(length, sizeof length)));
    CHECK(tb_buffer_append(&session.in, tb_buffer_bytes(&body)));
    CHECK(tb_buffer_append(&session.in, raw));
    tb_buffer_deinit(&body);
}

static void fill_init(struct tb_packer *packer)
{
    tb_pack_map(packer, 8);
    tb_pack_key(packer, "v");
    tb_pack_uint(packer, 1);
    tb_pack_key(packer, "plugin");
    tb_pack_key(packer, "test");
    tb_pack_key(packer, "view");
    tb_pack_key(packer, "main");
    tb_pack_key(packer, "commands");
    tb_pack_array(packer, 2);
    for (uint32_t i = 0; i < 2; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key(packer, "number");
        tb_pack_uint(packer, 2000 - 1000 * i);
        tb_pack_key(packer, "name");
        tb_pack_key(packer, i == 0 ? "run" : "other");
    }
    tb_pack_key(packer, "scopes");
    tb_pack_array(packer, 0);
    tb_pack_key(packer, "vars");
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "HOME");
    tb_pack_key(packer, "/home/x");
    tb_pack_key_uint(packer, "ids", UINT64_C(7) << 32);
    tb_pack_key(packer, "pool");
    tb_pack_map(packer, 2);
    tb_pack_key_uint(packer, "in", 0);
    tb_pack_key_uint(packer, "out", 0);
}

static void start(void)
{
    size_t need;
    CHECK_INT(tb_session_init(&session, &plugin), 0);
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    put_frame(TB_PLUGIN_INIT, fill_init, tb_bytes_of(NULL, 0));
    CHECK_INT(tb_session_step(&session, &need), TB_AGAIN);
    CHECK_INT(need, TB_HEADER_SIZE);
}

static void stop(void)
{
    tb_session_deinit(&session);
    tb_unpacker_deinit(&unpacker);
}

static void (*fill_args)(struct tb_packer *);
static uint64_t command_number = 2000;
static struct tb_bytes call_raw;

static void fill_call(struct tb_packer *packer)
{
    tb_pack_map(packer, call_raw.data ? 4 : 3);
    tb_pack_key(packer, "call");
    tb_pack_uint(packer, 77);
    tb_pack_key(packer, "command");
    tb_pack_uint(packer, command_number);
    tb_pack_key(packer, "args");
    fill_args(packer);
    if (call_raw.data) {
        tb_pack_key(packer, "bytes");
        tb_pack_uint(packer, call_raw.n);
    }
}

static void no_args(struct tb_packer *packer)
{
    tb_pack_map(packer, 0);
}

/* The one reply in `out`, checked and consumed. */
static const msgpack_object *take_reply(struct tb_bytes *ret_raw)
{
    struct tb_frame frame;
    size_t size;
    struct tb_plaintext plain;
    const msgpack_object *map;
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_PLUGIN, tb_buffer_bytes(&session.out), &frame, &size),
              TB_OK);
    CHECK_INT(tb_plaintext_split(frame.body, &plain), TB_OK);
    *ret_raw = plain.raw;
    CHECK_INT(tb_unpack(&unpacker, &tb_scan_peer, plain.text, &map), TB_OK);
    CHECK_INT(tb_map_find(map, "call")->via.u64, 77);
    CHECK_INT(map->via.map.size, 2);
    return map;
}

static const msgpack_object *call(void (*run)(struct tb_call *), void (*args)(struct tb_packer *),
                                  struct tb_bytes *ret_raw)
{
    size_t need;
    handler = run;
    fill_args = args;
    tb_buffer_consume(&session.out, tb_buffer_n(&session.out));
    put_frame(TB_PLUGIN_CALL, fill_call, call_raw);
    int r = tb_session_step(&session, &need);
    CHECK(r == TB_AGAIN || r == TB_OK);
    CHECK_INT(tb_buffer_n(&session.in), 0);
    return take_reply(ret_raw);
}

static bool is_error(const msgpack_object *map, const char *code, const char *message)
{
    const msgpack_object *error = tb_map_find(map, "error");
    return error && tb_bytes_are(tb_object_bytes(tb_map_find(error, "code")), code) &&
           tb_bytes_are(tb_object_bytes(tb_map_find(error, "message")), message);
}

/* ---- replies ---- */

static void reply_value(struct tb_call *c)
{
    tb_pack_uint(tb_reply_value(c), 5);
}

static void reply_nothing(tb_unused struct tb_call *c)
{
}

static void reply_bytes(struct tb_call *c)
{
    CHECK(tb_bytes_are(tb_plugin_var(c->init, "HOME"), "/home/x"));
    CHECK_INT(tb_plugin_var(c->init, "NONE").n, 0);
    CHECK_INT(c->scope, TB_NO_SCOPE);
    tb_reply_bytes(c, c->body);
}

static void reply_error_after_bytes(struct tb_call *c)
{
    tb_reply_bytes(c, tb_bytes_of_string("half"));
    tb_reply_error(c, TB_CODE_IO, 5, "it %s", "broke");
}

static void answers_of_each_kind(void)
{
    struct tb_bytes raw;
    start();
    const msgpack_object *map = call(reply_value, no_args, &raw);
    CHECK_INT(tb_map_find(map, "value")->via.u64, 5);
    CHECK_INT(raw.n, 0);
    call_raw = tb_bytes_of_string("some bytes");
    map = call(reply_bytes, no_args, &raw);
    CHECK_INT(tb_map_find(map, "bytes")->via.u64, 10);
    CHECK(tb_bytes_are(raw, "some bytes"));
    map = call(reply_error_after_bytes, no_args, &raw);
    CHECK(is_error(map, "io", "it broke"));
    CHECK_INT(tb_map_find(tb_map_find(map, "error"), "errno")->via.i64, 5);
    CHECK_INT(raw.n, 0);
    CHECK(is_error(call(reply_nothing, no_args, &raw), "io", "the plugin gave no answer"));
    stop();
}

static void a_command_without_a_handler_is_unimplemented(void)
{
    struct tb_bytes raw;
    start();
    command_number = 1000;
    CHECK(is_error(call(reply_value, no_args, &raw), "unimplemented",
                   "this plugin does not have the command"));
    stop();
}

static size_t n_wanted;

static void reply_many_bytes(struct tb_call *c)
{
    tb_reply_bytes_begin(c);
    uint8_t *room = tb_reply_room(c, n_wanted);
    if (!room)
        return;
    memset(room, 'x', n_wanted);
    tb_reply_commit(c, n_wanted);
}

static void reply_many_values(struct tb_call *c)
{
    struct tb_packer *packer = tb_reply_value(c);
    size_t at = tb_pack_array_begin(packer);
    for (size_t i = 0; i < n_wanted; i++)
        tb_pack_nil(packer);
    tb_pack_array_end(packer, at, (uint32_t)n_wanted);
}

static void reply_not_utf8(struct tb_call *c)
{
    tb_pack_str(tb_reply_value(c), tb_bytes_of("\xff", 1));
}

static void reply_two_values(struct tb_call *c)
{
    struct tb_packer *packer = tb_reply_value(c);
    tb_pack_nil(packer);
    tb_pack_nil(packer);
}

/* The broker ends a plugin whose reply it cannot take, so none such may leave. */
static void an_answer_that_does_not_fit_becomes_an_error(void)
{
    static const char too_large[] = "the answer is larger than a frame may be";
    static const char malformed[] = "the plugin made a malformed answer";
    struct tb_bytes raw;
    start();
    size_t overhead = 4 + 1 + 5 + 1 + 6 + 5; /* length, map, "call", 77, "bytes", count */
    n_wanted = TB_FRAME_MAX - overhead;
    CHECK(tb_map_find(call(reply_many_bytes, no_args, &raw), "bytes"));
    CHECK_INT(raw.n, n_wanted);
    n_wanted++;
    CHECK(is_error(call(reply_many_bytes, no_args, &raw), "too_large", too_large));
    n_wanted = 64 * TB_FRAME_MAX;
    CHECK(is_error(call(reply_many_bytes, no_args, &raw), "too_large", too_large));
    n_wanted = TB_MSGPACK_NODES - 5;
    CHECK_INT(tb_map_find(call(reply_many_values, no_args, &raw), "value")->via.array.size,
              n_wanted);
    n_wanted = TB_MSGPACK_NODES;
    CHECK(is_error(call(reply_many_values, no_args, &raw), "too_large", too_large));
    n_wanted = 2 * TB_FRAME_MAX;
    CHECK(is_error(call(reply_many_values, no_args, &raw), "too_large", too_large));
    CHECK(is_error(call(reply_not_utf8, no_args, &raw), "io", malformed));
    CHECK(is_error(call(reply_two_values, no_args, &raw), "io", malformed));
    stop();
}

static void reply_long_message(struct tb_call *c)
{
    static char text[1200];
    for (size_t i = 1; i + 2 < sizeof text; i += 2)
        memcpy(text + i, "\xc3\xa9", 2); /* a limit of 512 falls inside a character */
    text[0] = 'a';
    tb_reply_error(c, TB_CODE_IO, 0, "%s", text);
}

static void a_long_message_is_cut_between_characters(void)
{
    struct tb_bytes raw;
    start();
    const msgpack_object *error = tb_map_find(call(reply_long_message, no_args, &raw), "error");
    CHECK_INT(tb_map_find(error, "message")->via.str.size, 511);
    stop();
}

/* ---- readers ---- */

static void fill_mixed(struct tb_packer *packer)
{
    tb_pack_map(packer, 8);
    tb_pack_key(packer, "text");
    tb_pack_key(packer, "abc");
    tb_pack_key(packer, "yes");
    tb_pack_bool(packer, true);
    tb_pack_key(packer, "number");
    tb_pack_uint(packer, 7);
    tb_pack_key(packer, "float");
    tb_pack_double(packer, 7.0);
    tb_pack_key(packer, "half");
    tb_pack_double(packer, 7.5);
    tb_pack_key(packer, "negative");
    tb_pack_int(packer, -1);
    tb_pack_key(packer, "nil");
    tb_pack_nil(packer);
    tb_pack_key(packer, "map");
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "text");
    tb_pack_uint(packer, 1);
}

static void read_well(struct tb_call *c)
{
    struct tb_bytes text = tb_bytes_of_string("untouched");
    bool yes = false;
    uint64_t number = 99;
    struct tb_args map;
    CHECK(tb_arg_str(c, c->args, "none", TB_OPTIONAL, &text) && tb_bytes_are(text, "untouched"));
    CHECK(tb_arg_str(c, c->args, "nil", TB_OPTIONAL, &text) && tb_bytes_are(text, "untouched"));
    CHECK(tb_arg_str(c, c->args, "text", TB_REQUIRED, &text) && tb_bytes_are(text, "abc"));
    CHECK(tb_arg_bool(c, c->args, "yes", TB_REQUIRED, &yes) && yes);
    CHECK(tb_arg_uint(c, c->args, "nil", TB_OPTIONAL, 10, &number) && number == 99);
    CHECK(tb_arg_uint(c, c->args, "number", TB_REQUIRED, 7, &number) && number == 7);
    number = 0;
    CHECK(tb_arg_uint(c, c->args, "float", TB_REQUIRED, 7, &number) && number == 7);
    CHECK(tb_arg_args(c, c->args, "none", TB_OPTIONAL, &map) && !map.map);
    CHECK(tb_arg_bool(c, map, "x", TB_OPTIONAL, &yes));
    CHECK(tb_arg_args(c, c->args, "map", TB_REQUIRED, &map) && map.map);
    tb_reply_nil(c);
}

static int which;

static void read_badly(struct tb_call *c)
{
    struct tb_bytes text;
    bool yes;
    uint64_t number;
    struct tb_args map = {0};
    switch (which) {
    case 0:
        CHECK(!tb_arg_str(c, c->args, "none", TB_REQUIRED, &text));
        break;
    case 1:
        CHECK(!tb_arg_str(c, c->args, "number", TB_OPTIONAL, &text));
        break;
    case 2:
        CHECK(!tb_arg_bool(c, c->args, "number", TB_REQUIRED, &yes));
        break;
    case 3:
        CHECK(!tb_arg_uint(c, c->args, "number", TB_REQUIRED, 6, &number));
        break;
    case 4:
        CHECK(!tb_arg_uint(c, c->args, "half", TB_REQUIRED, 100, &number));
        break;
    case 5:
        CHECK(!tb_arg_uint(c, c->args, "negative", TB_REQUIRED, 100, &number));
        break;
    case 6:
        CHECK(!tb_arg_args(c, c->args, "text", TB_OPTIONAL, &map));
        break;
    case 7:
        CHECK(tb_arg_args(c, c->args, "map", TB_REQUIRED, &map));
        CHECK(!tb_arg_str(c, map, "text", TB_REQUIRED, &text));
        break;
    default:
        CHECK(!tb_arg_str(c, c->args, "nil", TB_REQUIRED, &text));
        break;
    }
}

static void readers_read_and_say_what_is_wrong(void)
{
    static const char *const messages[] = {
        "none: expected a string",
        "number: expected a string",
        "number: expected true or false",
        "number: expected a whole number in range",
        "half: expected a whole number in range",
        "negative: expected a whole number in range",
        "text: expected an object",
        "map.text: expected a string",
        "nil: expected a string",
    };
    struct tb_bytes raw;
    start();
    CHECK(tb_map_find(call(read_well, fill_mixed, &raw), "value"));
    for (which = 0; which < (int)TB_ARRAY_LEN(messages); which++)
        CHECK(is_error(call(read_badly, fill_mixed, &raw), "invalid_args", messages[which]));
    stop();
}

static double odd_number;

static void fill_odd(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "n");
    tb_pack_double(packer, odd_number);
}

static void read_odd(struct tb_call *c)
{
    uint64_t number;
    CHECK(!tb_arg_uint(c, c->args, "n", TB_REQUIRED, UINT64_MAX, &number));
}

static void odd_floats_are_no_whole_numbers(void)
{
    static const double odd[] = {
        -1, -0.5, 0.1, 1e300, __builtin_inf(), -__builtin_inf(), __builtin_nan("")};
    struct tb_bytes raw;
    start();
    for (size_t i = 0; i < TB_ARRAY_LEN(odd); i++) {
        odd_number = odd[i];
        CHECK(is_error(call(read_odd, fill_odd, &raw), "invalid_args",
                       "n: expected a whole number in range"));
    }
    stop();
}

/* ---- the session ---- */

static void replies_are_sent_in_batches(void)
{
    size_t need;
    start();
    handler = reply_value;
    fill_args = no_args;
    for (int i = 0; i < 2 * TB_SESSION_BATCH; i++)
        put_frame(TB_PLUGIN_CALL, fill_call, call_raw);
    size_t one = tb_buffer_n(&session.in) / (2 * TB_SESSION_BATCH);
    CHECK_INT(tb_session_step(&session, &need), TB_OK);
    CHECK_INT(tb_buffer_n(&session.in), TB_SESSION_BATCH * one);
    CHECK(tb_buffer_n(&session.out) > 0);
    stop();
}

static void survives_every_mutation_of_a_call(void)
{
    static uint8_t frame[256];
    size_t need;
    start();
    handler = reply_value;
    fill_args = fill_mixed;
    put_frame(TB_PLUGIN_CALL, fill_call, call_raw);
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
    stop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(answers_of_each_kind),
        TEST(a_command_without_a_handler_is_unimplemented),
        TEST(an_answer_that_does_not_fit_becomes_an_error),
        TEST(a_long_message_is_cut_between_characters),
        TEST(readers_read_and_say_what_is_wrong),
        TEST(odd_floats_are_no_whole_numbers),
        TEST(replies_are_sent_in_batches),
        TEST(survives_every_mutation_of_a_call),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
