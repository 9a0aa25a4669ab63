/* What the dev program and the script of a page say to each other in JSON. */
#include "base/result.h"
#include "dev/message.h"
#include "tests/unit/dev_line.h"

#include <errno.h>
#include <jansson.h>

static struct tb_buffer out;

static void begin(void)
{
    tb_buffer_init(&out, 256 * 1024);
}

/* All that is written, and takes it away. */
static const char *written(void)
{
    static char text[128 * 1024];
    size_t n = tb_buffer_n(&out);
    CHECK(n < sizeof text);
    if (n > 0)
        memcpy(text, tb_buffer_bytes(&out).data, n);
    text[n] = 0;
    tb_buffer_deinit(&out);
    begin();
    return text;
}

static json_t *parsed(const char *text)
{
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    CHECK(root && strlen(text) <= DEV_JSON_MAX);
    return root;
}

static struct dev_record *record(const struct dev_line *line)
{
    char session[DEV_SESSION_HEX + 1];
    struct dev_record *made;
    CHECK_INT(dev_record_read(tb_bytes_of_string(dev_line_text(line)), session, &made), TB_OK);
    return made;
}

/* ---- to the page ---- */

static void each_message_is_as_the_page_reads_it(void)
{
    begin();
    CHECK_INT(dev_message_reload(&out, DEV_WHY_FILES), 0);
    CHECK_STR(written(), "{\"type\":\"reload\",\"why\":\"files\"}");
    CHECK_INT(dev_message_reload(&out, DEV_WHY_POLICY), 0);
    CHECK_STR(written(), "{\"type\":\"reload\",\"why\":\"policy\"}");
    CHECK_INT(dev_message_reload(&out, DEV_WHY_APP), 0);
    CHECK_STR(written(), "{\"type\":\"reload\",\"why\":\"app\"}");
    CHECK_INT(dev_message_lost(&out, "gone"), 0);
    CHECK_STR(written(), "{\"type\":\"lost\",\"message\":\"gone\"}");
    CHECK_INT(dev_message_taken(&out, ""), 0);
    CHECK_STR(written(), "{\"type\":\"taken\",\"message\":\"\"}");
    CHECK_INT(dev_message_bootstrap(&out, tb_bytes_of("\0\1\xff\xfe", 4), "new"), 0);
    CHECK_STR(written(), "{\"type\":\"bootstrap\",\"data\":\"AAH//g==\",\"message\":\"new\"}");
}

static void messages_stand_one_behind_the_other(void)
{
    begin();
    CHECK_INT(dev_message_lost(&out, "a"), 0);
    CHECK_INT(dev_message_errors(&out, NULL, 0, 0), 0);
    CHECK_STR(written(), "{\"type\":\"lost\",\"message\":\"a\"}{\"type\":\"errors\",\"list\":[]}");
}

static void what_people_are_told_can_be_shown(void)
{
    char text[5000];
    begin();
    CHECK_INT(dev_message_lost(&out, "\x1b\xff\"\xe2\x80\xae"), 0);
    CHECK_STR(written(), "{\"type\":\"lost\",\"message\":\"\\\\u001b\\\\ufffd\\\"\\\\u202e\"}");
    memset(text, 'a', sizeof text - 1);
    text[sizeof text - 1] = 0;
    CHECK_INT(dev_message_taken(&out, text), 0);
    CHECK(strlen(written()) < 1100);
}

static void errors_have_their_places(void)
{
    static const struct dev_error errors[] = {
        {.code = "value", .message = "it is \"a\"", .file = "trollbridge.toml", .line = 7},
        {.warning = true, .code = "io", .message = "gone"},
    };
    begin();
    CHECK_INT(dev_message_errors(&out, errors, 2, 0), 0);
    CHECK_STR(written(), "{\"type\":\"errors\",\"list\":[{\"code\":\"value\",\"message\":\"it is "
                         "\\\"a\\\"\",\"file\":\"trollbridge.toml\",\"line\":7},{\"code\":\"io\","
                         "\"message\":\"gone\",\"file\":\"\",\"line\":0}]}");
    CHECK_INT(dev_message_errors(&out, errors, 0, 3), 0);
    CHECK_STR(written(),
              "{\"type\":\"errors\",\"list\":[{\"code\":\"more\",\"message\":\"3 further "
              "errors\",\"file\":\"\",\"line\":0}]}");
}

static void of_errors_that_do_not_fit_the_number_is_told(void)
{
    enum { N = 60 };
    static struct dev_error errors[N];
    for (size_t i = 0; i < N; i++) {
        (void)snprintf(errors[i].code, sizeof errors[i].code, "c");
        memset(errors[i].message, '"', sizeof errors[i].message - 1);
        memset(errors[i].file, '\\', sizeof errors[i].file - 1);
        errors[i].line = UINT32_MAX;
    }
    begin();
    CHECK_INT(dev_message_errors(&out, errors, N, 5), 0);
    json_t *root = parsed(written());
    const json_t *list = json_object_get(root, "list");
    size_t n = json_array_size(list);
    char more[64];
    CHECK(n > 2 && n < N);
    (void)snprintf(more, sizeof more, "%zu further errors", N - (n - 1) + 5);
    CHECK_STR(json_string_value(json_object_get(json_array_get(list, n - 1), "message")), more);
    json_decref(root);
}

static void records_are_as_the_log_has_them(void)
{
    struct dev_record *made =
        record(&(struct dev_line){17, "00112233445566aa", "done", "a|b", "why", 3});
    const struct dev_record *const list[] = {made};
    size_t n = 0;
    begin();
    CHECK_INT(dev_message_records(&out, list, 1, &n), 0);
    CHECK_INT(n, 1);
    CHECK_STR(written(),
              "{\"type\":\"records\",\"list\":[{\"n\":17,\"time\":\"2026-11-22T04:00:00.000000Z\","
              "\"event\":\"done\",\"command\":\"a|b\",\"verdict\":\"allow\",\"code\":\"denied\","
              "\"of\":3,\"dur_ns\":4,\"rule\":{\"capability\":\"c\",\"permission\":\"p\",\"file\":"
              "\"f.json\",\"line\":7},\"reason\":\"why\"}]}");
    CHECK_INT(dev_message_records(&out, list, 0, &n), 0);
    CHECK_INT(n, 0);
    CHECK_STR(written(), "{\"type\":\"records\",\"list\":[]}");
    dev_record_free(made);
}

static void many_records_come_in_several_messages(void)
{
    enum { N = 200 };
    char reason[601];
    memset(reason, 'r', 600);
    reason[600] = 0;
    struct dev_record *made =
        record(&(struct dev_line){1, "00112233445566aa", "call", "x", reason, 0});
    const struct dev_record *list[N];
    for (size_t i = 0; i < N; i++)
        list[i] = made;
    size_t sent = 0;
    size_t n_messages = 0;
    begin();
    while (sent < N) {
        size_t n = 0;
        CHECK_INT(dev_message_records(&out, list + sent, N - sent, &n), 0);
        json_t *root = parsed(written());
        CHECK(n > 0 && json_array_size(json_object_get(root, "list")) == n);
        json_decref(root);
        sent += n;
        n_messages++;
    }
    CHECK_INT(sent, N);
    CHECK(n_messages > 1 && n_messages < 10);
    dev_record_free(made);
}

static const struct dev_record *const *two;

static int write_records(void)
{
    size_t n = 99;
    int r = dev_message_records(&out, two, 2, &n);
    CHECK_INT(n, r == 0 ? 2 : 99);
    return r;
}

static int write_errors(void)
{
    static const struct dev_error errors[] = {{.code = "c", .message = "m", .file = "f"},
                                              {.code = "d"}};
    return dev_message_errors(&out, errors, 2, 1);
}

static int write_said(void)
{
    return dev_message_bootstrap(&out, tb_bytes_of("abc", 3), "a message");
}

/* At whatever byte it ends: either all of a message is written, or nothing. */
static void a_full_buffer_stays_as_it_is(void)
{
    int (*const writers[])(void) = {write_records, write_errors, write_said};
    struct dev_record *made = record(&(struct dev_line){1, "00112233445566aa", "call", "x", "", 0});
    const struct dev_record *const list[] = {made, made};
    two = list;
    for (size_t i = 0; i < TB_ARRAY_LEN(writers); i++) {
        begin();
        CHECK_INT(writers[i](), 0);
        size_t whole = strlen(written());
        for (size_t room = 0; room <= whole; room++) {
            tb_buffer_init(&out, 4 + room);
            CHECK(tb_buffer_append(&out, tb_bytes_of_string("held")));
            CHECK_INT(writers[i](), room < whole ? -ENOMEM : 0);
            CHECK_INT(tb_buffer_n(&out), room < whole ? 4 : 4 + whole);
            CHECK(tb_bytes_begin(tb_buffer_bytes(&out), "held"));
            tb_buffer_deinit(&out);
        }
    }
    dev_record_free(made);
}

/* ---- from the page ---- */

static int heard(const char *text, struct dev_heard *ret_heard)
{
    return dev_message_read(tb_bytes_of_string(text), ret_heard);
}

static void a_page_says_whether_it_shows_its_panel(void)
{
    struct dev_heard said;
    CHECK_INT(heard("{\"type\":\"panel\",\"open\":true}", &said), TB_OK);
    CHECK(said.type == DEV_HEARD_PANEL && said.open);
    CHECK_INT(heard("{\"type\":\"begin\"}", &said), TB_OK);
    CHECK_INT(said.type, DEV_HEARD_BEGIN);
    CHECK_INT(heard("{\"type\":\"begin\",\"open\":true}", &said), TB_MALFORMED);
    CHECK_INT(heard(" { \"open\" : false , \"type\" : \"panel\" } ", &said), TB_OK);
    CHECK(said.type == DEV_HEARD_PANEL && !said.open);
}

static void anything_else_is_malformed(void)
{
    static const char *const texts[] = {
        "",
        "null",
        "[]",
        "\"panel\"",
        "{}",
        "{\"type\":\"panel\"}",
        "{\"open\":true}",
        "{\"type\":\"panels\",\"open\":true}",
        "{\"type\":\"panel\",\"open\":1}",
        "{\"type\":\"panel\",\"open\":\"true\"}",
        "{\"type\":\"panel\",\"open\":null}",
        "{\"type\":[\"panel\"],\"open\":true}",
        "{\"type\":\"panel\",\"open\":true,\"x\":1}",
        "{\"type\":\"panel\",\"open\":true,\"open\":true}",
        "{\"type\":\"panel\",\"open\":true}{}",
        "{\"type\":\"panel\",\"open\":true",
        "{\"type\":\"panel\\u0000\",\"open\":true}",
        "{\"type\":\"reload\",\"why\":\"files\"}",
    };
    struct dev_heard said = {.open = true};
    for (size_t i = 0; i < TB_ARRAY_LEN(texts); i++)
        CHECK_INT(heard(texts[i], &said), TB_MALFORMED);
    CHECK_INT(dev_message_read(tb_bytes_of(NULL, 0), &said), TB_MALFORMED);
    CHECK_INT(dev_message_read(tb_bytes_of("{\"type\":\"panel\",\"open\":true}\0", 29), &said),
              TB_MALFORMED);
    CHECK(said.open);
}

static void a_long_message_is_not_looked_at(void)
{
    char text[DEV_HEARD_MAX + 1];
    struct dev_heard said;
    memset(text, ' ', sizeof text);
    memcpy(text, "{\"type\":\"panel\",\"open\":true}", 28);
    CHECK_INT(dev_message_read(tb_bytes_of(text, DEV_HEARD_MAX), &said), TB_OK);
    CHECK_INT(dev_message_read(tb_bytes_of(text, DEV_HEARD_MAX + 1), &said), TB_TOO_LARGE);
}

static void every_beginning_and_changed_byte_is_refused(void)
{
    static const char text[] = "{\"type\":\"panel\",\"open\":true}";
    size_t n = sizeof text - 1;
    struct dev_heard said;
    for (size_t cut = 0; cut < n; cut++)
        CHECK_INT(dev_message_read(tb_bytes_of(text, cut), &said), TB_MALFORMED);
    for (size_t at = 0; at < n; at++)
        for (unsigned byte = 0; byte < 256; byte++) {
            char copy[sizeof text];
            memcpy(copy, text, sizeof text);
            copy[at] = (char)byte;
            int r = dev_message_read(tb_bytes_of(copy, n), &said);
            CHECK_INT(r, byte == (uint8_t)text[at] ? TB_OK : TB_MALFORMED);
        }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(each_message_is_as_the_page_reads_it),
        TEST(messages_stand_one_behind_the_other),
        TEST(what_people_are_told_can_be_shown),
        TEST(errors_have_their_places),
        TEST(of_errors_that_do_not_fit_the_number_is_told),
        TEST(records_are_as_the_log_has_them),
        TEST(many_records_come_in_several_messages),
        TEST(a_full_buffer_stays_as_it_is),
        TEST(a_page_says_whether_it_shows_its_panel),
        TEST(anything_else_is_malformed),
        TEST(a_long_message_is_not_looked_at),
        TEST(every_beginning_and_changed_byte_is_refused),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
