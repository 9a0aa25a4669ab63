/* What a page is told of a key. */
#pragma once

#include "plugins/enclave/enclave.h"
#include "plugins/enclave/pgp/key.h"

enum { ENCLAVE_N_KEY_INFO = 11 };

struct enclave_key_info {
    struct pgp_key key;
    bool secret;
    bool unlocked;
    enum tb_trust trust;
};

/* As it is on disk now. */
bool enclave_key_info_read(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                           struct enclave_key_info *ret_info, struct enclave_failure *ret_failure);
/* So many pairs of a map. */
void enclave_pack_key_info(struct tb_packer *packer, const struct enclave_key_info *info);

/* "unknown", "verified", "never": the index is the value. */
extern const char *const enclave_trust_words[TB_TRUST_NEVER + 1];
