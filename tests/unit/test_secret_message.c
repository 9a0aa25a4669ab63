/* Prompts for passphrases on both links: what is written is read back, and nothing else is taken.
 */
#include "base/result.h"
#include "proto/frame.h"
#include "proto/secret.h"
#include "tests/unit/test.h"

static struct tb_unpacker unpacker;
static struct tb_buffer out;
static const uint8_t key[TB_SECRET_KEY_SIZE] = {1, 2, 3};
static const uint8_t box[TB_SECRET_BOX_MAX] = {9};

/* The body of the frame in `out`, which `side` alone has to take as one of that kind. */
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

static bool goes_to(enum tb_side side)
{
    struct tb_frame frame;
    size_t size;
    return tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size) == TB_OK;
}

/* ---- the plugin link ---- */

static int read_secret(struct tb_secret secret, struct tb_secret *ret_read)
{
    CHECK_INT(tb_secret_write(&out, &secret), TB_OK);
    CHECK(!goes_to(TB_SIDE_PLUGIN) && !goes_to(TB_SIDE_HOST));
    int r = tb_secret_read(&unpacker, body_of(TB_SIDE_BROKER_PLUGIN, TB_PLUGIN_SECRET), ret_read);
    drop();
    return r;
}

static void a_request_comes_back_as_it_was(void)
{
    struct tb_secret read = {0};
    struct tb_secret secret = {UINT64_MAX, key, tb_bytes_of_string("the key of Ann"), true};
    CHECK_INT(read_secret(secret, &read), TB_OK);
    CHECK(read.call == UINT64_MAX && read.is_new && memcmp(read.key, key, sizeof key) == 0);
    CHECK(tb_bytes_are(read.what, "the key of Ann"));
    secret.is_new = false;
    CHECK_INT(read_secret(secret, &read), TB_OK);
    CHECK(!read.is_new);
}

static int read_what(struct tb_bytes what)
{
    struct tb_secret read;
    return read_secret((struct tb_secret){1, key, what, false}, &read);
}

static void a_person_has_something_to_read(void)
{
    static uint8_t long_text[TB_SECRET_WHAT_MAX + 1];
    memset(long_text, 'a', sizeof long_text);
    CHECK_INT(read_what(tb_bytes_of_string("")), TB_MALFORMED);
    CHECK_INT(read_what(tb_bytes_of("a\0b", 3)), TB_MALFORMED);
    CHECK_INT(read_what(tb_bytes_of("\0", 1)), TB_MALFORMED);
    CHECK_INT(read_what(tb_bytes_of_string("\xff")), TB_MALFORMED);
    CHECK_INT(read_what(tb_bytes_of(long_text, TB_SECRET_WHAT_MAX)), TB_OK);
    CHECK_INT(read_what(tb_bytes_of(long_text, TB_SECRET_WHAT_MAX + 1)), TB_TOO_LARGE);
}

static int read_answer(size_t n, struct tb_secret_answer *ret_read)
{
    const struct tb_secret_answer answer = {77, tb_bytes_of(box, n)};
    CHECK_INT(tb_secret_answer_write(&out, &answer), TB_OK);
    CHECK(!goes_to(TB_SIDE_BROKER_PLUGIN) && !goes_to(TB_SIDE_BROKER_CONTROL));
    int r = tb_secret_answer_read(&unpacker, body_of(TB_SIDE_PLUGIN, TB_PLUGIN_SECRET_ANSWER),
                                  ret_read);
    drop();
    return r;
}

static void an_answer_is_a_box_or_nothing(void)
{
    struct tb_secret_answer read = {0};
    CHECK_INT(read_answer(TB_SECRET_BOX_MAX, &read), TB_OK);
    CHECK(read.call == 77 && read.sealed.n == TB_SECRET_BOX_MAX && read.sealed.data[0] == 9);
    CHECK_INT(read_answer(0, &read), TB_OK);
    CHECK_INT(read.sealed.n, 0);
}

/* ---- the control link ---- */

static struct tb_secret_prompt a_prompt(void)
{
    return (struct tb_secret_prompt){.id = 7,
                                     .view = tb_bytes_of_string("main"),
                                     .origin = tb_bytes_of_string("local"),
                                     .command = tb_bytes_of_string("plugin:enclave|import_key"),
                                     .plugin = tb_bytes_of_string("enclave"),
                                     .what = tb_bytes_of_string("the key of Ann"),
                                     .key = key};
}

static int read_prompt(struct tb_secret_prompt prompt, struct tb_secret_prompt *ret_read)
{
    CHECK_INT(tb_secret_prompt_write(&out, &prompt), TB_OK);
    CHECK(!goes_to(TB_SIDE_BROKER_CONTROL) && !goes_to(TB_SIDE_BROKER_PLUGIN));
    int r = tb_secret_prompt_read(&unpacker, body_of(TB_SIDE_HOST, TB_SECRET), ret_read);
    drop();
    return r;
}

static void a_prompt_comes_back_as_it_was(void)
{
    struct tb_secret_prompt read = {0};
    CHECK_INT(read_prompt(a_prompt(), &read), TB_OK);
    CHECK(read.id == 7 && !read.is_new && memcmp(read.key, key, sizeof key) == 0);
    CHECK(tb_bytes_are(read.view, "main") && tb_bytes_are(read.origin, "local"));
    CHECK(tb_bytes_are(read.command, "plugin:enclave|import_key"));
    CHECK(tb_bytes_are(read.plugin, "enclave") && tb_bytes_are(read.what, "the key of Ann"));
}

static void what_names_nobody_is_refused(void)
{
    struct tb_secret_prompt read;
    struct tb_secret_prompt prompt = a_prompt();
    prompt.view = tb_bytes_of_string("");
    CHECK_INT(read_prompt(prompt, &read), TB_MALFORMED);
    prompt = a_prompt();
    prompt.origin = tb_bytes_of_string("a b");
    CHECK_INT(read_prompt(prompt, &read), TB_MALFORMED);
    prompt = a_prompt();
    prompt.command = tb_bytes_of_string("");
    CHECK_INT(read_prompt(prompt, &read), TB_MALFORMED);
    prompt = a_prompt();
    prompt.what = tb_bytes_of_string("");
    CHECK_INT(read_prompt(prompt, &read), TB_MALFORMED);
    prompt = a_prompt();
    prompt.plugin = tb_bytes_of_string("");
    CHECK_INT(read_prompt(prompt, &read), TB_MALFORMED);
    CHECK_INT(read_prompt(a_prompt(), &read), TB_OK);
}

/* Beside what a writer makes. */
static int read_typed(const char *text, size_t n)
{
    struct tb_secret_typed read = {.id = 5};
    int r = tb_secret_typed_read(&unpacker, tb_bytes_of(text, n), &read);
    CHECK(r == TB_OK || read.id == 5);
    return r;
}
#define READ(literal) read_typed(literal, sizeof(literal) - 1)

static void what_was_typed_has_exactly_its_keys(void)
{
    CHECK_INT(READ("\x81\xa2id\x01"), TB_OK);
    CHECK_INT(READ("\x82\xa2id\x01\xa6sealed\xc4\x00"), TB_MALFORMED);
    CHECK_INT(READ("\x82\xa2id\x01\xa6sealed\xa1x"), TB_MALFORMED);
    CHECK_INT(READ("\x82\xa2id\x01\xa6sealed\xc0"), TB_MALFORMED);
    CHECK_INT(READ("\x82\xa2id\x01\xa6secret\xc4\x01x"), TB_MALFORMED);
    CHECK_INT(READ("\x81\xa2id\xcf\x00\x00\x00\x01\x00\x00\x00\x01"), TB_TOO_LARGE);
    CHECK_INT(READ("\x80"), TB_MALFORMED);
}

static int typed_of(size_t n)
{
    struct tb_secret_typed read;
    const struct tb_secret_typed typed = {3, tb_bytes_of(box, n)};
    CHECK_INT(tb_secret_typed_write(&out, &typed), TB_OK);
    CHECK(!goes_to(TB_SIDE_HOST) && !goes_to(TB_SIDE_PLUGIN));
    int r =
        tb_secret_typed_read(&unpacker, body_of(TB_SIDE_BROKER_CONTROL, TB_SECRET_ANSWER), &read);
    drop();
    return r;
}

/* There are five lengths of a box, and that of the passphrase is none of them. */
static void a_box_is_as_long_as_padding_makes_it(void)
{
    unsigned n_taken = 0;
    for (size_t n = 1; n <= TB_SECRET_BOX_MAX; n++) {
        bool taken = typed_of(n) == TB_OK;
        CHECK_INT(taken, tb_secret_box_valid(n));
        n_taken += taken;
    }
    CHECK_INT(n_taken, 5);
    CHECK(tb_secret_box_valid(304) && tb_secret_box_valid(1328));
    CHECK(!tb_secret_box_valid(1328 + 256) && !tb_secret_box_valid(48));
}

static void a_frame_is_short(void)
{
    uint8_t header[TB_HEADER_SIZE];
    struct tb_frame frame;
    size_t size;
    tb_frame_header(header, TB_SECRET_ANSWER, 0, TB_FRAME_MAX);
    CHECK_INT(
        tb_frame_parse(TB_SIDE_BROKER_CONTROL, tb_bytes_of(header, sizeof header), &frame, &size),
        TB_TOO_LARGE);
    tb_frame_header(header, TB_PLUGIN_SECRET, 0, TB_SECRET_FRAME_MAX + 1);
    CHECK_INT(
        tb_frame_parse(TB_SIDE_BROKER_PLUGIN, tb_bytes_of(header, sizeof header), &frame, &size),
        TB_TOO_LARGE);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_request_comes_back_as_it_was),       TEST(a_person_has_something_to_read),
        TEST(an_answer_is_a_box_or_nothing),        TEST(a_prompt_comes_back_as_it_was),
        TEST(what_names_nobody_is_refused),         TEST(what_was_typed_has_exactly_its_keys),
        TEST(a_box_is_as_long_as_padding_makes_it), TEST(a_frame_is_short),
    };
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
