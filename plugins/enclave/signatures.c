#include "plugins/enclave/signatures.h"

#include "plugins/enclave/key_info.h"

void enclave_signatures_trust(struct enclave_keyring *keyring, const struct pgp_opened *opened,
                              enum tb_trust ret_trust[static PGP_SIGNATURES_MAX])
{
    for (size_t i = 0; i < opened->n_signatures; i++) {
        struct tb_fingerprint fingerprint;
        struct enclave_failure failure;
        struct tb_bytes certificate;
        ret_trust[i] = TB_TRUST_UNKNOWN;
        if (tb_fingerprint_read(tb_bytes_of_string(opened->signatures[i].fingerprint),
                                &fingerprint))
            (void)enclave_keyring_certificate(keyring, &fingerprint, &certificate, &ret_trust[i],
                                              &failure);
    }
}

/* Of several, the first that is not valid says more than the others. */
static const struct pgp_signature *worst(const struct pgp_opened *opened)
{
    for (size_t i = 0; i < opened->n_signatures; i++)
        if (opened->signatures[i].status != PGP_SIGNATURE_VALID)
            return &opened->signatures[i];
    return opened->n_signatures > 0 ? &opened->signatures[0] : NULL;
}

void enclave_note_verdict(struct tb_stream *stream, const char *done,
                          const struct pgp_opened *opened)
{
    const struct pgp_signature *signature = worst(opened);
    const char *with = opened->key[0] != 0 ? " with " : "";
    if (!signature) {
        tb_stream_note(stream, "%s%s%s: unsigned", done, with, opened->key);
        return;
    }
    bool known = signature->fingerprint[0] != 0;
    tb_stream_note(stream, "%s%s%s: %s signature by %s, one of %zu", done, with, opened->key,
                   pgp_status_word(signature->status),
                   known ? signature->fingerprint : signature->key_id, opened->n_signatures);
}

static void pack_signature(struct tb_packer *packer, const struct pgp_signature *signature,
                           enum tb_trust trust)
{
    bool known = signature->fingerprint[0] != 0;
    bool named = signature->user_id[0] != 0;
    tb_pack_map(packer, 5u + known + named);
    tb_pack_key_text(packer, "status", pgp_status_word(signature->status));
    tb_pack_key_text(packer, "key_id", signature->key_id);
    if (known)
        tb_pack_key_text(packer, "fingerprint", signature->fingerprint);
    if (named)
        tb_pack_key_text(packer, "user_id", signature->user_id);
    tb_pack_key_uint(packer, "created", signature->created);
    tb_pack_key_uint(packer, "expires", signature->expires);
    tb_pack_key_text(packer, "trust", enclave_trust_words[trust]);
}

void enclave_pack_verdict(struct tb_packer *packer, const struct pgp_opened *opened,
                          const enum tb_trust trust[static PGP_SIGNATURES_MAX])
{
    tb_pack_key_bool(packer, "valid", opened->valid);
    tb_pack_key(packer, "signatures");
    tb_pack_array(packer, opened->n_signatures);
    for (size_t i = 0; i < opened->n_signatures; i++)
        pack_signature(packer, &opened->signatures[i], trust[i]);
}
