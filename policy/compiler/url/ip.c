#include "policy/compiler/data/value.h"
#include "policy/compiler/url/host.h"
#include "policy/compiler/url/text.h"

enum { IPV4_PARTS = 4, IPV6_PIECES = 8 };

/* One number of an IPv4 address: decimal, octal after `0`, hexadecimal after `0x`. What is larger
 * than any address stays too large. */
static bool read_number(struct tb_bytes text, uint64_t *ret_number)
{
    unsigned base = 10;
    uint64_t number = 0;
    if (text.n == 0)
        return false;
    if (text.n >= 2 && text.data[0] == '0') {
        base = (text.data[1] | 0x20) == 'x' ? 16 : 8;
        text = tb_url_from(text, base == 16 ? 2 : 1);
    }
    for (size_t i = 0; i < text.n; i++) {
        int digit = tb_hex_digit(text.data[i]);
        if (digit < 0 || digit >= (int)base)
            return false;
        number = number > UINT32_MAX ? number : number * base + (unsigned)digit;
    }
    *ret_number = number;
    return true;
}

static bool all_digits(struct tb_bytes text)
{
    for (size_t i = 0; i < text.n; i++)
        if (!tb_url_is_digit(text.data[i]))
            return false;
    return text.n > 0;
}

/* A host whose last part is a number has to be an address: otherwise it could be read as two. */
static bool ends_in_number(struct tb_bytes text)
{
    size_t at = text.n;
    uint64_t number;
    if (at > 0 && text.data[at - 1] == '.')
        text.n = --at;
    while (at > 0 && text.data[at - 1] != '.')
        at--;
    struct tb_bytes last = tb_url_from(text, at);
    return all_digits(last) || (last.n >= 2 && last.data[0] == '0' &&
                                (last.data[1] | 0x20) == 'x' && read_number(last, &number));
}

/* The last number fills all the bytes that the ones before it left. */
static bool join_numbers(const uint64_t *numbers, size_t n, uint32_t *ret_address)
{
    uint64_t address = numbers[n - 1];
    if (address >= (uint64_t)1 << (8 * (IPV4_PARTS + 1 - n)))
        return false;
    for (size_t i = 0; i + 1 < n; i++) {
        if (numbers[i] > 255)
            return false;
        address += numbers[i] << (8 * (IPV4_PARTS - 1 - i));
    }
    *ret_address = (uint32_t)address;
    return true;
}

static bool read_address(struct tb_bytes text, uint32_t *ret_address)
{
    uint64_t numbers[IPV4_PARTS];
    size_t n = 0;
    if (text.data[text.n - 1] == '.')
        text.n--;
    for (;;) {
        struct tb_bytes part = tb_url_upto(text, tb_url_span(text, "."));
        if (n == IPV4_PARTS || !read_number(part, &numbers[n++]))
            return false;
        if (part.n == text.n)
            return join_numbers(numbers, n, ret_address);
        text = tb_url_from(text, part.n + 1);
    }
}

enum tb_ipv4_result tb_ipv4_parse(struct tb_arena *arena, struct tb_bytes text,
                                  struct tb_bytes *ret_text)
{
    uint32_t a;
    if (!ends_in_number(text))
        return TB_IPV4_NAME;
    if (!read_address(text, &a))
        return TB_IPV4_WRONG;
    *ret_text = tb_bytes_of_string(
        tb_arena_format(arena, "%u.%u.%u.%u", a >> 24, a >> 16 & 255, a >> 8 & 255, a & 255));
    return TB_IPV4_ADDRESS;
}

struct ipv6 {
    uint16_t pieces[IPV6_PIECES];
    size_t n;
    size_t gap; /* where `::` stands; IPV6_PIECES: nowhere */
};

/* A gap stands for one piece at least. */
static size_t n_used(const struct ipv6 *address)
{
    return address->n + (address->gap != IPV6_PIECES);
}

/* `1.2.3.4` at the end: decimal only, no leading zeros, all four. */
static bool read_dotted(struct ipv6 *address, struct tb_bytes text)
{
    if (n_used(address) > IPV6_PIECES - 2)
        return false;
    for (unsigned i = 0; i < IPV4_PARTS; i++) {
        struct tb_bytes part = tb_url_upto(text, tb_url_span(text, "."));
        uint64_t number;
        bool zero_first = part.n > 1 && part.data[0] == '0';
        if (!all_digits(part) || zero_first || !read_number(part, &number) || number > 255 ||
            (part.n == text.n) != (i == IPV4_PARTS - 1))
            return false;
        uint16_t *piece = &address->pieces[address->n + i / 2];
        *piece = (uint16_t)((unsigned)*piece << 8 | (unsigned)number);
        text = tb_url_from(text, i == IPV4_PARTS - 1 ? part.n : part.n + 1);
    }
    address->n += 2;
    return true;
}

/* Up to four hexadecimal digits, then the end or a colon with something behind it. */
static bool read_piece(struct ipv6 *address, struct tb_bytes *text)
{
    unsigned value = 0;
    size_t n = 0;
    while (n < text->n && n < 4 && tb_hex_digit(text->data[n]) >= 0)
        value = value << 4 | (unsigned)tb_hex_digit(text->data[n++]);
    if (n < text->n && text->data[n] == '.') {
        struct tb_bytes rest = *text;
        *text = tb_url_from(*text, text->n);
        return read_dotted(address, rest);
    }
    bool colon = n < text->n && text->data[n] == ':';
    if ((n < text->n && !colon) || (colon && n + 1 == text->n))
        return false;
    address->pieces[address->n++] = (uint16_t)value;
    *text = tb_url_from(*text, n + colon);
    return true;
}

static bool read_pieces(struct ipv6 *address, struct tb_bytes text)
{
    if (tb_bytes_begin(text, ":") && !tb_bytes_begin(text, "::"))
        return false;
    if (tb_bytes_begin(text, ":")) {
        text = tb_url_from(text, 2);
        address->gap = 0;
    }
    while (text.n > 0) {
        if (n_used(address) == IPV6_PIECES)
            return false;
        if (text.data[0] != ':') {
            if (!read_piece(address, &text))
                return false;
            continue;
        }
        /* A piece has used one colon: this is the second of two. */
        if (address->gap != IPV6_PIECES)
            return false;
        address->gap = address->n;
        text = tb_url_from(text, 1);
    }
    return address->gap != IPV6_PIECES || address->n == IPV6_PIECES;
}

static void fill_gap(struct ipv6 *address)
{
    if (address->gap == IPV6_PIECES)
        return;
    size_t behind = address->n - address->gap;
    size_t to = IPV6_PIECES - behind;
    memmove(&address->pieces[to], &address->pieces[address->gap], behind * sizeof(uint16_t));
    memset(&address->pieces[address->gap], 0, (to - address->gap) * sizeof(uint16_t));
}

/* The first of the longest runs of zeros, which is written as `::`. */
static size_t longest_zeros(const uint16_t *pieces, size_t *ret_n)
{
    size_t best = IPV6_PIECES;
    size_t best_n = 1;
    for (size_t i = 0; i < IPV6_PIECES; i++) {
        size_t n = 0;
        while (i + n < IPV6_PIECES && pieces[i + n] == 0)
            n++;
        if (n > best_n) {
            best = i;
            best_n = n;
        }
    }
    *ret_n = best_n;
    return best;
}

static struct tb_bytes write_ipv6(struct tb_arena *arena, const uint16_t *pieces)
{
    struct tb_url_text text = {.arena = arena};
    size_t n_zeros;
    size_t zeros = longest_zeros(pieces, &n_zeros);
    tb_url_put_byte(&text, '[');
    for (size_t i = 0; i < IPV6_PIECES; i++) {
        if (i == zeros) {
            tb_url_put_string(&text, i == 0 ? "::" : ":");
            i += n_zeros - 1;
            continue;
        }
        tb_url_put_string(&text, tb_arena_format(arena, "%x", pieces[i]));
        if (i < IPV6_PIECES - 1)
            tb_url_put_byte(&text, ':');
    }
    tb_url_put_byte(&text, ']');
    return tb_url_text_bytes(&text);
}

bool tb_ipv6_parse(struct tb_arena *arena, struct tb_bytes text, struct tb_bytes *ret_text)
{
    struct ipv6 address = {.gap = IPV6_PIECES};
    if (!read_pieces(&address, text))
        return false;
    fill_gap(&address);
    *ret_text = write_ipv6(arena, address.pieces);
    return true;
}
