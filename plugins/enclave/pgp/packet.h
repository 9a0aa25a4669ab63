/*
 * The frames of OpenPGP packets (RFC 4880, section 4.2), without their contents. Looking at them
 * before librnp does tells what it cannot: that input ends too early, is of another kind, or has
 * more of something than is taken here.
 */
#pragma once

#include "plugins/enclave/pgp/pgp.h"

enum pgp_tag {
    PGP_TAG_SESSION_KEY = 1,
    PGP_TAG_SIGNATURE = 2,
    PGP_TAG_PASSPHRASE = 3,
    PGP_TAG_ONE_PASS = 4,
    PGP_TAG_SECRET_KEY = 5,
    PGP_TAG_PUBLIC_KEY = 6,
    PGP_TAG_SECRET_SUBKEY = 7,
    PGP_TAG_COMPRESSED = 8,
    PGP_TAG_ENCRYPTED = 9, /* without integrity protection */
    PGP_TAG_MARKER = 10,
    PGP_TAG_LITERAL = 11,
    PGP_TAG_TRUST = 12,
    PGP_TAG_USER_ID = 13,
    PGP_TAG_PUBLIC_SUBKEY = 14,
    PGP_TAG_USER_ATTRIBUTE = 17,
    PGP_TAG_PROTECTED = 18,
    PGP_TAG_AEAD = 20,
};

struct pgp_packet {
    unsigned tag;
    struct tb_bytes whole; /* with its header */
    struct tb_bytes body;  /* in parts: the first one */
};

/* 8 bytes, as 16 digits. */
void pgp_key_id_text(const uint8_t *key_id, char ret_text[static PGP_KEY_ID_SIZE]);

/* Takes the first packet off. TRUNCATED; CORRUPT; NOT_OPENPGP where there is no packet at all. */
tb_must_check int pgp_packet_next(struct tb_bytes *rest, struct pgp_packet *ret_packet);
