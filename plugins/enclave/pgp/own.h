/* What making a key and taking one in share. */
#pragma once

#include "plugins/enclave/pgp/description.h"
#include "plugins/enclave/pgp/secret.h"

#define PGP_HASH   "SHA256"
#define PGP_CIPHER "AES256"

enum {
    PGP_OWN_ASKS = 4 * PGP_KEY_IDS_MAX, /* more than an operation on a whole own key needs */
    PGP_INNER_S2K = 64 * 1024,          /* bytes that are hashed */
    PGP_OUTER_S2K = 65011712,           /* the most that the format has */
};

/* Protects all parts, in CFB, which gpg 2.2 and sq read. What is protected already is opened with
 * the passphrase that was set. */
tb_must_check int pgp_protect(rnp_key_handle_t primary, struct tb_bytes passphrase,
                              size_t iterations);
/* The secret key, binary, as it is loaded. */
tb_must_check int pgp_export_own(rnp_key_handle_t primary, struct pgp_data *ret_secret);
tb_must_check int pgp_export_revocation(rnp_key_handle_t primary, enum pgp_reason reason,
                                        struct pgp_data *ret_revocation);
/* Everything of the loaded own key. */
tb_must_check int pgp_take_pair(struct pgp *pgp, rnp_key_handle_t primary,
                                struct pgp_pair *ret_pair);
