#include "plugins/enclave/pgp/splice.h"

#include "plugins/enclave/pgp/packet.h"

static bool is_public(unsigned tag)
{
    return tag == PGP_TAG_PUBLIC_KEY || tag == PGP_TAG_PUBLIC_SUBKEY;
}

static bool is_secret(unsigned tag)
{
    return tag == PGP_TAG_SECRET_KEY || tag == PGP_TAG_SECRET_SUBKEY;
}

/* The body of a secret key begins with that of its public key. */
static bool is_secret_of(const struct pgp_packet *secret, struct tb_bytes public_body)
{
    return is_secret(secret->tag) && secret->body.n > public_body.n &&
           memcmp(secret->body.data, public_body.data, public_body.n) == 0;
}

/* PGP_NO_SECRET_KEY: there is none. */
static int find_secret(struct tb_bytes secrets, struct tb_bytes public_body,
                       struct tb_bytes *ret_packet)
{
    while (secrets.n > 0) {
        struct pgp_packet packet;
        int result = pgp_packet_next(&secrets, &packet);
        if (result)
            return PGP_CORRUPT;
        if (is_secret_of(&packet, public_body)) {
            *ret_packet = packet.whole;
            return PGP_OK;
        }
    }
    return PGP_NO_SECRET_KEY;
}

int pgp_splice(struct tb_bytes certificate, struct tb_bytes secret, struct pgp_sink *sink)
{
    bool is_left_out = false;
    while (certificate.n > 0) {
        struct pgp_packet packet;
        if (pgp_packet_next(&certificate, &packet))
            return PGP_CORRUPT;
        struct tb_bytes bytes = packet.whole;
        if (is_public(packet.tag)) {
            int result = find_secret(secret, packet.body, &bytes);
            is_left_out = packet.tag == PGP_TAG_PUBLIC_SUBKEY && result == PGP_NO_SECRET_KEY;
            if (result && !is_left_out)
                return result;
        }
        if (!is_left_out && !pgp_sink_write(sink, bytes.data, bytes.n))
            return pgp_sink_result(sink);
    }
    return PGP_OK;
}
