#include "plugins/enclave/pgp/packet.h"

/* How long a packet, or one part of it, is. */
struct extent {
    size_t n_header; /* of the length itself */
    uint64_t n;
    bool partial;
};

static uint64_t number(const uint8_t *bytes, size_t n)
{
    uint64_t value = 0;
    for (size_t i = 0; i < n; i++)
        value = value << 8 | bytes[i];
    return value;
}

static int read_new_length(struct tb_bytes bytes, struct extent *ret_extent)
{
    if (bytes.n < 1)
        return PGP_TRUNCATED;
    uint8_t first = bytes.data[0];
    size_t n_header = first == 255 ? 5 : first >= 192 && first < 224 ? 2 : 1;
    if (bytes.n < n_header)
        return PGP_TRUNCATED;
    *ret_extent = (struct extent){.n_header = n_header, .n = first};
    if (n_header == 2)
        ret_extent->n = ((uint64_t)(first - 192) << 8) + bytes.data[1] + 192;
    else if (n_header == 5)
        ret_extent->n = number(bytes.data + 1, 4);
    else if (first >= 224)
        *ret_extent = (struct extent){.n_header = 1, .n = 1ULL << (first & 31), .partial = true};
    return PGP_OK;
}

static int read_old_length(struct tb_bytes bytes, unsigned type, struct extent *ret_extent)
{
    if (type == 3) { /* to the end of what there is */
        *ret_extent = (struct extent){.n = bytes.n, .partial = true};
        return PGP_OK;
    }
    size_t n = (size_t)1 << type;
    if (bytes.n < n)
        return PGP_TRUNCATED;
    *ret_extent = (struct extent){.n_header = n, .n = number(bytes.data, n)};
    return PGP_OK;
}

/* Only what holds data may come in parts, or without a length. */
static bool may_be_partial(unsigned tag)
{
    return tag == PGP_TAG_COMPRESSED || tag == PGP_TAG_ENCRYPTED || tag == PGP_TAG_LITERAL ||
           tag == PGP_TAG_PROTECTED || tag == PGP_TAG_AEAD;
}

/* Where the parts after the first one end. */
static int skip_parts(struct tb_bytes all, size_t *at)
{
    struct extent part = {.partial = true};
    while (part.partial) {
        struct tb_bytes rest = tb_bytes_of(all.data + *at, all.n - *at);
        int result = read_new_length(rest, &part);
        if (result)
            return result;
        if (part.n > rest.n - part.n_header)
            return PGP_TRUNCATED;
        *at += part.n_header + (size_t)part.n;
    }
    return PGP_OK;
}

void pgp_key_id_text(const uint8_t *key_id, char ret_text[static PGP_KEY_ID_SIZE])
{
    static const char digits[] = "0123456789ABCDEF";
    for (size_t i = 0; i < PGP_KEY_ID_SIZE / 2; i++) {
        ret_text[2 * i] = digits[key_id[i] >> 4];
        ret_text[2 * i + 1] = digits[key_id[i] & 15];
    }
    ret_text[PGP_KEY_ID_SIZE - 1] = 0;
}

int pgp_packet_next(struct tb_bytes *rest, struct pgp_packet *ret_packet)
{
    if (rest->n == 0 || (rest->data[0] & 0x80) == 0)
        return PGP_NOT_OPENPGP;
    uint8_t first = rest->data[0];
    bool is_new = (first & 0x40) != 0;
    unsigned tag = is_new ? first & 0x3F : (first >> 2) & 0x0F;
    struct tb_bytes after = tb_bytes_of(rest->data + 1, rest->n - 1);
    struct extent extent;
    int result =
        is_new ? read_new_length(after, &extent) : read_old_length(after, first & 3, &extent);
    if (result)
        return result;
    if (tag == 0 || (extent.partial && !may_be_partial(tag)))
        return PGP_CORRUPT;
    if (extent.n > after.n - extent.n_header)
        return PGP_TRUNCATED;
    size_t end = 1 + extent.n_header + (size_t)extent.n;
    struct tb_bytes body = tb_bytes_of(after.data + extent.n_header, (size_t)extent.n);
    if (is_new && extent.partial && (result = skip_parts(*rest, &end)))
        return result;
    *ret_packet = (struct pgp_packet){tag, tb_bytes_of(rest->data, end), body};
    *rest = tb_bytes_of(rest->data + end, rest->n - end);
    return PGP_OK;
}
