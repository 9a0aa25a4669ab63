#include "audit/shape.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdio.h>

/* Whether the brackets outside of strings close with the last byte and not before. The beginning of
 * a record never does, whatever the page has put into its arguments. */
static bool closes(struct tb_bytes line)
{
    size_t depth = 0;
    bool in_string = false;
    for (size_t i = 0; i < line.n; i++) {
        uint8_t c = line.data[i];
        if (c < 0x20)
            return false;
        if (c == '"')
            in_string = !in_string;
        else if (in_string)
            i += c == '\\';
        else if (c == '{' || c == '[')
            depth++;
        else if ((c == '}' || c == ']') && --depth == 0)
            return i == line.n - 1;
    }
    return false;
}

/* A number without leading zeros, of at most 18 digits, so that it cannot overflow; the number of
 * digits, or 0. */
static size_t read_number(struct tb_bytes text, uint64_t *ret_n)
{
    uint64_t n = 0;
    size_t i = 0;
    while (i < text.n && i < 19 && text.data[i] >= '0' && text.data[i] <= '9')
        n = n * 10 + (uint64_t)(text.data[i++] - '0');
    if (i == 0 || i > 18 || text.data[0] == '0')
        return 0;
    *ret_n = n;
    return i;
}

static bool takes(struct tb_bytes *text, const char *prefix)
{
    size_t n = strlen(prefix);
    if (text->n < n || memcmp(text->data, prefix, n) != 0)
        return false;
    *text = tb_bytes_of(text->data + n, text->n - n);
    return true;
}

bool tb_shape_read(struct tb_bytes line, uint64_t *ret_n)
{
    struct tb_bytes left = line;
    if (line.n >= TB_LINE_MAX || !takes(&left, "{\"v\":1,\"n\":"))
        return false;
    uint64_t n;
    size_t digits = read_number(left, &n);
    left = tb_bytes_of(left.data + digits, left.n - digits);
    if (digits == 0 || !takes(&left, ",\"time\":\"") || !closes(line))
        return false;
    *ret_n = n;
    return true;
}

void tb_line_hash(struct tb_bytes line, uint8_t ret_hash[static TB_HASH_SIZE])
{
    crypto_generichash(ret_hash, TB_HASH_SIZE, line.data, line.n, NULL, 0);
}

void tb_torn_text(uint64_t n_bytes, const uint8_t hash[static TB_HASH_SIZE],
                  char ret_text[static TB_TORN_MAX])
{
    char hex[2 * TB_HASH_SIZE + 1];
    tb_hex(hash, TB_HASH_SIZE, hex);
    (void)snprintf(ret_text, TB_TORN_MAX, "torn %" PRIu64 " blake2b:%s", n_bytes, hex);
}
