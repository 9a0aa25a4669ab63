#include "plugins/enclave/key_info.h"

#include "plugins/enclave/openpgp.h"

const char *const enclave_trust_words[TB_TRUST_NEVER + 1] = {
    [TB_TRUST_UNKNOWN] = "unknown",
    [TB_TRUST_VERIFIED] = "verified",
    [TB_TRUST_NEVER] = "never",
};

bool enclave_key_info_read(struct enclave *enclave, const struct tb_fingerprint *fingerprint,
                           struct enclave_key_info *ret_info, struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate certificate = {0};
    struct tb_key_mark mark;
    int r = tb_keystore_certificate(enclave->keystore, fingerprint, &certificate);
    if (r != 0)
        return enclave_fail_stored(ret_failure, enclave->keystore, r, fingerprint);
    r = pgp_read_key(enclave->pgp, tb_bytes_of(certificate.data, certificate.n), &ret_info->key);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, enclave->pgp, r);
    ret_info->secret = tb_keystore_key_mark(enclave->keystore, fingerprint, &mark) == 0;
    ret_info->unlocked = enclave_unlocked_has(&enclave->unlocked, fingerprint);
    ret_info->trust = certificate.trust;
    return true;
}

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
    const struct pgp_key *key = &info->key;
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
