#include "plugins/enclave/merge.h"

#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/pgp/key.h"

#include <errno.h>
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

/* `known` is empty where the key is new. */
static bool merge_both(struct pgp *pgp, struct tb_bytes known, struct tb_bytes untrusted_newer,
                       struct pgp_data *ret_merged, struct enclave_failure *ret_failure)
{
    struct pgp_key newer;
    int r = pgp_read_key(pgp, untrusted_newer, &newer);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    if (!is_signed(&newer, ret_failure))
        return false;
    return known.n > 0 ? merge(pgp, known, untrusted_newer, ret_merged, ret_failure)
                       : copy(untrusted_newer, ret_merged, ret_failure);
}

bool enclave_merge(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                   struct tb_bytes untrusted_newer, struct pgp_data *ret_merged,
                   struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate known = {0};
    int r = tb_keystore_certificate(enclave->keystore, fingerprint, &known);
    if (r != 0 && r != TB_KEYSTORE_NONE)
        return enclave_fail_stored(ret_failure, enclave->keystore, r, fingerprint);
    return merge_both(enclave->pgp, tb_bytes_of(known.data, known.n), untrusted_newer, ret_merged,
                      ret_failure);
}

/* ---- in the keystore ---- */

static bool call_make(void *data, struct tb_bytes old, struct tb_bytes *ret_new)
{
    struct enclave_change *change = data;
    if (!change->make(change, old, &change->made, change->failure))
        return false;
    *ret_new = pgp_data_bytes(&change->made);
    return true;
}

bool enclave_change(struct enclave_change *change, const struct tb_fingerprint *fingerprint,
                    struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = change->enclave->keystore;
    change->failure = ret_failure;
    int r = tb_keystore_change_certificate(keystore, fingerprint, call_make, change);
    pgp_data_deinit(&change->made);
    change->made = (struct pgp_data){0};
    if (r == -ECANCELED)
        return false;
    return r == 0 || enclave_fail_stored(ret_failure, keystore, r, fingerprint);
}

static bool make_merged(struct enclave_change *change, struct tb_bytes known,
                        struct pgp_data *ret_new, struct enclave_failure *ret_failure)
{
    const struct tb_bytes *newer = change->data;
    return merge_both(change->enclave->pgp, known, *newer, ret_new, ret_failure);
}

bool enclave_merge_into(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                        struct tb_bytes untrusted_newer, struct enclave_failure *ret_failure)
{
    struct enclave_change change = {
        .make = make_merged, .enclave = enclave, .data = &untrusted_newer};
    return enclave_change(&change, fingerprint, ret_failure);
}
