/* How the output of a program is cut into what a page is told. */
#include "base/result.h"
#include "plugins/shell/output.h"
#include "tests/unit/test.h"

enum { MOST = 8 };

static const struct shell_encoding utf8 = {0};
static const struct shell_encoding raw = {.kind = SHELL_RAW};

/* The pieces of a text, with `|` behind each; what is left stays out. */
static const char *cut(const struct shell_encoding *encoding, const char *text, bool last)
{
    static char all[256];
    struct tb_bytes held = tb_bytes_of_string(text);
    struct tb_bytes piece;
    size_t n = 0;
    while (shell_output_next(encoding, held, last, MOST, &piece)) {
        CHECK(piece.data == held.data && piece.n > 0 && piece.n <= MOST);
        memcpy(all + n, piece.data, piece.n);
        n += piece.n;
        all[n++] = '|';
        held = tb_bytes_of(held.data + piece.n, held.n - piece.n);
    }
    all[n] = 0;
    return all;
}

static void lines(void)
{
    CHECK_STR(cut(&utf8, "", true), "");
    CHECK_STR(cut(&utf8, "a\nb\n\nc", false), "a\n|b\n|\n|");
    CHECK_STR(cut(&utf8, "a\nb", true), "a\n|b|");
    CHECK_STR(cut(&utf8, "a\r\nb\r", false), "a\r\n|b\r|");
    CHECK_STR(cut(&raw, "a\nb", false), "a\nb|");
}

static void what_is_longer_than_a_piece(void)
{
    CHECK_STR(cut(&utf8, "12345678", false), "");
    CHECK_STR(cut(&utf8, "123456789", false), "12345678|");
    CHECK_STR(cut(&utf8, "1234567\xc3\xa9\n", false), "1234567|\xc3\xa9\n|");
    CHECK_STR(cut(&utf8, "12345\xf0\x9f\x98\x80", true), "12345|\xf0\x9f\x98\x80|");
    CHECK_STR(cut(&raw, "1234567\xc3\xa9", false), "1234567\xc3|\xa9|");
}

static void what_is_no_text_is_cut_all_the_same(void)
{
    CHECK_STR(cut(&utf8, "\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80", true),
              "\x80\x80\x80\x80\x80|\x80\x80\x80\x80\x80|");
}

static const char *decoded(const char *label, struct tb_bytes bytes)
{
    static char text[64];
    struct shell_encoding encoding = utf8;
    struct tb_buffer buffer;
    tb_buffer_init(&buffer, sizeof text - 1);
    CHECK(!label || shell_encoding_find(tb_bytes_of_string(label), &encoding));
    if (shell_encoding_decode(&encoding, bytes, &buffer) != TB_OK)
        return NULL;
    size_t n = tb_buffer_n(&buffer);
    memcpy(text, tb_buffer_bytes(&buffer).data, n);
    text[n] = 0;
    tb_buffer_deinit(&buffer);
    return text;
}

static void encodings(void)
{
    struct shell_encoding ignored;
    CHECK_STR(decoded(NULL, tb_bytes_of_string("\xc3\xa9")), "\xc3\xa9");
    CHECK(!decoded(NULL, tb_bytes_of_string("\xe9")));
    CHECK_STR(decoded("Windows-1252", tb_bytes_of_string("\xe9\x80")), "\xc3\xa9\xe2\x82\xac");
    CHECK_STR(decoded("utf-8", tb_bytes_of_string("a\xff"
                                                  "b")),
              "a\xef\xbf\xbd"
              "b");
    CHECK_STR(decoded("utf-16le", tb_bytes_of("a\0b", 4)), "ab");
    CHECK(!shell_encoding_find(tb_bytes_of_string("UTF-7"), &ignored));
    CHECK(!shell_encoding_find(tb_bytes_of_string("UTF-8//IGNORE"), &ignored));
    CHECK(!shell_encoding_find(tb_bytes_of_string("utf-8 "), &ignored));
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(lines),
        TEST(what_is_longer_than_a_piece),
        TEST(what_is_no_text_is_cut_all_the_same),
        TEST(encodings),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
