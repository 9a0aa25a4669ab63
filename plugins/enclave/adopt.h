/* A key of one's own enters the keystore: made here, or brought in. */
#pragma once

#include "plugins/enclave/enclave.h"
#include "plugins/enclave/pgp/secret.h"

struct enclave_adoption {
    const struct tb_client_hash *client;
    const uint8_t *hash; /* TB_HASH_SIZE bytes: of the passphrase, made with `client` */
    enum tb_trust trust;
};

/* Wraps the pair's secret half, whose inner passphrase `secret` has, under the hash. Fills
 * `secret`, which the caller frees either way. What the keystore knew of the key's certificate, as
 * a revocation, is not lost. */
bool enclave_adopt(struct enclave *enclave, const struct enclave_adoption *adoption,
                   const struct pgp_pair *pair, struct tb_key_secret **secret,
                   struct tb_fingerprint *ret_fingerprint, struct enclave_failure *ret_failure);
