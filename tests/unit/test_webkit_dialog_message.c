/* What a page may say in a message, and what becomes of what it may not. */
#include "host/webkitgtk/dialog_message.h"
#include "host/webkitgtk/dialog_text.h"
#include "tests/unit/sdk_link.h"

#include <glib.h>

#define TEXT(literal) tb_bytes_of(literal, sizeof(literal) - 1)

/* ---- texts ---- */

static void check_line(struct tb_bytes text, size_t n, const char *expected)
{
    g_autofree char *line = tb_dialog_line(text, n);
    CHECK_STR(line, expected);
}

static void check_lines(struct tb_bytes text, size_t n, const char *expected)
{
    g_autofree char *lines = tb_dialog_lines(text, n);
    CHECK_STR(lines, expected);
}

static void a_line_hides_nothing(void)
{
    check_line(TEXT(""), 9, "");
    check_line(TEXT("<b>\"plain\" & \\ wörds</b>"), 99, "<b>\"plain\" & \\ wörds</b>");
    check_line(TEXT("a\nb"), 99, "a\\u000ab");
    check_line(TEXT("a\0b"), 99, "a\\u0000b");
    check_line(TEXT("a\xe2\x80\xae"
                    "b"),
               99, "a\\u202eb");
    check_line(TEXT("a\x1b[2J"), 99, "a\\u001b[2J");
    check_line(TEXT("\xff"), 99, "\\ufffd");
}

static void what_is_too_long_is_cut_between_characters(void)
{
    check_line(TEXT("abcdef"), 6, "abcdef");
    check_line(TEXT("abcdef"), 5, "abcde\xe2\x80\xa6");
    check_line(TEXT("aéb"), 2, "a\xe2\x80\xa6");
    check_line(TEXT("aéb"), 3, "aé\xe2\x80\xa6");
    check_line(TEXT("a\nb"), 6, "a\\u000\xe2\x80\xa6");
    check_line(TEXT("a\nb"), 8, "a\\u000ab");
    check_lines(TEXT("\n\r\n\r"), 7, "\n\n\\u000\xe2\x80\xa6");
    check_line(TEXT("\x80\x80\x80"), 2, "\xe2\x80\xa6");
}

static void lines_keep_their_breaks(void)
{
    check_lines(TEXT(""), 9, "");
    check_lines(TEXT("a\n\nb"), 9, "a\n\nb");
    check_lines(TEXT("a\r\nb\rc"), 99, "a\nb\\u000dc");
    check_lines(TEXT("\na"), 9, "\na");
    check_lines(TEXT("a\n"), 9, "a");
    check_lines(TEXT("\"a\"\nb\xe2\x80\xae\"\nc"), 99, "\"a\"\nb\\u202e\\\"\nc");
    check_lines(TEXT("a\nbcd"), 4, "a\nbc\xe2\x80\xa6");
}

static void a_mebibyte_of_anything_is_a_few_kilobytes(void)
{
    static uint8_t many[1024 * 1024];
    for (unsigned byte = 0; byte < 256; byte++) {
        memset(many, (int)byte, sizeof many);
        g_autofree char *lines =
            tb_dialog_lines(tb_bytes_of(many, sizeof many), TB_DIALOG_TEXT_MAX);
        CHECK(strlen(lines) <= TB_DIALOG_TEXT_MAX + 3);
        CHECK(g_utf8_validate(lines, -1, NULL));
    }
}

/* ---- arguments ---- */

static struct tb_dialog_message message;
static bool was_read;

static void read_message(struct tb_call *call)
{
    was_read = tb_dialog_message_read(call, &message);
    if (was_read)
        tb_reply_nil(call);
}

static void read_args(void (*args)(struct tb_packer *packer))
{
    sdk_start(0, 0);
    sdk_args = args;
    (void)sdk_call(read_message, SDK_NO_RAW);
    CHECK(was_read);
}

static void done(void)
{
    tb_dialog_message_deinit(&message);
    sdk_stop();
}

static void refused(void (*args)(struct tb_packer *packer), const char *problem)
{
    sdk_start(0, 0);
    sdk_args = args;
    struct sdk_frame frame = sdk_call(read_message, SDK_NO_RAW);
    CHECK(!was_read && sdk_is_error(frame, "invalid_args", problem));
    sdk_stop();
}

static void only_a_message(struct tb_packer *packer)
{
    tb_pack_map(packer, 4);
    tb_pack_key_text(packer, "message", "Hello.\nYou.");
    tb_pack_key(packer, "title");
    tb_pack_nil(packer);
    tb_pack_key(packer, "kind");
    tb_pack_nil(packer);
    tb_pack_key(packer, "buttons");
    tb_pack_nil(packer);
}

static void a_message_alone_is_information_with_one_button(void)
{
    read_args(only_a_message);
    CHECK_STR(message.text, "Hello.\nYou.");
    CHECK(!message.title && message.kind == TB_DIALOG_INFO && message.n_buttons == 1);
    CHECK_STR(message.buttons[0].label, "Ok");
    CHECK_STR(message.buttons[0].answer, "Ok");
    done();
}

static const char *name;

static void with_name(struct tb_packer *packer)
{
    tb_pack_map(packer, 4);
    tb_pack_key_text(packer, "message", "");
    tb_pack_key_text(packer, "title", "A\nB");
    tb_pack_key_text(packer, "kind", "Warning");
    tb_pack_key_text(packer, "buttons", name);
}

static void check_set(const char *set, size_t n, const char *first, const char *last)
{
    name = set;
    read_args(with_name);
    CHECK_STR(message.title, "A\\u000aB");
    CHECK(message.kind == TB_DIALOG_WARNING);
    CHECK_INT(message.n_buttons, n);
    CHECK_STR(message.buttons[0].answer, first);
    CHECK_STR(message.buttons[n - 1].answer, last);
    done();
}

static void the_sets_of_buttons_are_tauris(void)
{
    check_set("Ok", 1, "Ok", "Ok");
    check_set("OkCancel", 2, "Ok", "Cancel");
    check_set("YesNo", 2, "Yes", "No");
    check_set("YesNoCancel", 3, "Yes", "Cancel");
    name = "ok";
    refused(with_name, "buttons: expected Ok, OkCancel, YesNo or YesNoCancel");
}

static const char *kind;

static void with_kind(struct tb_packer *packer)
{
    tb_pack_map(packer, 2);
    tb_pack_key_text(packer, "message", "");
    tb_pack_key_text(packer, "kind", kind);
}

static void another_kind_is_information(void)
{
    static const struct {
        const char *name;
        enum tb_dialog_kind kind;
    } kinds[] = {{"error", TB_DIALOG_ERROR}, {"info", TB_DIALOG_INFO}, {"doom", TB_DIALOG_INFO}};
    for (size_t i = 0; i < TB_ARRAY_LEN(kinds); i++) {
        kind = kinds[i].name;
        read_args(with_kind);
        CHECK(message.kind == kinds[i].kind);
        done();
    }
}

static struct tb_bytes labels[4];
static size_t n_labels;

static void with_labels(struct tb_packer *packer)
{
    tb_pack_map(packer, 2);
    tb_pack_key_text(packer, "message", "");
    tb_pack_key(packer, "buttons");
    tb_pack_map(packer, 1);
    tb_pack_key(packer, name);
    if (n_labels > 0)
        tb_pack_array(packer, n_labels);
    for (size_t i = 0; i < n_labels || i == 0; i++)
        tb_pack_str(packer, labels[i]);
}

static void a_button_of_the_pages_answers_with_what_it_sent(void)
{
    labels[0] = TEXT("_Yes\n");
    labels[1] = TEXT("<b>no</b>");
    labels[2] = TEXT("");
    n_labels = 3;
    name = "YesNoCancelCustom";
    read_args(with_labels);
    CHECK_STR(message.buttons[0].label, "_Yes\\u000a");
    CHECK_STR(message.buttons[0].answer, "_Yes\n");
    CHECK_STR(message.buttons[1].label, "<b>no</b>");
    CHECK_STR(message.buttons[2].label, "");
    done();

    name = "OkCustom";
    n_labels = 0;
    read_args(with_labels);
    CHECK_INT(message.n_buttons, 1);
    CHECK_STR(message.buttons[0].answer, "_Yes\n");
    done();
}

static void odd_buttons_are_refused(void)
{
    static uint8_t many[TB_DIALOG_LABEL_MAX + 1];
    memset(many, 'x', sizeof many);
    labels[0] = TEXT("a");
    labels[1] = TEXT("b");
    labels[2] = TEXT("c");
    labels[3] = TEXT("d");
    for (n_labels = 1; n_labels <= 4; n_labels++) {
        name = n_labels == 2 ? "YesNoCancelCustom" : "OkCancelCustom";
        refused(with_labels, "buttons: expected as many labels as there are buttons");
    }
    name = "OkCustom";
    n_labels = 1;
    refused(with_labels, "buttons: expected labels of at most 128 bytes, without a NUL");
    name = "OkCancelCustom";
    n_labels = 2;
    labels[1] = TEXT("b\0c");
    refused(with_labels, "buttons: expected labels of at most 128 bytes, without a NUL");
    labels[1] = tb_bytes_of(many, sizeof many);
    refused(with_labels, "buttons: expected labels of at most 128 bytes, without a NUL");
    name = "YesNoCustom";
    refused(with_labels, "buttons: expected one of OkCustom, OkCancelCustom and YesNoCancelCustom");
}

static void with_a_number(struct tb_packer *packer)
{
    tb_pack_map(packer, 2);
    tb_pack_key_text(packer, "message", "");
    tb_pack_key_uint(packer, "buttons", 1);
}

static void with_two(struct tb_packer *packer)
{
    tb_pack_map(packer, 2);
    tb_pack_key_text(packer, "message", "");
    tb_pack_key(packer, "buttons");
    tb_pack_map(packer, 2);
    tb_pack_key_text(packer, "OkCustom", "a");
    tb_pack_key_text(packer, "Ok", "b");
}

static void without_a_message(struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key_bool(packer, "message", true);
}

static void odd_shapes_are_refused(void)
{
    refused(with_a_number, "buttons: expected a string or an object");
    refused(with_two, "buttons: expected one of OkCustom, OkCancelCustom and YesNoCancelCustom");
    refused(without_a_message, "message: expected a string, got true");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_line_hides_nothing),
        TEST(what_is_too_long_is_cut_between_characters),
        TEST(lines_keep_their_breaks),
        TEST(a_mebibyte_of_anything_is_a_few_kilobytes),
        TEST(a_message_alone_is_information_with_one_button),
        TEST(the_sets_of_buttons_are_tauris),
        TEST(another_kind_is_information),
        TEST(a_button_of_the_pages_answers_with_what_it_sent),
        TEST(odd_buttons_are_refused),
        TEST(odd_shapes_are_refused),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
