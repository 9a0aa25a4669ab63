/* The outer packets of a message: who it is for, and where its contents are. */
#pragma once

#include "plugins/enclave/pgp/packet.h"

#include "plugins/enclave/pgp/message.h"

struct pgp_envelope {
    struct pgp_packet keys[PGP_RECIPIENTS_MAX]; /* session keys, each for one recipient */
    size_t n_keys;
    struct pgp_packet data;
};

/* NOT_OPENPGP: not an encrypted message. UNSUPPORTED: encrypted to passphrases alone, without
 * integrity protection, or of a version that is not known here. TRUNCATED, CORRUPT, TOO_LARGE. */
tb_must_check int pgp_envelope_read(struct tb_bytes packets, struct pgp_envelope *ret_envelope);
/* The key id that such a packet names, 8 bytes; all zero: none. */
const uint8_t *pgp_envelope_key_id(const struct pgp_packet *key);

uint8_t pgp_envelope_algorithm(const struct pgp_packet *key);

/* A message that is not encrypted. UNSUPPORTED: it is; NOT_OPENPGP: keys, or signatures alone. */
tb_must_check int pgp_check_open(struct tb_bytes packets);
/* Signatures alone, of something else. UNSIGNED: other packets. TOO_LARGE. */
tb_must_check int pgp_check_signatures(struct tb_bytes packets);
