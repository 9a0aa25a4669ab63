/* What a page is told of a key. */
#pragma once

#include "keystore/keystore.h"
#include "plugins/enclave/pgp/key.h"
#include "plugins/sdk/trollbridge-plugin.h"

enum { ENCLAVE_N_KEY_INFO = 11 };

struct enclave_key_info {
    const struct pgp_key *key;
    bool secret;
    bool unlocked;
    enum tb_trust trust;
};

/* So many pairs of a map. */
void enclave_pack_key_info(struct tb_packer *packer, const struct enclave_key_info *info);

/* "unknown", "verified", "never": the index is the value. */
extern const char *const enclave_trust_words[TB_TRUST_NEVER + 1];
