/* Prompts on the control link: what is written is read back, and nothing else is taken. */
#include "base/result.h"
#include "proto/ask.h"
#include "proto/frame.h"
#include "tests/unit/test.h"

static struct tb_unpacker unpacker;
static struct tb_buffer out;

/* The body of the frame in `out`, which `side` has to take as one of that kind. */
static struct tb_bytes body_of(enum tb_side side, enum tb_kind kind)
{
    struct tb_frame frame;
    size_t size;
    CHECK_INT(tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size), TB_OK);
    CHECK_INT(frame.kind, kind);
    CHECK_INT(size, tb_buffer_n(&out));
    return frame.body;
}

static void drop(void)
{
    tb_buffer_consume(&out, tb_buffer_n(&out));
}

/* args: {"path": "a"} */
static msgpack_object pair_key = {.type = MSGPACK_OBJECT_STR, .via.str = {4, "path"}};
static msgpack_object_kv pair;
static msgpack_object args;

static struct tb_ask an_ask(void)
{
    pair = (msgpack_object_kv){.key = pair_key,
                               .val = {.type = MSGPACK_OBJECT_STR, .via.str = {1, "a"}}};
    args = (msgpack_object){.type = MSGPACK_OBJECT_MAP, .via.map = {1, &pair}};
    return (struct tb_ask){.id = 7,
                           .view = tb_bytes_of_string("main"),
                           .origin = tb_bytes_of_string("local"),
                           .command = tb_bytes_of_string("plugin:fs|remove"),
                           .args = &args,
                           .remember_days = 90};
}

static void an_ask_comes_back_as_it_was(void)
{
    struct tb_ask ask = an_ask();
    struct tb_ask read;
    CHECK_INT(tb_ask_write(&out, &ask), TB_OK);
    CHECK_INT(tb_ask_read(&unpacker, body_of(TB_SIDE_HOST, TB_ASK), &read), TB_OK);
    CHECK_INT(read.id, 7);
    CHECK(tb_bytes_are(read.view, "main") && tb_bytes_are(read.origin, "local"));
    CHECK(tb_bytes_are(read.command, "plugin:fs|remove"));
    CHECK(tb_bytes_are(tb_object_bytes(&read.args->via.map.ptr[0].val), "a"));
    CHECK(!read.has_bytes && read.rule.n == 0);
    CHECK_INT(read.remember_days, 90);
    drop();
}

static void an_empty_body_is_not_no_body(void)
{
    struct tb_ask ask = an_ask();
    struct tb_ask read;
    ask.has_bytes = true;
    ask.rule = tb_bytes_of_string("deletes a file");
    CHECK_INT(tb_ask_write(&out, &ask), TB_OK);
    CHECK_INT(tb_ask_read(&unpacker, body_of(TB_SIDE_HOST, TB_ASK), &read), TB_OK);
    CHECK(read.has_bytes);
    CHECK(read.bytes == 0 && !read.more);
    CHECK(tb_bytes_are(read.rule, "deletes a file"));
    drop();
}

static int read_with(struct tb_ask ask)
{
    struct tb_ask read;
    CHECK_INT(tb_ask_write(&out, &ask), TB_OK);
    int r = tb_ask_read(&unpacker, body_of(TB_SIDE_HOST, TB_ASK), &read);
    drop();
    return r;
}

static void a_body_that_goes_on_has_a_beginning(void)
{
    struct tb_ask ask = an_ask();
    struct tb_ask read;
    ask.more = true;
    CHECK_INT(read_with(ask), TB_MALFORMED);
    ask.has_bytes = true;
    CHECK_INT(tb_ask_write(&out, &ask), TB_OK);
    CHECK_INT(tb_ask_read(&unpacker, body_of(TB_SIDE_HOST, TB_ASK), &read), TB_OK);
    CHECK(read.has_bytes && read.more);
    drop();
}

static void what_names_nobody_is_refused(void)
{
    struct tb_ask ask = an_ask();
    ask.view = tb_bytes_of_string("");
    CHECK_INT(read_with(ask), TB_MALFORMED);
    ask = an_ask();
    ask.origin = tb_bytes_of_string("a b");
    CHECK_INT(read_with(ask), TB_MALFORMED);
    ask = an_ask();
    ask.command = tb_bytes_of_string("");
    CHECK_INT(read_with(ask), TB_MALFORMED);
    CHECK_INT(read_with(an_ask()), TB_OK);
}

static void each_answer_has_a_name_of_its_own(void)
{
    for (int i = 0; i < TB_N_ANSWERS; i++) {
        const struct tb_ask_answer answer = {.id = UINT32_MAX, .answered = (enum tb_answered)i};
        struct tb_ask_answer read;
        CHECK_INT(tb_ask_answer_write(&out, &answer), TB_OK);
        CHECK_INT(tb_ask_answer_read(&unpacker, body_of(TB_SIDE_BROKER_CONTROL, TB_ANSWER), &read),
                  TB_OK);
        CHECK_INT(read.answered, i);
        CHECK(read.id == UINT32_MAX);
        drop();
    }
    CHECK_INT(tb_answered_of(tb_bytes_of_string("yes")), TB_N_ANSWERS);
    CHECK_INT(tb_answered_of(tb_bytes_of_string("")), TB_N_ANSWERS);
}

static int read_answer(const char *text, size_t n)
{
    struct tb_ask_answer read = {.answered = TB_ANSWER_DISMISSED};
    int r = tb_ask_answer_read(&unpacker, tb_bytes_of(text, n), &read);
    CHECK(r == TB_OK || read.answered == TB_ANSWER_DISMISSED);
    return r;
}
#define READ(literal) read_answer(literal, sizeof(literal) - 1)

static void an_answer_has_exactly_its_keys(void)
{
    CHECK_INT(READ("\x82\xa2id\x01\xa6"
                   "answer\xa4once"),
              TB_OK);
    CHECK_INT(READ("\x82\xa2id\x01\xa6"
                   "answer\xa3yes"),
              TB_MALFORMED);
    CHECK_INT(READ("\x82\xa2id\xff\xa6"
                   "answer\xa4once"),
              TB_MALFORMED);
    CHECK_INT(READ("\x82\xa2id\xcf\x00\x00\x00\x01\x00\x00\x00\x01\xa6"
                   "answer\xa4once"),
              TB_TOO_LARGE);
    CHECK_INT(READ("\x81\xa6"
                   "answer\xa4once"),
              TB_MALFORMED);
    CHECK_INT(READ("\x81\xa2id\x01"), TB_MALFORMED);
    CHECK_INT(READ("\x83\xa2id\x01\xa6"
                   "answer\xa4once\xa4"
                   "view\xa4main"),
              TB_MALFORMED);
}

static void what_is_over_is_one_number(void)
{
    uint32_t id = 0;
    CHECK_INT(tb_ask_over_write(&out, 9), TB_OK);
    CHECK_INT(tb_ask_over_read(&unpacker, body_of(TB_SIDE_HOST, TB_ASK_OVER), &id), TB_OK);
    CHECK_INT(id, 9);
    drop();
    CHECK_INT(tb_ask_over_read(&unpacker, tb_bytes_of("\x80", 1), &id), TB_MALFORMED);
    CHECK_INT(id, 9);
}

/* A yes does not come from the broker, nor a question from the host. */
static void each_goes_one_way(void)
{
    const struct tb_ask_answer answer = {.id = 1, .answered = TB_ANSWER_ONCE};
    struct tb_frame frame;
    size_t size;
    CHECK_INT(tb_ask_answer_write(&out, &answer), TB_OK);
    CHECK_INT(tb_frame_parse(TB_SIDE_HOST, tb_buffer_bytes(&out), &frame, &size), TB_MALFORMED);
    drop();
    CHECK_INT(tb_ask_over_write(&out, 1), TB_OK);
    CHECK_INT(tb_frame_parse(TB_SIDE_BROKER_CONTROL, tb_buffer_bytes(&out), &frame, &size),
              TB_MALFORMED);
    drop();
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(an_ask_comes_back_as_it_was),         TEST(an_empty_body_is_not_no_body),
        TEST(a_body_that_goes_on_has_a_beginning), TEST(what_names_nobody_is_refused),
        TEST(each_answer_has_a_name_of_its_own),   TEST(an_answer_has_exactly_its_keys),
        TEST(what_is_over_is_one_number),          TEST(each_goes_one_way),
    };
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    int status = test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
    tb_buffer_deinit(&out);
    tb_unpacker_deinit(&unpacker);
    return status;
}
