/* A certificate that comes in, with what the keystore knows of its key already. */
#pragma once

#include "plugins/enclave/enclave.h"

/* The two as one: an older copy takes back no revocation, and no copy takes parts away. The same
 * bytes where the key is new. */
bool enclave_merge(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                   struct tb_bytes untrusted_newer, struct pgp_data *ret_merged,
                   struct enclave_failure *ret_failure);
