/* What the keystore answers, as failures. `r` is what one of its functions returned, other than 0.
 */
#pragma once

#include "keystore/keystore.h"
#include "plugins/enclave/failure.h"

/* About the certificate of a key, or all there is of it. */
bool enclave_fail_stored(struct enclave_failure *ret_failure, const struct tb_keystore *keystore,
                         int r, const struct tb_fingerprint *fingerprint);
/* About the folder as a whole. */
bool enclave_fail_folder(struct enclave_failure *ret_failure, const struct tb_keystore *keystore,
                         int r);
/* About a secret key: there may be a certificate of it nevertheless. */
bool enclave_fail_secret(struct enclave_failure *ret_failure, struct tb_keystore *keystore, int r,
                         const struct tb_fingerprint *fingerprint);
/* Of a try to open it; `attempts` is what came of that. */
bool enclave_fail_attempt(struct enclave_failure *ret_failure, struct tb_keystore *keystore, int r,
                          const struct tb_fingerprint *fingerprint,
                          const struct tb_attempts *attempts);
/* Of a vault value. */
bool enclave_fail_value(struct enclave_failure *ret_failure, struct tb_keystore *keystore, int r,
                        const struct tb_fingerprint *fingerprint);
bool enclave_fail_memory(struct enclave_failure *ret_failure);
