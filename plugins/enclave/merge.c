#include "plugins/enclave/merge.h"

#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/pgp/key.h"

#include <stdlib.h>

/* librnp keeps one copy of signatures that are alike: one that stands under a user id to which it
 * does not belong takes the real one's place, and with it user ids and the time of expiry. What has
 * none left that is signed is not taken. */
static bool is_signed(const struct pgp_key *key, struct enclave_failure *ret_failure)
{
    return key->n_user_ids > 0 || key->revoked ||
           enclave_fail(ret_failure, ENCLAVE_BAD_KEY,
                        "no user id of the key %s has a valid signature", key->fingerprint);
}

static bool copy(struct tb_bytes bytes, struct pgp_data *ret_data,
                 struct enclave_failure *ret_failure)
{
    uint8_t *data = malloc(bytes.n + 1);
    if (!data)
        return enclave_fail_memory(ret_failure);
    memcpy(data, bytes.data, bytes.n);
    *ret_data = (struct pgp_data){.data = data, .n = bytes.n};
    return true;
}

static void certificate_wipe(struct pgp_certificate *certificate)
{
    pgp_data_deinit(&certificate->data);
}

static bool merge(struct pgp *pgp, struct tb_bytes known, struct tb_bytes untrusted_newer,
                  struct pgp_data *ret_merged, struct enclave_failure *ret_failure)
{
    tb_cleanup(certificate_wipe) struct pgp_certificate merged = {0};
    int r = pgp_merge_key(pgp, known, untrusted_newer, &merged);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    if (!is_signed(&merged.key, ret_failure))
        return false;
    *ret_merged = merged.data;
    merged.data = (struct pgp_data){0};
    return true;
}

bool enclave_merge(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                   struct tb_bytes untrusted_newer, struct pgp_data *ret_merged,
                   struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate known = {0};
    struct pgp_key newer;
    int r = pgp_read_key(enclave->pgp, untrusted_newer, &newer);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, enclave->pgp, r);
    if (!is_signed(&newer, ret_failure))
        return false;
    r = tb_keystore_certificate(enclave->keystore, fingerprint, &known);
    if (r == TB_KEYSTORE_NONE)
        return copy(untrusted_newer, ret_merged, ret_failure);
    if (r != 0)
        return enclave_fail_stored(ret_failure, enclave->keystore, r, fingerprint);
    return merge(enclave->pgp, tb_bytes_of(known.data, known.n), untrusted_newer, ret_merged,
                 ret_failure);
}
