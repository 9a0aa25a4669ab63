/* Armor, frames and shown text: what comes before librnp. */
#include "plugins/enclave/pgp/armor.h"
#include "plugins/enclave/pgp/packet.h"
#include "plugins/enclave/pgp/shown.h"
#include "tests/unit/test.h"

#define BEGIN "-----BEGIN PGP MESSAGE-----\n"
#define END   "-----END PGP MESSAGE-----\n"

enum { MAX = 1024 };

static int read_text(const char *string, struct pgp_packets *ret_packets)
{
    return pgp_packets_read(tb_bytes_of_string(string), MAX, ret_packets);
}

static int result_of(const char *string)
{
    struct pgp_packets packets = {0};
    int result = read_text(string, &packets);
    CHECK(result == 0 || !packets.bytes.data);
    pgp_packets_deinit(&packets);
    return result;
}

static void check_reads(const char *string, const char *expected)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    CHECK_INT(read_text(string, &packets), 0);
    CHECK(tb_bytes_are(packets.bytes, expected));
}

/* The vectors of RFC 4648; checksums by the code in RFC 4880, section 6.1. */
static void reads_every_length_of_base64(void)
{
    check_reads(BEGIN "\nZg==\n" END, "f");
    check_reads(BEGIN "\nZm8=\n" END, "fo");
    check_reads(BEGIN "\nZm9v\n" END, "foo");
    check_reads(BEGIN "\nZm9vYg==\n" END, "foob");
    check_reads(BEGIN "\nZm\n9vYm\nFy\n" END, "foobar");
}

static void leaves_out_what_is_around_and_headers(void)
{
    check_reads("Dear Bob,\r\n" BEGIN "Version: 1\r\nComment: x\r\n \r\nZm9v\r\n" END "Ann", "foo");
    check_reads(BEGIN "Zm9v\n" END, "foo");
    check_reads(BEGIN "\nZm9v\n" END "and\n" BEGIN "\nYmFy\n" END, "foobar");
    check_reads(BEGIN "\nZm9v  \n\n" END, "foo");
}

static void checks_the_checksum(void)
{
    check_reads(BEGIN "\nZm9v\n=T8JV\n" END, "foo");
    CHECK_INT(result_of(BEGIN "\nZm9v\n=T8JW\n" END), PGP_CORRUPT);
    CHECK_INT(result_of(BEGIN "\nZm9w\n=T8JV\n" END), PGP_CORRUPT);
    CHECK_INT(result_of(BEGIN "\nZm9v\n=T8JV\nZm9v\n" END), PGP_CORRUPT);
}

static void tells_corrupt_from_truncated(void)
{
    CHECK_INT(result_of(BEGIN "\nZm9*\n" END), PGP_CORRUPT);
    CHECK_INT(result_of(BEGIN "\nZm9\n" END), PGP_CORRUPT);
    CHECK_INT(result_of(BEGIN "\nZg==Zg==\n" END), PGP_CORRUPT);
    CHECK_INT(result_of(BEGIN "\nZ===\n" END), PGP_CORRUPT);
    CHECK_INT(result_of(BEGIN "\nZh==\n" END), PGP_CORRUPT); /* bits of no byte */
    CHECK_INT(result_of(BEGIN "\nZm9v\n-----END PGP SIGNATURE-----\n"), PGP_CORRUPT);
    CHECK_INT(result_of(BEGIN "\nZm9v\n-----END PGP MESS"), PGP_TRUNCATED);
    CHECK_INT(result_of(BEGIN "\nZm9v\n"), PGP_TRUNCATED);
    CHECK_INT(result_of(BEGIN "Version: 1"), PGP_TRUNCATED);
    CHECK_INT(result_of(BEGIN), PGP_TRUNCATED);
    CHECK_INT(result_of("-----BEGIN PGP"), PGP_NOT_OPENPGP);
    CHECK_INT(result_of(BEGIN "\n" END), PGP_NOT_OPENPGP);
}

static void has_a_cap(void)
{
    static uint8_t binary[MAX + 1] = {0xFF};
    struct pgp_packets packets = {0};
    CHECK_INT(pgp_packets_read(tb_bytes_of(binary, MAX + 1), MAX, &packets), PGP_TOO_LARGE);
    CHECK_INT(pgp_packets_read(tb_bytes_of(binary, MAX), MAX, &packets), 0);
    CHECK(packets.bytes.data == binary);
}

static int next(const char *bytes, size_t n, struct pgp_packet *ret_packet)
{
    struct tb_bytes rest = tb_bytes_of(bytes, n);
    int result = pgp_packet_next(&rest, ret_packet);
    CHECK(result != 0 || rest.n + ret_packet->whole.n == n);
    return result;
}

static void reads_frames_old_and_new(void)
{
    struct pgp_packet packet;
    CHECK_INT(next("\xC2\x02"
                   "ab",
                   4, &packet),
              0);
    CHECK_INT(packet.tag, PGP_TAG_SIGNATURE);
    CHECK(tb_bytes_are(packet.body, "ab"));
    CHECK_INT(next("\xC2\xFF\0\0\0\x02"
                   "ab",
                   8, &packet),
              0);
    CHECK(tb_bytes_are(packet.body, "ab"));
    CHECK_INT(next("\x88\x02"
                   "ab",
                   4, &packet),
              0);
    CHECK_INT(packet.tag, PGP_TAG_SIGNATURE);
    CHECK_INT(next("\x89\0\x02"
                   "ab",
                   5, &packet),
              0);
    CHECK(tb_bytes_are(packet.body, "ab"));
    CHECK_INT(next("\xA3"
                   "ab",
                   3, &packet),
              0); /* to the end */
    CHECK_INT(packet.tag, PGP_TAG_COMPRESSED);
    CHECK(tb_bytes_are(packet.body, "ab"));
    CHECK_INT(next("\xCB\xE1"
                   "ab\xE0"
                   "c\x01"
                   "dX",
                   9, &packet),
              0); /* in parts */
    CHECK_INT(packet.whole.n, 8);
    CHECK(tb_bytes_are(packet.body, "ab"));
}

static void refuses_frames_that_lie(void)
{
    struct pgp_packet packet;
    CHECK_INT(next("", 0, &packet), PGP_NOT_OPENPGP);
    CHECK_INT(next("a", 1, &packet), PGP_NOT_OPENPGP);
    CHECK_INT(next("\xC0\x01"
                   "a",
                   3, &packet),
              PGP_CORRUPT);
    CHECK_INT(next("\xC2", 1, &packet), PGP_TRUNCATED);
    CHECK_INT(next("\xC2\x03"
                   "ab",
                   4, &packet),
              PGP_TRUNCATED);
    CHECK_INT(next("\xC2\xFF\xFF\xFF\xFF\xFF"
                   "ab",
                   8, &packet),
              PGP_TRUNCATED);
    CHECK_INT(next("\xC2\xC0", 2, &packet), PGP_TRUNCATED);
    CHECK_INT(next("\xC2\xE1"
                   "ab\0",
                   5, &packet),
              PGP_CORRUPT); /* no signature in parts */
    CHECK_INT(next("\x8B"
                   "ab",
                   3, &packet),
              PGP_CORRUPT);
    CHECK_INT(next("\xCB\xE1"
                   "ab",
                   4, &packet),
              PGP_TRUNCATED);
    CHECK_INT(next("\xCB\xE1"
                   "ab\xE1"
                   "c",
                   6, &packet),
              PGP_TRUNCATED);
    CHECK_INT(next("\xCB\xFE"
                   "ab",
                   4, &packet),
              PGP_TRUNCATED);
}

static void check_shown(struct tb_bytes text, size_t most, const char *expected)
{
    char shown[64];
    CHECK(3 * most + 4 <= sizeof shown);
    pgp_show(text, most, shown, sizeof shown);
    CHECK_STR(shown, expected);
    CHECK(tb_utf8_valid(tb_bytes_of_string(shown)));
}

static void shows_what_is_there_and_no_more(void)
{
    check_shown(tb_bytes_of_string("\xC3\x84nn \"x\" <a@b>"), 20, "\xC3\x84nn \"x\" <a@b>");
    check_shown(tb_bytes_of_string(""), 20, "");
    check_shown(tb_bytes_of("a\0b\nc", 5), 20,
                "a\xEF\xBF\xBD"
                "b\xEF\xBF\xBD"
                "c");
    check_shown(tb_bytes_of_string("\x1B[2J"), 20, "\xEF\xBF\xBD[2J");
    check_shown(tb_bytes_of_string("a\xE2\x80\xAE"
                                   "b"),
                20,
                "a\xEF\xBF\xBD"
                "b");
    check_shown(tb_bytes_of_string("\xFF\xC3"), 20, "\xEF\xBF\xBD\xEF\xBF\xBD");
    check_shown(tb_bytes_of_string("abcdef"), 6, "abcdef");
    check_shown(tb_bytes_of_string("abcdefg"), 6, "abcdef\xE2\x80\xA6");
    check_shown(tb_bytes_of_string("abcde\xC3\x84"), 6, "abcde\xE2\x80\xA6");
    check_shown(tb_bytes_of_string("\xFF\xFF\xFF"), 2, "\xEF\xBF\xBD\xEF\xBF\xBD\xE2\x80\xA6");
}

static const struct test tests[] = {
    TEST(reads_every_length_of_base64),
    TEST(leaves_out_what_is_around_and_headers),
    TEST(checks_the_checksum),
    TEST(tells_corrupt_from_truncated),
    TEST(has_a_cap),
    TEST(reads_frames_old_and_new),
    TEST(refuses_frames_that_lie),
    TEST(shows_what_is_there_and_no_more),
};

int main(int argc, char **argv)
{
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
