/* trust, delete_key, revoke_key and export_public_key: what is done with a key as a whole. */
#include "plugins/enclave/args.h"
#include "plugins/enclave/enclave.h"
#include "plugins/enclave/key_info.h"
#include "plugins/enclave/merge.h"
#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/own.h"
#include "plugins/enclave/pgp/secret.h"

/* ---- trust {key, level} ---- */

bool enclave_trust(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = enclave_of(call)->keystore;
    struct tb_fingerprint key;
    size_t level;
    if (!enclave_arg_key(call, &key) ||
        !tb_arg_choice(call, call->args, "level", TB_REQUIRED, enclave_trust_words,
                       TB_ARRAY_LEN(enclave_trust_words), &level) ||
        !enclave_scope_key(enclave_scope_of(call), &key, ret_failure))
        return false;
    int r = tb_keystore_set_trust(keystore, &key, (enum tb_trust)level);
    if (r != 0)
        return enclave_fail_stored(ret_failure, keystore, r, &key);
    tb_reply_note(call, "trusts %s: %s", key.text, enclave_trust_words[level]);
    tb_reply_nil(call);
    return true;
}

/* ---- delete_key {key} ---- */

/* Who can delete a secret key can also use it. One whose file is damaged stays: a backup or a
 * repair may bring it back. */
static bool may_delete(struct enclave *enclave, const struct tb_fingerprint *key,
                       struct enclave_failure *ret_failure)
{
    const struct tb_key_secret *secret;
    struct tb_key_mark mark;
    int r = tb_keystore_key_mark(enclave->keystore, key, &mark);
    if (r == TB_KEYSTORE_NONE)
        return true;
    return enclave_unlocked_find(&enclave->unlocked, key, &secret, ret_failure);
}

bool enclave_delete_key(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct enclave *enclave = enclave_of(call);
    struct tb_fingerprint key;
    if (!enclave_arg_key(call, &key) ||
        !enclave_scope_key(enclave_scope_of(call), &key, ret_failure) ||
        !may_delete(enclave, &key, ret_failure))
        return false;
    int r = tb_keystore_delete_key(enclave->keystore, &key);
    if (r != 0)
        return enclave_fail_stored(ret_failure, enclave->keystore, r, &key);
    enclave_unlocked_remove(&enclave->unlocked, &key);
    tb_reply_note(call, "deleted the key %s", key.text);
    tb_reply_nil(call);
    return true;
}

/* ---- revoke_key {key, reason?} ---- */

struct revocation {
    const struct tb_key_secret *secret;
    enum pgp_reason reason;
    struct pgp_data *armored;
};

static bool make_revoked(struct enclave_change *change, struct tb_bytes known,
                         struct pgp_data *ret_new, struct enclave_failure *ret_failure)
{
    const struct revocation *revocation = change->data;
    const struct pgp_own own = enclave_own_of(revocation->secret);
    struct pgp *pgp = change->enclave->pgp;
    struct pgp_certificate revoked;
    int r = pgp_revoke(pgp, &own, known, revocation->reason, &revoked, revocation->armored);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    *ret_new = revoked.data;
    return true;
}

static bool revoke(struct enclave *enclave, const struct tb_fingerprint *key,
                   enum pgp_reason reason, struct pgp_data *ret_revocation,
                   struct enclave_failure *ret_failure)
{
    struct revocation revocation = {.reason = reason, .armored = ret_revocation};
    struct enclave_change change = {.make = make_revoked, .enclave = enclave, .data = &revocation};
    return enclave_unlocked_find(&enclave->unlocked, key, &revocation.secret, ret_failure) &&
           enclave_change(&change, key, ret_failure);
}

bool enclave_revoke_key(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const char *const reasons[] = {[PGP_REASON_NONE] = "none",
                                          [PGP_SUPERSEDED] = "superseded",
                                          [PGP_COMPROMISED] = "compromised",
                                          [PGP_RETIRED] = "retired"};
    tb_cleanup(pgp_data_deinit) struct pgp_data revocation = {0};
    struct tb_fingerprint key;
    size_t reason = PGP_REASON_NONE;
    if (!enclave_arg_key(call, &key) ||
        !tb_arg_choice(call, call->args, "reason", TB_OPTIONAL, reasons, TB_ARRAY_LEN(reasons),
                       &reason) ||
        !enclave_scope_key(enclave_scope_of(call), &key, ret_failure) ||
        !revoke(enclave_of(call), &key, (enum pgp_reason)reason, &revocation, ret_failure))
        return false;
    tb_reply_note(call, "revoked the key %s: %s", key.text, reasons[reason]);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "revocation", pgp_data_bytes(&revocation));
    return true;
}

/* ---- export_public_key {key, armor?} ---- */

static bool reply_armored(struct tb_call *call, struct tb_bytes certificate,
                          struct enclave_failure *ret_failure)
{
    tb_cleanup(pgp_data_deinit) struct pgp_data armored = {0};
    struct pgp *pgp = enclave_of(call)->pgp;
    int r = pgp_armor_key(pgp, certificate, &armored);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "armored", pgp_data_bytes(&armored));
    return true;
}

bool enclave_export_public_key(struct tb_call *call, struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate certificate = {0};
    struct tb_keystore *keystore = enclave_of(call)->keystore;
    struct tb_fingerprint key;
    bool armor = true;
    if (!enclave_arg_key(call, &key) ||
        !tb_arg_bool(call, call->args, "armor", TB_OPTIONAL, &armor) ||
        !enclave_scope_key(enclave_scope_of(call), &key, ret_failure))
        return false;
    int r = tb_keystore_certificate(keystore, &key, &certificate);
    if (r != 0)
        return enclave_fail_stored(ret_failure, keystore, r, &key);
    struct tb_bytes bytes = tb_bytes_of(certificate.data, certificate.n);
    if (armor)
        return reply_armored(call, bytes, ret_failure);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "data");
    tb_pack_bin(packer, bytes);
    return true;
}
