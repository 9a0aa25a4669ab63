#include "plugins/enclave/pgp/description.h"

#include "plugins/enclave/pgp/shown.h"
#include "plugins/enclave/pgp/usable.h"

#include <stdio.h>

static int add_part(void *data, rnp_key_handle_t part)
{
    struct pgp_key *key = data;
    tb_cleanup(pgp_end_text) char *id = NULL;
    if (key->n_key_ids == PGP_KEY_IDS_MAX)
        return PGP_TOO_LARGE;
    if (rnp_key_get_keyid(part, &id) != RNP_SUCCESS || strlen(id) != PGP_KEY_ID_SIZE - 1)
        return PGP_BAD_KEY;
    key->signs[key->n_key_ids] = pgp_may_sign(part);
    memcpy(key->key_ids[key->n_key_ids++], id, PGP_KEY_ID_SIZE);
    return 0;
}

/* librnp has one for valid if the key signed it, that signature is not over, and it is not revoked;
 * a photo is none. */
static bool counts(rnp_uid_handle_t uid)
{
    bool is_valid = false;
    uint32_t type = 0;
    return rnp_uid_get_type(uid, &type) == RNP_SUCCESS && type == RNP_USER_ID &&
           rnp_uid_is_valid(uid, &is_valid) == RNP_SUCCESS && is_valid;
}

static bool show(rnp_uid_handle_t uid, char ret_text[static PGP_USER_ID_SIZE])
{
    void *data = NULL;
    size_t n = 0;
    if (rnp_uid_get_data(uid, &data, &n) != RNP_SUCCESS)
        return false;
    pgp_show(tb_bytes_of(data, n), PGP_USER_ID_MAX, ret_text, PGP_USER_ID_SIZE);
    rnp_buffer_destroy(data);
    return true;
}

static void swap_to_front(struct pgp_key *key, size_t i)
{
    char first[PGP_USER_ID_SIZE];
    memcpy(first, key->user_ids[0], sizeof first);
    memcpy(key->user_ids[0], key->user_ids[i], sizeof first);
    memcpy(key->user_ids[i], first, sizeof first);
}

static void add_user_ids(rnp_key_handle_t primary, struct pgp_key *key)
{
    size_t n = 0;
    bool has_primary = false;
    (void)rnp_key_get_uid_count(primary, &n);
    for (size_t i = 0; i < n && key->n_user_ids < PGP_USER_IDS_MAX; i++) {
        tb_cleanup(pgp_end_uid) rnp_uid_handle_t uid = NULL;
        bool is_primary = false;
        if (rnp_key_get_uid_handle_at(primary, i, &uid) != RNP_SUCCESS || !counts(uid) ||
            !show(uid, key->user_ids[key->n_user_ids]))
            continue;
        (void)rnp_uid_is_primary(uid, &is_primary);
        if (is_primary && !has_primary)
            swap_to_front(key, key->n_user_ids);
        has_primary = has_primary || is_primary;
        key->n_user_ids++;
    }
}

static void name_curve(const char *curve, char *ret_name, size_t cap)
{
    static const char *const names[][2] = {
        {"Ed25519", "ed25519"}, {"NIST P-256", "p256"},     {"NIST P-384", "p384"},
        {"NIST P-521", "p521"}, {"secp256k1", "secp256k1"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(names); i++)
        if (strcmp(curve, names[i][0]) == 0)
            curve = names[i][1];
    (void)snprintf(ret_name, cap, "%s", curve);
}

static int name_algorithm(rnp_key_handle_t primary, struct pgp_key *key)
{
    tb_cleanup(pgp_end_text) char *algorithm = NULL;
    tb_cleanup(pgp_end_text) char *curve = NULL;
    uint32_t bits = 0;
    if (rnp_key_get_alg(primary, &algorithm) != RNP_SUCCESS)
        return PGP_UNSUPPORTED;
    if (rnp_key_get_curve(primary, &curve) == RNP_SUCCESS && curve) {
        name_curve(curve, key->algorithm, sizeof key->algorithm);
        return PGP_OK;
    }
    (void)rnp_key_get_bits(primary, &bits);
    const char *name = strcmp(algorithm, RNP_ALGNAME_RSA) == 0   ? "rsa"
                       : strcmp(algorithm, RNP_ALGNAME_DSA) == 0 ? "dsa"
                                                                 : "other";
    (void)snprintf(key->algorithm, sizeof key->algorithm, "%s%u", name, bits);
    return PGP_OK;
}

static bool can(struct pgp *pgp, rnp_key_handle_t primary, enum pgp_use use)
{
    tb_cleanup(pgp_end_key) rnp_key_handle_t part = NULL;
    return pgp_usable(pgp, primary, use, &part) == PGP_OK;
}

/* What it can do is asked last: that leaves a culprit behind, which is nobody's fault here. */
static void add_state(struct pgp *pgp, rnp_key_handle_t primary, struct pgp_key *key)
{
    uint32_t created = 0;
    (void)rnp_key_get_creation(primary, &created);
    key->created = created;
    key->expires = pgp_expiry(primary);
    key->expired = pgp_is_expired(pgp, primary);
    key->revoked = pgp_is_revoked(primary);
    (void)rnp_key_have_secret(primary, &key->secret);
    key->can_sign = can(pgp, primary, PGP_USE_SIGN);
    key->can_encrypt = can(pgp, primary, PGP_USE_ENCRYPT);
    pgp->culprit[0] = '\0';
}

int pgp_describe(struct pgp *pgp, rnp_key_handle_t primary, struct pgp_key *ret_key)
{
    struct pgp_key key = {0};
    tb_cleanup(pgp_end_text) char *fingerprint = NULL;
    int state = pgp_key_state(pgp, primary);
    if (state == PGP_BAD_KEY || rnp_key_get_fprint(primary, &fingerprint) != RNP_SUCCESS)
        return pgp_blame(pgp, primary, PGP_BAD_KEY);
    if (strlen(fingerprint) != PGP_FINGERPRINT_SIZE - 1)
        return PGP_UNSUPPORTED;
    memcpy(key.fingerprint, fingerprint, PGP_FINGERPRINT_SIZE);
    int result = pgp_each_part(primary, add_part, &key);
    result = result ? result : name_algorithm(primary, &key);
    if (result)
        return pgp_blame(pgp, primary, result);
    add_user_ids(primary, &key);
    add_state(pgp, primary, &key);
    *ret_key = key;
    return PGP_OK;
}

void pgp_primary_user_id(rnp_key_handle_t primary, char ret_user_id[static PGP_USER_ID_SIZE])
{
    tb_cleanup(pgp_end_text) char *user_id = NULL;
    ret_user_id[0] = '\0';
    if (rnp_key_get_primary_uid(primary, &user_id) == RNP_SUCCESS && user_id)
        pgp_show(tb_bytes_of_string(user_id), PGP_USER_ID_MAX, ret_user_id, PGP_USER_ID_SIZE);
}

int pgp_take_certificate(struct pgp *pgp, rnp_key_handle_t primary,
                         struct pgp_certificate *ret_certificate)
{
    struct pgp_certificate certificate = {0};
    int result = pgp_describe(pgp, primary, &certificate.key);
    result = result ? result : pgp_export_public(primary, &certificate.data);
    if (!result)
        *ret_certificate = certificate;
    return result;
}
