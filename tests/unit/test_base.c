#include "base/buffer.h"
#include "base/clock.h"
#include "base/escape.h"
#include "base/random.h"
#include "base/result.h"
#include "base/wipe.h"
#include "base/wire.h"
#include "tests/unit/test.h"

#include <sodium.h>

/* ---- buffer ---- */

static void a_buffer_never_holds_more_than_its_cap(void)
{
    struct tb_buffer buffer;
    tb_buffer_init(&buffer, 10);
    CHECK(tb_buffer_append(&buffer, tb_bytes_of("0123456789", 10)));
    CHECK(!tb_buffer_append(&buffer, tb_bytes_of("x", 1)));
    CHECK(tb_buffer_append(&buffer, tb_bytes_of("", 0)));
    CHECK(tb_buffer_reserve(&buffer, SIZE_MAX) == NULL);
    tb_buffer_consume(&buffer, 4);
    CHECK(tb_buffer_append(&buffer, tb_bytes_of("abcd", 4)));
    CHECK(!tb_buffer_append(&buffer, tb_bytes_of("e", 1)));
    CHECK(tb_bytes_are(tb_buffer_bytes(&buffer), "456789abcd"));
    tb_buffer_deinit(&buffer);
}

static bool holds(const struct tb_buffer *buffer, char c)
{
    return memchr(buffer->data, c, buffer->cap) != NULL;
}

static void a_process_that_wipes_leaves_nothing_in_buffers(void)
{
    struct tb_buffer buffer;
    struct tb_buffer other;
    tb_wiping = true;
    tb_buffer_init(&buffer, 10000);
    tb_buffer_init(&other, 10000);
    /* All of its memory has been written to before any of it is looked at. */
    CHECK(tb_buffer_reserve(&buffer, 1));
    memset(buffer.data, 'z', buffer.cap);
    CHECK(tb_buffer_append(&buffer, tb_bytes_of_string("aaaabbbbcccc")));
    tb_buffer_consume(&buffer, 4);
    CHECK(!holds(&buffer, 'a') && holds(&buffer, 'b'));
    tb_buffer_truncate(&buffer, 4);
    CHECK(!holds(&buffer, 'c') && tb_bytes_are(tb_buffer_bytes(&buffer), "bbbb"));
    /* What is behind moves to the front. */
    CHECK(tb_buffer_append(&buffer, tb_bytes_of_string("cccc")));
    tb_buffer_consume(&buffer, 4);
    CHECK(tb_buffer_reserve(&buffer, buffer.cap - 4));
    CHECK(buffer.start == 0 && !memchr(buffer.data + 4, 'c', buffer.cap - 4));
    CHECK(tb_buffer_append(&other, tb_bytes_of_string("d")) && tb_buffer_take(&other, &buffer));
    CHECK(tb_bytes_are(tb_buffer_bytes(&other), "dcccc") && !holds(&buffer, 'c'));
    tb_buffer_deinit(&buffer);
    tb_buffer_deinit(&other);
    tb_wiping = false;
}

static void a_buffer_without_memory_is_empty_bytes(void)
{
    struct tb_buffer buffer;
    tb_buffer_init(&buffer, 10);
    CHECK_INT(tb_buffer_bytes(&buffer).n, 0);
    CHECK(tb_buffer_append(&buffer, (struct tb_bytes){0}));
    tb_buffer_consume(&buffer, 0);
    tb_buffer_truncate(&buffer, 0);
    tb_buffer_deinit(&buffer);
    CHECK(buffer.data == NULL);
}

static void truncating_drops_the_back_and_consuming_the_front(void)
{
    struct tb_buffer buffer;
    tb_buffer_init(&buffer, 100);
    CHECK(tb_buffer_append(&buffer, tb_bytes_of_string("front middle back")));
    tb_buffer_consume(&buffer, 6);
    tb_buffer_truncate(&buffer, 6);
    CHECK(tb_bytes_are(tb_buffer_bytes(&buffer), "middle"));
    tb_buffer_deinit(&buffer);
}

static void a_buffer_gives_large_memory_back_when_it_runs_empty(void)
{
    enum { LARGE = 1024 * 1024 };
    struct tb_buffer buffer;
    tb_buffer_init(&buffer, 2 * LARGE);
    CHECK(tb_buffer_reserve(&buffer, LARGE) != NULL);
    tb_buffer_commit(&buffer, LARGE);
    tb_buffer_consume(&buffer, LARGE - 1);
    CHECK(buffer.cap >= LARGE);
    tb_buffer_consume(&buffer, 1);
    CHECK_INT(buffer.cap, 0);
    CHECK(tb_buffer_append(&buffer, tb_bytes_of("x", 1)));
    tb_buffer_deinit(&buffer);
}

/* What goes in comes out in order, whatever the pieces: against a plain array. */
static void a_buffer_is_a_queue_of_bytes(void)
{
    enum { MAX = 20000, STEPS = 4000 };
    static uint8_t model[MAX];
    static uint8_t piece[3000];
    size_t n_model = 0;
    struct tb_buffer buffer;
    uint32_t seed = 1;
    uint8_t next = 0;
    tb_buffer_init(&buffer, MAX);
    for (int step = 0; step < STEPS; step++) {
        seed = seed * 1664525 + 1013904223;
        size_t n = (seed >> 16) % sizeof piece;
        if (seed & 0x8000000) {
            for (size_t i = 0; i < n; i++)
                piece[i] = next++;
            bool fits = tb_buffer_append(&buffer, tb_bytes_of(piece, n));
            CHECK_INT(fits, n_model + n <= MAX);
            if (!fits) {
                next = (uint8_t)(next - n);
                continue;
            }
            memcpy(model + n_model, piece, n);
            n_model += n;
        } else {
            n = n < n_model ? n : n_model;
            tb_buffer_consume(&buffer, n);
            memmove(model, model + n, n_model - n);
            n_model -= n;
        }
        CHECK(tb_bytes_equal(tb_buffer_bytes(&buffer), tb_bytes_of(model, n_model)));
    }
    tb_buffer_deinit(&buffer);
}

/* ---- wire ---- */

static void integers_are_little_endian(void)
{
    uint8_t memory[15];
    struct tb_writer writer = tb_writer_init(memory, sizeof memory);
    tb_write_u8(&writer, 0x01);
    tb_write_u16(&writer, 0x0203);
    tb_write_u32(&writer, 0x04050607);
    tb_write_u64(&writer, 0x08090a0b0c0d0e0f);
    CHECK(!writer.failed && writer.n == sizeof memory);
    static const uint8_t expected[] = {1, 3, 2, 7, 6, 5, 4, 15, 14, 13, 12, 11, 10, 9, 8};
    CHECK(memcmp(memory, expected, sizeof memory) == 0);

    struct tb_reader reader = tb_reader_init(tb_bytes_of(memory, sizeof memory));
    CHECK_INT(tb_read_u8(&reader), 0x01);
    CHECK_INT(tb_read_u16(&reader), 0x0203);
    CHECK_INT(tb_read_u32(&reader), 0x04050607);
    CHECK(tb_read_u64(&reader) == 0x08090a0b0c0d0e0f);
    CHECK(tb_reader_done(&reader));
}

static void a_failed_read_stays_failed_and_reads_zeros(void)
{
    struct tb_reader reader = tb_reader_init(tb_bytes_of("\1\2\3", 3));
    uint8_t copy[2] = {9, 9};
    CHECK_INT(tb_read_u32(&reader), 0);
    CHECK(reader.failed && !tb_reader_done(&reader));
    CHECK_INT(tb_read_u8(&reader), 0);
    CHECK_INT(tb_read_bytes(&reader, 0).n, 0);
    tb_read_copy(&reader, copy, sizeof copy);
    CHECK(copy[0] == 9 && copy[1] == 9);
}

static void a_length_beyond_the_end_is_refused(void)
{
    struct tb_reader reader = tb_reader_init(tb_bytes_of("\4\0abc", 5));
    CHECK_INT(tb_read_string16(&reader).n, 0);
    CHECK(reader.failed);
    reader = tb_reader_init(tb_bytes_of("\3\0abc", 5));
    CHECK(tb_bytes_are(tb_read_string16(&reader), "abc"));
    CHECK(tb_reader_done(&reader));
    reader = tb_reader_init(tb_bytes_of("\3\0abcd", 6));
    CHECK(tb_bytes_are(tb_read_string16(&reader), "abc"));
    CHECK(!tb_reader_done(&reader));
    reader = tb_reader_init(tb_bytes_of("a", 1));
    CHECK_INT(tb_read_bytes(&reader, SIZE_MAX).n, 0);
    CHECK(reader.failed);
}

static void a_writer_does_not_leave_its_memory(void)
{
    uint8_t memory[8] = {0};
    struct tb_writer writer = tb_writer_init(memory, 5);
    tb_write_u32(&writer, 1);
    tb_write_u16(&writer, 0xffff);
    CHECK(writer.failed && writer.n == 4);
    tb_write_u8(&writer, 0xff);
    CHECK(memory[4] == 0 && memory[5] == 0);

    static uint8_t large[UINT16_MAX + 1];
    static uint8_t room[UINT16_MAX + 16];
    writer = tb_writer_init(room, sizeof room);
    tb_write_string16(&writer, tb_bytes_of(large, sizeof large));
    CHECK(writer.failed);
    writer = tb_writer_init(room, sizeof room);
    tb_write_string16(&writer, tb_bytes_of(large, UINT16_MAX));
    CHECK(!writer.failed && writer.n == UINT16_MAX + 2);
}

/* ---- bytes and UTF-8 ---- */

static void bytes_compare_as_a_dictionary_does(void)
{
    static const char *const sorted[] = {"", "a", "aa", "ab", "b", "\x80", "\xff"};
    for (size_t i = 0; i < TB_ARRAY_LEN(sorted); i++)
        for (size_t k = 0; k < TB_ARRAY_LEN(sorted); k++) {
            struct tb_bytes a = tb_bytes_of_string(sorted[i]);
            struct tb_bytes b = tb_bytes_of_string(sorted[k]);
            int order = tb_bytes_compare(a, b);
            CHECK_INT((order > 0) - (order < 0), (i > k) - (i < k));
            CHECK_INT(tb_bytes_equal(a, b), i == k);
        }
    CHECK(tb_bytes_equal((struct tb_bytes){0}, tb_bytes_of("", 0)));
    CHECK_INT(tb_bytes_compare((struct tb_bytes){0}, tb_bytes_of("", 0)), 0);
}

/* How a code point is written, by the book; surrogates too. */
static size_t encode(uint32_t c, uint8_t out[4])
{
    if (c < 0x80) {
        out[0] = (uint8_t)c;
        return 1;
    }
    size_t n = c < 0x800 ? 2 : c < 0x10000 ? 3 : 4;
    static const uint8_t leads[] = {0, 0, 0xc0, 0xe0, 0xf0};
    for (size_t i = n - 1; i > 0; i--, c >>= 6)
        out[i] = (uint8_t)(0x80 | (c & 0x3f));
    out[0] = (uint8_t)(leads[n] | c);
    return n;
}

static void every_character_is_valid_and_no_part_of_one(void)
{
    for (uint32_t c = 0; c <= 0x110400; c++) {
        uint8_t text[4];
        size_t n = encode(c, text);
        bool is_character = c <= 0x10ffff && !(c >= 0xd800 && c <= 0xdfff);
        CHECK_INT(tb_utf8_valid(tb_bytes_of(text, n)), is_character);
        for (size_t part = 1; part < n; part++)
            CHECK(!tb_utf8_valid(tb_bytes_of(text, part)));
    }
}

/* All that two bytes can be, and three behind a lead of three: as many are valid as there are
 * characters. */
static void as_many_texts_are_valid_as_there_are_characters(void)
{
    enum { ONE = 0x80, TWO = 0x800 - 0x80, THREE = 0x10000 - 0x800 - 0x800 };
    size_t n_two = 0;
    size_t n_three = 0;
    for (uint32_t bits = 0; bits < 1u << 16; bits++) {
        uint8_t text[] = {(uint8_t)bits, (uint8_t)(bits >> 8), 0};
        n_two += tb_utf8_valid(tb_bytes_of(text, 2));
        for (uint8_t lead = 0xe0; lead <= 0xef; lead++) {
            const uint8_t behind[] = {lead, text[0], text[1]};
            n_three += tb_utf8_valid(tb_bytes_of(behind, 3));
        }
    }
    CHECK_INT(n_two, TWO + ONE * ONE);
    CHECK_INT(n_three, THREE);
}

static void hex_has_two_digits_a_byte(void)
{
    char hex[7];
    tb_hex((const uint8_t *)"\x00\x9f\xff", 3, hex);
    CHECK_STR(hex, "009fff");
    tb_hex(NULL, 0, hex);
    CHECK_STR(hex, "");
}

/* ---- escape ---- */

static const char *escaped(const char *text, size_t n, size_t cap)
{
    static char out[256];
    CHECK(cap < sizeof out);
    struct tb_escaped result = tb_escape(tb_bytes_of(text, n), out, cap);
    CHECK(result.n <= cap);
    out[result.n] = 0;
    return out;
}

static void a_plain_line_is_what_the_eye_sees(void)
{
    static const char *const plain[] = {"", "Notes", "a \"b\" \\ \xc3\xa4 \xf0\x9f\x90\x90"};
    static const char *const other[] = {"a\nb",          "a\x7f",         "\xc2\x85",
                                        "a\xe2\x80\xa8", "\xe2\x80\xae.", "\xff"};
    for (size_t i = 0; i < TB_ARRAY_LEN(plain); i++)
        CHECK(tb_is_plain_line(tb_bytes_of_string(plain[i])));
    for (size_t i = 0; i < TB_ARRAY_LEN(other); i++)
        CHECK(!tb_is_plain_line(tb_bytes_of_string(other[i])));
}

static void what_the_eye_does_not_see_is_escaped(void)
{
    CHECK_STR(escaped("plain text", 10, 100), "plain text");
    CHECK_STR(escaped("\"\\", 2, 100), "\\\"\\\\");
    CHECK_STR(escaped("\0\n\x1b[2J\x7f", 7, 100), "\\u0000\\u000a\\u001b[2J\\u007f");
    CHECK_STR(escaped("\xe2\x80\xae", 3, 100), "\\u202e");            /* right-to-left override */
    CHECK_STR(escaped("\xe2\x80\x8b", 3, 100), "\\u200b");            /* zero width */
    CHECK_STR(escaped("\xf3\xa0\x81\x81", 4, 100), "\\udb40\\udc41"); /* a tag */
    CHECK_STR(escaped("\xc3\xa9\xf0\x9f\x98\x80", 6, 100), "\xc3\xa9\xf0\x9f\x98\x80");
    CHECK_STR(escaped("a\xff"
                      "b\xc3",
                      4, 100),
              "a\\ufffd"
              "b\\ufffd");
}

static const char *shown(const char *text, size_t n, size_t cap)
{
    static char out[256];
    struct tb_escaped result = tb_escape_shown(tb_bytes_of(text, n), out, cap);
    CHECK(result.n <= cap && cap < sizeof out);
    out[result.n] = 0;
    return out;
}

static void a_reader_gets_quotes_as_they_are(void)
{
    CHECK_STR(shown("a \"b\" \\n", 8, 100), "a \"b\" \\n");
    CHECK_STR(shown("\"\0\x1b[2J\xff", 7, 100), "\"\\u0000\\u001b[2J\\ufffd");
    CHECK_STR(shown("\"\"\"\"\"\"\"\"\"\"\"\"\"", 13, 12), "\"\"\"\"\"\"\"\"\"\xe2\x80\xa6");
}

static void a_cut_says_so_and_splits_nothing(void)
{
    char out[64];
    struct tb_bytes text = tb_bytes_of_string("aaaaaaaaaa\xc3\xa9\xc3\xa9\n\n");
    for (size_t cap = TB_ESCAPE_UNIT; cap < 40; cap++) {
        struct tb_escaped result = tb_escape(text, out, cap);
        CHECK(result.n <= cap && tb_utf8_valid(tb_bytes_of(out, result.n)));
        CHECK_INT(result.cut, cap < 10 + 4 + 12);
        if (result.cut)
            CHECK(memcmp(out + result.n - 3, "\xe2\x80\xa6", 3) == 0);
    }
}

/* ---- random ---- */

static void random_bytes_do_not_repeat_across_blocks(void)
{
    enum { N = 3000, SIZE = 16 };
    static struct tb_random random;
    static uint8_t drawn[N][SIZE];
    for (size_t i = 0; i < N; i++)
        tb_random_bytes(&random, drawn[i], SIZE);
    for (size_t i = 0; i < N; i++)
        for (size_t k = 0; k < i; k++)
            CHECK(memcmp(drawn[i], drawn[k], SIZE) != 0);
}

static void what_was_handed_out_is_not_kept(void)
{
    static struct tb_random random;
    uint8_t drawn[1024];
    for (int i = 0; i < 20; i++) {
        tb_random_bytes(&random, drawn, sizeof drawn);
        CHECK(memmem(random.block, sizeof random.block, drawn, 16) == NULL);
    }
    tb_random_bytes(&random, drawn, 0);
}

static void two_generators_differ(void)
{
    static struct tb_random one;
    static struct tb_random other;
    uint8_t a[32];
    uint8_t b[32];
    tb_random_bytes(&one, a, sizeof a);
    tb_random_bytes(&other, b, sizeof b);
    CHECK(memcmp(a, b, sizeof a) != 0);
}

/* ---- time ---- */

static void a_span_without_end_ends_never(void)
{
    CHECK(tb_clock_after(5, TB_NEVER) == TB_NEVER);
    CHECK(tb_clock_after(5, TB_NEVER - 5) == TB_NEVER);
    CHECK(tb_clock_after(5, TB_NEVER - 4) == TB_NEVER);
    CHECK(tb_clock_after(5, 7) == 12);
    uint64_t before = tb_clock_ns();
    CHECK(tb_clock_ns() >= before);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(a_buffer_never_holds_more_than_its_cap),
        TEST(a_process_that_wipes_leaves_nothing_in_buffers),
        TEST(a_buffer_without_memory_is_empty_bytes),
        TEST(truncating_drops_the_back_and_consuming_the_front),
        TEST(a_buffer_gives_large_memory_back_when_it_runs_empty),
        TEST(a_buffer_is_a_queue_of_bytes),
        TEST(integers_are_little_endian),
        TEST(a_failed_read_stays_failed_and_reads_zeros),
        TEST(a_length_beyond_the_end_is_refused),
        TEST(a_writer_does_not_leave_its_memory),
        TEST(bytes_compare_as_a_dictionary_does),
        TEST(every_character_is_valid_and_no_part_of_one),
        TEST(as_many_texts_are_valid_as_there_are_characters),
        TEST(hex_has_two_digits_a_byte),
        TEST(a_plain_line_is_what_the_eye_sees),
        TEST(what_the_eye_does_not_see_is_escaped),
        TEST(a_reader_gets_quotes_as_they_are),
        TEST(a_cut_says_so_and_splits_nothing),
        TEST(random_bytes_do_not_repeat_across_blocks),
        TEST(what_was_handed_out_is_not_kept),
        TEST(two_generators_differ),
        TEST(a_span_without_end_ends_never),
    };
    return sodium_init() < 0 ? 1 : test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
