#include "plugins/enclave/pgp/signatures.h"

#include "plugins/enclave/pgp/description.h"
#include "plugins/enclave/pgp/usable.h"

const char *pgp_status_word(enum pgp_status status)
{
    static const char *const names[] = {
        [PGP_SIGNATURE_VALID] = "valid",
        [PGP_SIGNATURE_UNKNOWN_KEY] = "unknown-key",
        [PGP_SIGNATURE_BAD] = "bad",
        [PGP_SIGNATURE_EXPIRED] = "expired",
        [PGP_SIGNATURE_KEY_EXPIRED] = "key-expired",
        [PGP_SIGNATURE_KEY_REVOKED] = "key-revoked",
        [PGP_SIGNATURE_UNSUPPORTED] = "unsupported",
    };
    tb_assert(status < TB_ARRAY_LEN(names));
    return names[status];
}

void pgp_opened_deinit(struct pgp_opened *opened)
{
    pgp_data_deinit(&opened->data);
    *opened = (struct pgp_opened){0};
}

static void read_times(rnp_op_verify_signature_t from, struct pgp_signature *signature)
{
    uint32_t created = 0;
    uint32_t lasts = 0;
    (void)rnp_op_verify_signature_get_times(from, &created, &lasts);
    signature->created = created;
    signature->expires = lasts == 0 ? 0 : (uint64_t)created + lasts;
}

static void copy(const char *from, char *to, size_t size)
{
    if (from && strlen(from) == size - 1)
        memcpy(to, from, size);
}

/* librnp 0.16 leaves a handle behind that it has freed, where it cannot make one. */
static rnp_signature_handle_t handle_of(rnp_op_verify_signature_t from)
{
    rnp_signature_handle_t handle = NULL;
    return rnp_op_verify_signature_get_handle(from, &handle) == RNP_SUCCESS ? handle : NULL;
}

/* The key that the signature names. librnp looks for it by its 64-bit id alone: one of another
 * fingerprint is not it. */
static bool find_signer(rnp_op_verify_signature_t from, struct pgp_signature *signature,
                        rnp_key_handle_t *ret_key)
{
    tb_cleanup(pgp_end_signature) rnp_signature_handle_t handle = handle_of(from);
    tb_cleanup(pgp_end_text) char *key_id = NULL;
    tb_cleanup(pgp_end_text) char *named = NULL;
    tb_cleanup(pgp_end_text) char *actual = NULL;
    if (!handle || rnp_signature_get_keyid(handle, &key_id) != RNP_SUCCESS || !key_id)
        return false;
    copy(key_id, signature->key_id, sizeof signature->key_id);
    if (rnp_op_verify_signature_get_key(from, ret_key) != RNP_SUCCESS || !*ret_key)
        return false;
    bool is_named =
        rnp_signature_get_key_fprint(handle, &named) == RNP_SUCCESS && named && named[0];
    return !is_named ||
           (rnp_key_get_fprint(*ret_key, &actual) == RNP_SUCCESS && strcmp(named, actual) == 0);
}

static int find_primary(struct pgp *pgp, rnp_key_handle_t key, rnp_key_handle_t *ret_primary)
{
    tb_cleanup(pgp_end_text) char *fingerprint = NULL;
    bool is_primary = false;
    if (rnp_key_is_primary(key, &is_primary) != RNP_SUCCESS)
        return PGP_BAD_KEY;
    rnp_result_t result = is_primary ? rnp_key_get_fprint(key, &fingerprint)
                                     : rnp_key_get_primary_fprint(key, &fingerprint);
    if (result != RNP_SUCCESS || !fingerprint)
        return PGP_BAD_KEY;
    return pgp_find(pgp, "fingerprint", fingerprint, ret_primary);
}

/* Hashes that librnp has for broken, so that it does not look at the rest. */
static bool is_weak(rnp_op_verify_signature_t from)
{
    tb_cleanup(pgp_end_text) char *hash = NULL;
    return rnp_op_verify_signature_get_hash(from, &hash) == RNP_SUCCESS && hash &&
           (strcmp(hash, RNP_ALGNAME_MD5) == 0 || strcmp(hash, RNP_ALGNAME_SHA1) == 0 ||
            strcmp(hash, RNP_ALGNAME_RIPEMD160) == 0);
}

/*
 * What is wrong with the key comes first. librnp does not tell whether a signature by an expired or
 * revoked key is otherwise good, and it would not matter: a thief of the key dates signatures back
 * as he likes, so one by a revoked key counts for nothing, whatever time it says, and one by a key
 * that is over by now counts no more than the key does.
 */
static enum pgp_status judge(struct pgp *pgp, rnp_op_verify_signature_t from, rnp_key_handle_t key,
                             rnp_key_handle_t primary)
{
    rnp_result_t said = rnp_op_verify_signature_get_status(from);
    if (pgp_is_revoked(key) || pgp_is_revoked(primary))
        return PGP_SIGNATURE_KEY_REVOKED;
    if (pgp_is_expired(pgp, key) || pgp_is_expired(pgp, primary))
        return PGP_SIGNATURE_KEY_EXPIRED;
    if (!pgp_may_sign(key))
        return PGP_SIGNATURE_BAD;
    if (said == RNP_SUCCESS)
        return PGP_SIGNATURE_VALID;
    if (said == RNP_ERROR_SIGNATURE_EXPIRED) /* or not begun */
        return PGP_SIGNATURE_EXPIRED;
    return is_weak(from) ? PGP_SIGNATURE_UNSUPPORTED : PGP_SIGNATURE_BAD;
}

static void read_one(struct pgp *pgp, rnp_op_verify_signature_t from,
                     struct pgp_signature *signature)
{
    tb_cleanup(pgp_end_key) rnp_key_handle_t key = NULL;
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    tb_cleanup(pgp_end_text) char *fingerprint = NULL;
    read_times(from, signature);
    bool is_found = find_signer(from, signature, &key);
    rnp_result_t said = rnp_op_verify_signature_get_status(from);
    if (said == RNP_ERROR_SIGNATURE_UNKNOWN) {
        signature->status = PGP_SIGNATURE_UNSUPPORTED;
        return;
    }
    signature->status = PGP_SIGNATURE_UNKNOWN_KEY;
    if (said == RNP_ERROR_KEY_NOT_FOUND || !is_found || find_primary(pgp, key, &primary))
        return;
    if (rnp_key_get_fprint(primary, &fingerprint) == RNP_SUCCESS)
        copy(fingerprint, signature->fingerprint, sizeof signature->fingerprint);
    pgp_primary_user_id(primary, signature->user_id);
    signature->status = judge(pgp, from, key, primary);
}

int pgp_signatures_read(struct pgp *pgp, rnp_op_verify_t op, rnp_result_t said,
                        struct pgp_opened *opened)
{
    size_t n = 0;
    if (rnp_op_verify_get_signature_count(op, &n) != RNP_SUCCESS || n > PGP_SIGNATURES_MAX)
        return PGP_TOO_LARGE;
    bool all_valid = true;
    for (size_t i = 0; i < n; i++) {
        rnp_op_verify_signature_t from = NULL;
        if (rnp_op_verify_get_signature_at(op, i, &from) != RNP_SUCCESS)
            return PGP_CORRUPT;
        read_one(pgp, from, &opened->signatures[i]);
        all_valid = all_valid && opened->signatures[i].status == PGP_SIGNATURE_VALID;
    }
    if (n > 0 && all_valid && said != RNP_SUCCESS)
        return PGP_UNSUPPORTED;
    opened->n_signatures = n;
    opened->valid = n > 0 && all_valid;
    return PGP_OK;
}
