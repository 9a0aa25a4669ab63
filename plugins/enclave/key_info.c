#include "plugins/enclave/key_info.h"

const char *const enclave_trust_words[TB_TRUST_NEVER + 1] = {
    [TB_TRUST_UNKNOWN] = "unknown",
    [TB_TRUST_VERIFIED] = "verified",
    [TB_TRUST_NEVER] = "never",
};

static void pack_user_ids(struct tb_packer *packer, const struct pgp_key *key)
{
    tb_pack_key(packer, "user_ids");
    tb_pack_array(packer, key->n_user_ids);
    for (size_t i = 0; i < key->n_user_ids; i++)
        tb_pack_text(packer, key->user_ids[i]);
}

static void pack_can(struct tb_packer *packer, const struct pgp_key *key)
{
    tb_pack_key(packer, "can");
    tb_pack_array(packer, (size_t)key->can_sign + key->can_encrypt);
    if (key->can_sign)
        tb_pack_text(packer, "sign");
    if (key->can_encrypt)
        tb_pack_text(packer, "encrypt");
}

void enclave_pack_key_info(struct tb_packer *packer, const struct enclave_key_info *info)
{
    const struct pgp_key *key = info->key;
    tb_pack_key_text(packer, "fingerprint", key->fingerprint);
    pack_user_ids(packer, key);
    tb_pack_key_text(packer, "algorithm", key->algorithm);
    tb_pack_key_uint(packer, "created", key->created);
    tb_pack_key_uint(packer, "expires", key->expires);
    tb_pack_key_bool(packer, "expired", key->expired);
    tb_pack_key_bool(packer, "revoked", key->revoked);
    tb_pack_key_bool(packer, "secret", info->secret);
    tb_pack_key_bool(packer, "unlocked", info->unlocked);
    tb_pack_key_text(packer, "trust", enclave_trust_words[info->trust]);
    pack_can(packer, key);
}
