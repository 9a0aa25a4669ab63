/* Certificates that come in or are changed, with what the keystore knows of their keys already. */
#pragma once

#include "plugins/enclave/enclave.h"

/* The two as one: an older copy takes back no revocation, and no copy takes parts away. The same
 * bytes where the key is new. */
bool enclave_merge(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                   struct tb_bytes untrusted_newer, struct pgp_data *ret_merged,
                   struct enclave_failure *ret_failure);
/* The same, into the keystore. */
bool enclave_merge_into(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                        struct tb_bytes untrusted_newer, struct enclave_failure *ret_failure);

/*
 * A certificate is changed as one step, under the keystore's lock: what another process does to the
 * same key, as revoke it, comes before or after, and is not lost.
 */
struct enclave_change {
    /* Makes the new one of the one that is known (n = 0: there is none). */
    bool (*make)(struct enclave_change *change, struct tb_bytes known, struct pgp_data *ret_new,
                 struct enclave_failure *ret_failure);
    struct enclave *enclave;
    void *data;
    struct pgp_data made;            /* for enclave_change alone, as the next */
    struct enclave_failure *failure; /* what make said */
};
bool enclave_change(struct enclave_change *change, const struct tb_fingerprint *fingerprint,
                    struct enclave_failure *ret_failure);
