#include "plugins/enclave/adopt.h"

#include "plugins/enclave/merge.h"

#include <sodium.h>

static bool store(struct enclave *enclave, const struct enclave_adoption *adoption,
                  struct tb_bytes certificate, const struct tb_key_secret *secret,
                  const struct tb_fingerprint *fingerprint, struct enclave_failure *ret_failure)
{
    struct tb_new_key key = {
        .client = *adoption->client,
        .secret = secret,
        .certificate = certificate,
        .trust = adoption->trust,
        .cost = tb_wrap_cost_default,
    };
    memcpy(key.hash, adoption->hash, sizeof key.hash);
    int r = tb_keystore_add_key(enclave->keystore, fingerprint, &key);
    sodium_memzero(key.hash, sizeof key.hash);
    return r == 0 || enclave_fail_stored(ret_failure, enclave->keystore, r, fingerprint);
}

bool enclave_adopt(struct enclave *enclave, const struct enclave_adoption *adoption,
                   const struct pgp_pair *pair, struct tb_key_secret **secret,
                   struct tb_fingerprint *ret_fingerprint, struct enclave_failure *ret_failure)
{
    tb_cleanup(pgp_data_deinit) struct pgp_data merged = {0};
    tb_assert(tb_fingerprint_read(tb_bytes_of_string(pair->key.fingerprint), ret_fingerprint));
    if (tb_key_secret_fill(secret, pgp_data_bytes(&pair->secret)) != 0)
        return enclave_fail_memory(ret_failure);
    return enclave_merge(enclave, ret_fingerprint, pgp_data_bytes(&pair->certificate), &merged,
                         ret_failure) &&
           store(enclave, adoption, pgp_data_bytes(&merged), *secret, ret_fingerprint, ret_failure);
}
