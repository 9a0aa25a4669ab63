/* Picks on both links: what is written is read back, and nothing else is taken. */
#include "base/result.h"
#include "proto/frame.h"
#include "proto/pick.h"
#include "proto/plugin_pick.h"
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

static bool goes_to(enum tb_side side)
{
    struct tb_frame frame;
    size_t size;
    return tb_frame_parse(side, tb_buffer_bytes(&out), &frame, &size) == TB_OK;
}

static int read_offer(const struct tb_pick_offer *offer, struct tb_pick_offer *ret_read)
{
    tb_buffer_consume(&out, tb_buffer_n(&out));
    CHECK_INT(tb_pick_offer_write(&out, offer), TB_OK);
    CHECK(!goes_to(TB_SIDE_HOST) && !goes_to(TB_SIDE_PLUGIN));
    return tb_pick_offer_read(&unpacker, body_of(TB_SIDE_BROKER_CONTROL, TB_PICK), ret_read);
}

static struct tb_pick_offer a_folder(void)
{
    return (struct tb_pick_offer){
        .id = UINT32_MAX,
        .view = tb_bytes_of_string("main"),
        .document = UINT64_MAX,
        .path = tb_bytes_of_string("/home/ann/a b"),
        .folder = true,
        .recursive = true,
    };
}

static void an_offer_comes_back_as_it_was(void)
{
    struct tb_pick_offer read = {0};
    struct tb_pick_offer offer = a_folder();
    CHECK_INT(read_offer(&offer, &read), TB_OK);
    CHECK(read.id == offer.id && read.document == offer.document && read.folder && read.recursive &&
          !read.writable && tb_bytes_are(read.view, "main"));
    CHECK(tb_bytes_are(read.path, "/home/ann/a b"));
    offer.folder = offer.recursive = false;
    offer.writable = true;
    CHECK_INT(read_offer(&offer, &read), TB_OK);
    CHECK(!read.folder && !read.recursive && read.writable);
}

static int read_path(struct tb_bytes path)
{
    struct tb_pick_offer read;
    struct tb_pick_offer offer = a_folder();
    offer.path = path;
    return read_offer(&offer, &read);
}

static void a_path_is_absolute_and_in_normal_form(void)
{
    static const char *const good[] = {"/a", "/a/b", "/.a/..b/...", "/a/.../b", "/\xc3\xa4"};
    static const char *const bad[] = {"",      "a",       "/",    "//",    "/a/", "/a//b",
                                      "/.",    "/..",     "/a/.", "/a/..", "./a", "/a/./b",
                                      "/../a", "/a/../b", "\\a",  "/\xff", "~/a"};
    for (size_t i = 0; i < TB_ARRAY_LEN(good); i++)
        CHECK_INT(read_path(tb_bytes_of_string(good[i])), TB_OK);
    for (size_t i = 0; i < TB_ARRAY_LEN(bad); i++)
        CHECK_INT(read_path(tb_bytes_of_string(bad[i])), TB_MALFORMED);
    CHECK_INT(read_path(tb_bytes_of("/a\0b", 4)), TB_MALFORMED);
}

static void a_path_has_an_end(void)
{
    static uint8_t path[TB_PICK_PATH_MAX + 1];
    memset(path, 'a', sizeof path);
    path[0] = '/';
    CHECK_INT(read_path(tb_bytes_of(path, TB_PICK_PATH_MAX)), TB_OK);
    CHECK_INT(read_path(tb_bytes_of(path, TB_PICK_PATH_MAX + 1)), TB_TOO_LARGE);
}

static void a_file_has_nothing_below_it(void)
{
    struct tb_pick_offer read;
    struct tb_pick_offer offer = a_folder();
    offer.folder = false;
    CHECK_INT(read_offer(&offer, &read), TB_MALFORMED);
    offer = a_folder();
    offer.view = tb_bytes_of_string("no label");
    CHECK_INT(read_offer(&offer, &read), TB_MALFORMED);
}

static int read_answer(const struct tb_pick_answer *answer, struct tb_pick_answer *ret_read)
{
    tb_buffer_consume(&out, tb_buffer_n(&out));
    CHECK_INT(tb_pick_answer_write(&out, answer), TB_OK);
    CHECK(!goes_to(TB_SIDE_BROKER_CONTROL));
    return tb_pick_answer_read(&unpacker, body_of(TB_SIDE_HOST, TB_PICKED), ret_read);
}

static void an_answer_says_why_or_nothing(void)
{
    struct tb_pick_answer read = {0};
    CHECK_INT(read_answer(&(struct tb_pick_answer){.id = 7}, &read), TB_OK);
    CHECK(read.id == 7 && read.code == TB_CODE_NONE && read.message.n == 0);
    const struct tb_pick_answer refused = {8, TB_CODE_LIMIT, tb_bytes_of_string("64 of them")};
    CHECK_INT(read_answer(&refused, &read), TB_OK);
    CHECK(read.id == 8 && read.code == TB_CODE_LIMIT && tb_bytes_are(read.message, "64 of them"));
}

static int read_text(const char *text, size_t n)
{
    struct tb_pick_answer read;
    return tb_pick_answer_read(&unpacker, tb_bytes_of(text, n), &read);
}

static void an_answer_has_exactly_its_keys(void)
{
    static const char unknown_code[] = "\x83\xa2id\x01\xa4"
                                       "code\xa3odd\xa7message\xa1x";
    static const char no_message[] = "\x82\xa2id\x01\xa4"
                                     "code\xa2io";
    static const char no_code[] = "\x82\xa2id\x01\xa7message\xa1x";
    static const char no_id[] = "\x80";
    CHECK_INT(read_text(unknown_code, sizeof unknown_code - 1), TB_MALFORMED);
    CHECK_INT(read_text(no_message, sizeof no_message - 1), TB_MALFORMED);
    CHECK_INT(read_text(no_code, sizeof no_code - 1), TB_MALFORMED);
    CHECK_INT(read_text(no_id, sizeof no_id - 1), TB_MALFORMED);
}

static int read_pick(const struct tb_plugin_pick *pick, struct tb_plugin_pick *ret_read)
{
    tb_buffer_consume(&out, tb_buffer_n(&out));
    CHECK_INT(tb_plugin_pick_write(&out, pick), TB_OK);
    CHECK(!goes_to(TB_SIDE_BROKER_PLUGIN));
    return tb_plugin_pick_read(&unpacker, body_of(TB_SIDE_PLUGIN, TB_PLUGIN_PICKED), ret_read);
}

static void a_plugin_is_told_where_it_is(void)
{
    struct tb_plugin_pick read = {0};
    struct tb_plugin_pick pick = {
        .number = TB_PICKS_MAX,
        .path = tb_bytes_of_string("/home/ann"),
        .at = tb_bytes_of_string("/.picked/64"),
        .folder = true,
        .writable = true,
    };
    CHECK_INT(read_pick(&pick, &read), TB_OK);
    CHECK(read.number == TB_PICKS_MAX && read.folder && !read.recursive && read.writable);
    CHECK(tb_bytes_are(read.path, "/home/ann") && tb_bytes_are(read.at, "/.picked/64"));
    pick.number = 0;
    CHECK_INT(read_pick(&pick, &read), TB_MALFORMED);
    pick.number = TB_PICKS_MAX + 1;
    CHECK_INT(read_pick(&pick, &read), TB_TOO_LARGE);
    pick.number = 1;
    pick.at = tb_bytes_of_string(".picked/1");
    CHECK_INT(read_pick(&pick, &read), TB_MALFORMED);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(an_offer_comes_back_as_it_was),
        TEST(a_path_is_absolute_and_in_normal_form),
        TEST(a_path_has_an_end),
        TEST(a_file_has_nothing_below_it),
        TEST(an_answer_says_why_or_nothing),
        TEST(an_answer_has_exactly_its_keys),
        TEST(a_plugin_is_told_where_it_is),
    };
    CHECK_INT(tb_unpacker_init(&unpacker, &tb_scan_peer), 0);
    tb_buffer_init(&out, 2 * TB_FRAME_MAX);
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
