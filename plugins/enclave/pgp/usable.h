/*
 * Which part of a key may do something now. librnp picks one too, but does not say why it finds
 * none, and encrypts to a key that it found no fitting part of.
 */
#pragma once

#include "plugins/enclave/pgp/instance.h"

/* When a key or subkey ends, as its newest self-signature says. 0: never. */
uint64_t pgp_expiry(rnp_key_handle_t part);
bool pgp_is_expired(const struct pgp *pgp, rnp_key_handle_t part);
bool pgp_is_revoked(rnp_key_handle_t part);
/* It is for signatures and valid: a subkey has itself signed that it belongs to the key. */
bool pgp_may_sign(rnp_key_handle_t part);
/* 0, or why nothing can be done with the key at all: REVOKED_KEY, EXPIRED_KEY, BAD_KEY. */
int pgp_key_state(const struct pgp *pgp, rnp_key_handle_t primary);

enum pgp_use { PGP_USE_SIGN = 0, PGP_USE_ENCRYPT };
/* The newest part that may. REVOKED_KEY, EXPIRED_KEY: of the key, or of all its parts that might;
 * BAD_KEY, CANNOT_SIGN, CANNOT_ENCRYPT; with pgp_culprit. */
tb_must_check int pgp_usable(struct pgp *pgp, rnp_key_handle_t primary, enum pgp_use use,
                             rnp_key_handle_t *ret_part);

/* The fingerprint of that part, which stays when the keys are loaded again. An own key may be
 * loaded from its secret and its certificate: `secret` is empty for others. Also NO_SECRET_KEY. */
tb_must_check int pgp_usable_name(struct pgp *pgp, struct tb_bytes certificate,
                                  struct tb_bytes secret, enum pgp_use use,
                                  char ret_fingerprint[static PGP_FINGERPRINT_SIZE]);
