#include "plugins/enclave/pgp/transferable.h"

#include "plugins/enclave/pgp/misplaced.h"

enum { KEY_VERSION = 4 };

static bool is_primary(unsigned tag)
{
    return tag == PGP_TAG_PUBLIC_KEY || tag == PGP_TAG_SECRET_KEY;
}

static bool is_subkey(unsigned tag)
{
    return tag == PGP_TAG_PUBLIC_SUBKEY || tag == PGP_TAG_SECRET_SUBKEY;
}

static bool belongs_to_key(unsigned tag)
{
    return is_subkey(tag) || tag == PGP_TAG_SIGNATURE || tag == PGP_TAG_USER_ID ||
           tag == PGP_TAG_USER_ATTRIBUTE || tag == PGP_TAG_TRUST || tag == PGP_TAG_MARKER;
}

static int check_version(const struct pgp_packet *packet)
{
    if (packet->body.n == 0)
        return PGP_CORRUPT;
    return packet->body.data[0] == KEY_VERSION ? PGP_OK : PGP_UNSUPPORTED;
}

/* Marker packets before the first key mean nothing. */
static int skip_markers(struct tb_bytes *rest, struct pgp_packet *ret_packet)
{
    struct pgp_packet packet;
    int result;
    do {
        result = pgp_packet_next(rest, &packet);
        if (result)
            return result;
    } while (packet.tag == PGP_TAG_MARKER);
    *ret_packet = packet;
    return PGP_OK;
}

static int take_members(struct tb_bytes *rest, struct pgp_transferable *key)
{
    while (rest->n > 0) {
        struct tb_bytes next = *rest;
        struct pgp_packet packet;
        int result = pgp_packet_next(&next, &packet);
        if (result)
            return result == PGP_NOT_OPENPGP ? PGP_CORRUPT : result;
        if (is_primary(packet.tag))
            return PGP_OK;
        if (!belongs_to_key(packet.tag))
            return PGP_NOT_OPENPGP;
        key->n_parts += is_subkey(packet.tag);
        key->bytes.n += packet.whole.n;
        if (key->n_parts > PGP_KEY_IDS_MAX || key->bytes.n > PGP_CERTIFICATE_MAX)
            return PGP_TOO_LARGE;
        *rest = next;
    }
    return PGP_OK;
}

int pgp_transferable_next(struct tb_bytes *rest, struct pgp_transferable *ret_key)
{
    struct tb_bytes after = *rest;
    struct pgp_packet first;
    int result = skip_markers(&after, &first);
    if (result)
        return result;
    if (!is_primary(first.tag))
        return PGP_NOT_OPENPGP;
    result = check_version(&first);
    if (result)
        return result;
    struct pgp_transferable key = {first.whole, 1, first.tag == PGP_TAG_SECRET_KEY};
    result = take_members(&after, &key);
    result = result ? result : pgp_check_places(key.bytes, (struct tb_bytes){0});
    if (result)
        return result;
    *rest = after;
    *ret_key = key;
    return PGP_OK;
}
