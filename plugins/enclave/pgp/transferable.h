/* A key as it travels: a primary key, and all packets that belong to it (RFC 4880, section 11). */
#pragma once

#include "plugins/enclave/pgp/packet.h"

struct pgp_transferable {
    struct tb_bytes bytes;
    size_t n_parts; /* the key and its subkeys */
    bool secret;
};

/* Takes the first key off. NOT_OPENPGP: packets that belong to no key; TRUNCATED, CORRUPT;
 * UNSUPPORTED: not of version 4; TOO_LARGE; BAD_KEY: see misplaced.h. */
tb_must_check int pgp_transferable_next(struct tb_bytes *rest, struct pgp_transferable *ret_key);
