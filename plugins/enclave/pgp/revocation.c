/* Revocation certificates: a signature by itself, which says that a key is not used any more. */
#include "plugins/enclave/pgp/armor.h"
#include "plugins/enclave/pgp/description.h"
#include "plugins/enclave/pgp/packet.h"
#include "plugins/enclave/pgp/usable.h"

enum {
    SIGNATURE_VERSION = 4,
    REVOKES_KEY = 0x20,
    FIXED = 4, /* version, type and two algorithms */
    SUBPACKET_ISSUER = 16,
    SUBPACKET_ISSUER_FINGERPRINT = 33,
    ID_BYTES = 8,
    FINGERPRINT_BYTES = 20,
};

static int read_revocation(struct tb_bytes untrusted_revocation, struct pgp_packets *ret_packets,
                           struct tb_bytes *ret_body)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    struct pgp_packet packet;
    int result = pgp_packets_read(untrusted_revocation, PGP_SIGNATURE_INPUT_MAX, &packets);
    struct tb_bytes rest = packets.bytes;
    result = result ? result : pgp_packet_next(&rest, &packet);
    if (result)
        return result;
    if (packet.tag != PGP_TAG_SIGNATURE || rest.n > 0 || packet.body.n < FIXED)
        return PGP_UNSIGNED;
    if (packet.body.data[0] != SIGNATURE_VERSION)
        return PGP_UNSUPPORTED;
    if (packet.body.data[1] != REVOKES_KEY)
        return PGP_UNSIGNED;
    *ret_body = packet.body;
    *ret_packets = packets;
    packets = (struct pgp_packets){0};
    return PGP_OK;
}

/* Takes an area of subpackets off: two bytes of length, and that many. */
static bool take_area(struct tb_bytes *rest, struct tb_bytes *ret_area)
{
    if (rest->n < 2)
        return false;
    size_t n = (size_t)rest->data[0] << 8 | rest->data[1];
    if (n > rest->n - 2)
        return false;
    *ret_area = tb_bytes_of(rest->data + 2, n);
    *rest = tb_bytes_of(rest->data + 2 + n, rest->n - 2 - n);
    return true;
}

/* Takes a subpacket off: its first byte is its type. A length of five bytes is more than fits. */
static bool take_subpacket(struct tb_bytes *area, struct tb_bytes *ret_subpacket)
{
    if (area->n < 2 || area->data[0] == 255)
        return false;
    size_t n_header = area->data[0] < 192 ? 1 : 2;
    size_t n =
        n_header == 1 ? area->data[0] : ((size_t)(area->data[0] - 192) << 8) + area->data[1] + 192;
    if (n == 0 || n > area->n - n_header)
        return false;
    *ret_subpacket = tb_bytes_of(area->data + n_header, n);
    *area = tb_bytes_of(area->data + n_header + n, area->n - n_header - n);
    return true;
}

static bool find_issuer(struct tb_bytes area, char ret_key_id[static PGP_KEY_ID_SIZE])
{
    struct tb_bytes one;
    while (take_subpacket(&area, &one)) {
        unsigned type = one.data[0] & 0x7F; /* without the critical bit */
        bool is_issuer = (type == SUBPACKET_ISSUER && one.n == 1 + ID_BYTES) ||
                         (type == SUBPACKET_ISSUER_FINGERPRINT && one.n == 2 + FINGERPRINT_BYTES);
        if (!is_issuer)
            continue;
        const uint8_t *id = one.data + one.n - ID_BYTES; /* the end of a fingerprint */
        pgp_key_id_text(id, ret_key_id);
        return true;
    }
    return false;
}

int pgp_revocation_issuer(struct tb_bytes untrusted_revocation,
                          char ret_key_id[static PGP_KEY_ID_SIZE])
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    struct tb_bytes rest;
    struct tb_bytes hashed;
    struct tb_bytes unhashed;
    int result = read_revocation(untrusted_revocation, &packets, &rest);
    if (result)
        return result;
    rest = tb_bytes_of(rest.data + FIXED, rest.n - FIXED);
    if (!take_area(&rest, &hashed) || !take_area(&rest, &unhashed))
        return PGP_CORRUPT;
    if (!find_issuer(hashed, ret_key_id) && !find_issuer(unhashed, ret_key_id))
        return PGP_UNSUPPORTED;
    return PGP_OK;
}

/* librnp takes any signature onto a key, and looks later whether it is good: so does this. */
int pgp_apply_revocation(struct pgp *pgp, struct tb_bytes certificate,
                         struct tb_bytes untrusted_revocation,
                         struct pgp_certificate *ret_certificate)
{
    tb_cleanup(pgp_packets_deinit) struct pgp_packets packets = {0};
    struct tb_bytes body;
    int result = read_revocation(untrusted_revocation, &packets, &body);
    if (result)
        return result;
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    tb_cleanup(pgp_end_input) rnp_input_t input = NULL;
    result = pgp_load_one(use, certificate, &primary);
    result = result ? result : pgp_input(packets.bytes, &input);
    if (result)
        return result;
    if (rnp_import_signatures(use->ffi, input, 0, NULL) != RNP_SUCCESS || !pgp_is_revoked(primary))
        return PGP_BAD_KEY;
    return pgp_take_certificate(use, primary, ret_certificate);
}
