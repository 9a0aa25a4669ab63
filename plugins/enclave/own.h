/* An unlocked key, as the OpenPGP library takes it: loaded for one operation and unloaded after it.
 */
#pragma once

#include "keystore/secret.h"
#include "plugins/enclave/pgp/pgp.h"

static inline struct pgp_own enclave_own_of(const struct tb_key_secret *secret)
{
    return (struct pgp_own){.secret = tb_bytes_of(secret->key, secret->n),
                            .passphrase = tb_bytes_of(secret->passphrase, TB_INNER_DIGITS)};
}
