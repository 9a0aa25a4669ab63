/* From a loaded key to what it says of itself. */
#pragma once

#include "plugins/enclave/pgp/instance.h"

/* BAD_KEY: no valid self-signature. TOO_LARGE: too many subkeys. */
tb_must_check int pgp_describe(struct pgp *pgp, rnp_key_handle_t primary, struct pgp_key *ret_key);
/* The same, and the public parts as they are loaded. */
tb_must_check int pgp_take_certificate(struct pgp *pgp, rnp_key_handle_t primary,
                                       struct pgp_certificate *ret_certificate);
/* The primary user id, made safe; empty: none. */
void pgp_primary_user_id(rnp_key_handle_t primary, char ret_user_id[static PGP_USER_ID_SIZE]);
