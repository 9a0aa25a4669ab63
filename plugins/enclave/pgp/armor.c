#include "plugins/enclave/pgp/armor.h"

#define BEGIN     "-----BEGIN PGP "
#define END       "-----END PGP "
#define DASHES    "-----"
#define CLEARTEXT "SIGNED MESSAGE"
#define SIGNATURE "SIGNATURE"

/* Base64 on its way to bytes, and their checksum (CRC-24, of which OpenPGP has its own kind). */
struct decoder {
    struct pgp_sink *sink;
    uint32_t crc_table[256];
    uint32_t crc;
    uint32_t bits;
    unsigned n_bits;
    unsigned n_padding;
    uint8_t pending[1024]; /* so that the sink is not called for every byte */
    size_t n_pending;
};

static void decoder_init(struct decoder *decoder, struct pgp_sink *sink)
{
    memset(decoder, 0, sizeof *decoder);
    decoder->sink = sink;
    decoder->crc = 0xB704CE;
    for (uint32_t i = 0; i < 256; i++) {
        uint32_t crc = i << 16;
        for (int bit = 0; bit < 8; bit++)
            crc = crc & 0x800000 ? crc << 1 ^ 0x864CFB : crc << 1;
        decoder->crc_table[i] = crc & 0xFFFFFF;
    }
}

static bool flush(struct decoder *decoder)
{
    size_t n = decoder->n_pending;
    decoder->n_pending = 0;
    return pgp_sink_write(decoder->sink, decoder->pending, n);
}

static bool put(struct decoder *decoder, uint8_t byte)
{
    decoder->crc =
        (decoder->crc << 8 ^ decoder->crc_table[(decoder->crc >> 16 ^ byte) & 0xFF]) & 0xFFFFFF;
    decoder->pending[decoder->n_pending++] = byte;
    return decoder->n_pending < sizeof decoder->pending || flush(decoder);
}

static int digit_of(uint8_t c)
{
    if (c >= 'A' && c <= 'Z')
        return c - 'A';
    if (c >= 'a' && c <= 'z')
        return c - 'a' + 26;
    if (c >= '0' && c <= '9')
        return c - '0' + 52;
    return c == '+' ? 62 : c == '/' ? 63 : -1;
}

static int decode_one(struct decoder *decoder, uint8_t c)
{
    if (c == '=') {
        decoder->n_padding++;
        return decoder->n_padding <= 2 ? PGP_OK : PGP_CORRUPT;
    }
    int digit = digit_of(c);
    if (digit < 0 || decoder->n_padding > 0)
        return PGP_CORRUPT;
    decoder->bits = (decoder->bits << 6 | (uint32_t)digit) & 0xFFFFFF;
    decoder->n_bits += 6;
    if (decoder->n_bits < 8)
        return PGP_OK;
    decoder->n_bits -= 8;
    if (!put(decoder, (uint8_t)(decoder->bits >> decoder->n_bits)))
        return pgp_sink_result(decoder->sink);
    return PGP_OK;
}

static int decode_line(struct decoder *decoder, struct tb_bytes line)
{
    int result = PGP_OK;
    for (size_t i = 0; i < line.n && !result; i++)
        result = decode_one(decoder, line.data[i]);
    return result;
}

/* A whole number of digits: 6 bits are left of one byte in the last four, 12 of two. */
static int decoder_end(struct decoder *decoder)
{
    unsigned wanted = decoder->n_bits == 0 ? 0 : decoder->n_bits == 4 ? 2 : 1;
    uint32_t left = decoder->bits & ((1U << decoder->n_bits) - 1);
    if (decoder->n_bits == 6 || decoder->n_padding != wanted || left != 0)
        return PGP_CORRUPT;
    return flush(decoder) ? PGP_OK : pgp_sink_result(decoder->sink);
}

/* `=` and four digits. */
static int check_crc(const struct decoder *decoder, struct tb_bytes line)
{
    uint32_t crc = 0;
    for (size_t i = 1; i < line.n; i++) {
        int digit = digit_of(line.data[i]);
        if (digit < 0)
            return PGP_CORRUPT;
        crc = crc << 6 | (uint32_t)digit;
    }
    return crc == decoder->crc ? PGP_OK : PGP_CORRUPT;
}

/* Without the white space that mail adds to its end. */
static struct tb_bytes take_line(struct tb_bytes *rest)
{
    struct tb_bytes line = tb_bytes_cut(rest, '\n');
    while (line.n > 0 && strchr(" \t\r", line.data[line.n - 1]))
        line.n--;
    return line;
}

/* "-----BEGIN PGP KIND-----" and the like. */
static bool is_marker(struct tb_bytes line, const char *begin, struct tb_bytes *ret_kind)
{
    size_t n = strlen(begin);
    size_t n_dashes = strlen(DASHES);
    if (!tb_bytes_begin(line, begin) || line.n < n + n_dashes ||
        memcmp(line.data + line.n - n_dashes, DASHES, n_dashes) != 0)
        return false;
    *ret_kind = tb_bytes_of(line.data + n, line.n - n - n_dashes);
    return true;
}

/* The text from the next BEGIN line on; `rest` is what follows that line. */
static bool find_block(struct tb_bytes *rest, struct tb_bytes *ret_block, struct tb_bytes *ret_kind)
{
    while (rest->n > 0) {
        struct tb_bytes block = *rest;
        if (is_marker(take_line(rest), BEGIN, ret_kind)) {
            *ret_block = block;
            return true;
        }
    }
    return false;
}

/* Headers, and the empty line that ends them. Some writers leave both out. */
static int skip_headers(struct tb_bytes *rest)
{
    struct tb_bytes start = *rest;
    while (rest->n > 0) {
        struct tb_bytes line = take_line(rest);
        if (line.n == 0)
            return PGP_OK;
        if (!memchr(line.data, ':', line.n)) {
            *rest = start;
            return PGP_OK;
        }
    }
    return PGP_TRUNCATED;
}

/* From behind the BEGIN line to behind the END line. */
static int decode_block(struct tb_bytes *rest, struct tb_bytes kind, struct pgp_sink *sink)
{
    struct decoder decoder;
    decoder_init(&decoder, sink);
    bool is_over = false; /* the checksum was there */
    int result = skip_headers(rest);
    while (!result && rest->n > 0) {
        struct tb_bytes line = take_line(rest);
        struct tb_bytes end;
        if (is_marker(line, END, &end))
            return !tb_bytes_equal(end, kind) ? PGP_CORRUPT
                   : is_over                  ? PGP_OK
                                              : decoder_end(&decoder);
        if (is_over && line.n > 0)
            return PGP_CORRUPT;
        bool is_crc = line.n == 5 && line.data[0] == '=';
        result = is_crc ? decoder_end(&decoder) : decode_line(&decoder, line);
        if (is_crc && !result)
            result = check_crc(&decoder, line);
        is_over = is_over || is_crc;
    }
    return result ? result : PGP_TRUNCATED;
}

/* What is wrong with a block is that it is cut off, if it has no end at all: the line that it was
 * cut in looks corrupt. */
static int name_damage(int result, struct tb_bytes rest)
{
    struct tb_bytes kind;
    if (result != PGP_CORRUPT)
        return result;
    while (rest.n > 0)
        if (is_marker(take_line(&rest), END, &kind))
            return result;
    return PGP_TRUNCATED;
}

static int read_blocks(struct tb_bytes rest, struct pgp_sink *sink)
{
    struct tb_bytes block;
    struct tb_bytes kind;
    if (!find_block(&rest, &block, &kind))
        return PGP_NOT_OPENPGP;
    do {
        struct tb_bytes start = rest;
        int result = decode_block(&rest, kind, sink);
        if (result)
            return name_damage(result, start);
    } while (find_block(&rest, &block, &kind));
    return sink->n > 0 ? PGP_OK : PGP_NOT_OPENPGP;
}

int pgp_packets_read(struct tb_bytes untrusted_input, size_t max, struct pgp_packets *ret_packets)
{
    if (untrusted_input.n == 0)
        return PGP_NOT_OPENPGP;
    if (untrusted_input.n > max)
        return PGP_TOO_LARGE;
    struct pgp_packets packets = {.bytes = untrusted_input};
    if (untrusted_input.data[0] & 0x80) {
        *ret_packets = packets;
        return PGP_OK;
    }
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, max);
    int result = read_blocks(untrusted_input, &sink);
    if (result)
        return result;
    packets.bytes = pgp_sink_bytes(&sink);
    packets.owned = sink;
    pgp_sink_init(&sink, 0);
    *ret_packets = packets;
    return PGP_OK;
}

void pgp_packets_deinit(struct pgp_packets *packets)
{
    pgp_sink_deinit(&packets->owned);
    packets->bytes = tb_bytes_of(NULL, 0);
}

bool pgp_is_cleartext(struct tb_bytes untrusted_input)
{
    struct tb_bytes block;
    struct tb_bytes kind;
    return untrusted_input.n > 0 && (untrusted_input.data[0] & 0x80) == 0 &&
           find_block(&untrusted_input, &block, &kind) && tb_bytes_are(kind, CLEARTEXT);
}

int pgp_cleartext_read(struct tb_bytes untrusted_input, struct tb_bytes *ret_block,
                       struct pgp_packets *ret_signatures)
{
    struct tb_bytes rest = untrusted_input;
    struct tb_bytes block;
    struct tb_bytes kind;
    struct tb_bytes signature;
    if (untrusted_input.n > PGP_INPUT_MAX)
        return PGP_TOO_LARGE;
    if (!find_block(&rest, &block, &kind) || !tb_bytes_are(kind, CLEARTEXT))
        return PGP_NOT_OPENPGP;
    if (!find_block(&rest, &signature, &kind))
        return PGP_TRUNCATED;
    if (!tb_bytes_are(kind, SIGNATURE))
        return PGP_CORRUPT;
    tb_cleanup(pgp_sink_deinit) struct pgp_sink sink;
    pgp_sink_init(&sink, PGP_SIGNATURE_INPUT_MAX);
    struct tb_bytes start = rest;
    int result = decode_block(&rest, kind, &sink);
    if (result)
        return name_damage(result, start);
    *ret_block = tb_bytes_of(block.data, block.n - rest.n);
    *ret_signatures = (struct pgp_packets){.bytes = pgp_sink_bytes(&sink), .owned = sink};
    pgp_sink_init(&sink, 0);
    return PGP_OK;
}
