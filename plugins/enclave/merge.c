#include "plugins/enclave/merge.h"

#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/pgp/key.h"

#include <stdlib.h>

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

bool enclave_merge(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                   struct tb_bytes untrusted_newer, struct pgp_data *ret_merged,
                   struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate known = {0};
    struct pgp_certificate merged;
    int r = tb_keystore_certificate(enclave->keystore, fingerprint, &known);
    if (r == TB_KEYSTORE_NONE)
        return copy(untrusted_newer, ret_merged, ret_failure);
    if (r != 0)
        return enclave_fail_stored(ret_failure, enclave->keystore, r, fingerprint);
    r = pgp_merge_key(enclave->pgp, tb_bytes_of(known.data, known.n), untrusted_newer, &merged);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, enclave->pgp, r);
    *ret_merged = merged.data;
    return true;
}
