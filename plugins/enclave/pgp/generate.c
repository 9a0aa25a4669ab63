#include "plugins/enclave/pgp/own.h"

#include "base/escape.h"

/* The primary key signs and certifies, the subkey is what others encrypt to: a subkey can be
 * replaced without becoming somebody else. */
struct recipe {
    const char *name;
    const char *primary;
    const char *primary_curve;
    const char *subkey;
    const char *subkey_curve;
    uint32_t bits;
};

static const struct recipe recipes[] = {
    [PGP_ED25519] = {"ed25519", RNP_ALGNAME_EDDSA, NULL, RNP_ALGNAME_ECDH, "Curve25519", 0},
    [PGP_RSA3072] = {"rsa3072", RNP_ALGNAME_RSA, NULL, RNP_ALGNAME_RSA, NULL, 3072},
    [PGP_P256] = {"p256", RNP_ALGNAME_ECDSA, "NIST P-256", RNP_ALGNAME_ECDH, "NIST P-256", 0},
};

bool pgp_algorithm_read(struct tb_bytes untrusted_name, enum pgp_algorithm *ret_algorithm)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(recipes); i++) {
        if (tb_bytes_are(untrusted_name, recipes[i].name)) {
            *ret_algorithm = (enum pgp_algorithm)i;
            return true;
        }
    }
    return false;
}

void pgp_pair_deinit(struct pgp_pair *pair)
{
    pgp_data_deinit(&pair->certificate);
    pgp_data_deinit(&pair->secret);
    pgp_data_deinit(&pair->revocation);
    *pair = (struct pgp_pair){0};
}

/* What both halves have. They are protected once they are whole. */
static int prepare(rnp_op_generate_t op, const char *curve, uint32_t bits, uint32_t expires_s)
{
    rnp_result_t result = rnp_op_generate_set_expiration(op, expires_s);
    if (result == RNP_SUCCESS && curve)
        result = rnp_op_generate_set_curve(op, curve);
    if (result == RNP_SUCCESS && bits > 0)
        result = rnp_op_generate_set_bits(op, bits);
    if (result == RNP_SUCCESS)
        result = rnp_op_generate_set_hash(op, PGP_HASH);
    return pgp_own_failure(result);
}

static int add_usages(rnp_op_generate_t op, const char *first, const char *second)
{
    rnp_result_t result = rnp_op_generate_add_usage(op, first);
    if (result == RNP_SUCCESS && second)
        result = rnp_op_generate_add_usage(op, second);
    return pgp_own_failure(result);
}

static int finish(rnp_op_generate_t op, rnp_key_handle_t *ret_key)
{
    rnp_result_t result = rnp_op_generate_execute(op);
    if (result == RNP_SUCCESS)
        result = rnp_op_generate_get_key(op, ret_key);
    return pgp_own_failure(result);
}

static int make_primary(struct pgp *pgp, const struct recipe *recipe, const char *user_id,
                        uint32_t expires_s, rnp_key_handle_t *ret_key)
{
    tb_cleanup(pgp_end_generate) rnp_op_generate_t op = NULL;
    int result = pgp_own_failure(rnp_op_generate_create(&op, pgp->ffi, recipe->primary));
    result = result ? result : prepare(op, recipe->primary_curve, recipe->bits, expires_s);
    result = result ? result : add_usages(op, "sign", "certify");
    result = result ? result : pgp_own_failure(rnp_op_generate_set_userid(op, user_id));
    return result ? result : finish(op, ret_key);
}

static int make_subkey(struct pgp *pgp, const struct recipe *recipe, uint32_t expires_s,
                       rnp_key_handle_t primary)
{
    tb_cleanup(pgp_end_generate) rnp_op_generate_t op = NULL;
    tb_cleanup(pgp_end_key) rnp_key_handle_t subkey = NULL;
    int result =
        pgp_own_failure(rnp_op_generate_subkey_create(&op, pgp->ffi, primary, recipe->subkey));
    result = result ? result : prepare(op, recipe->subkey_curve, recipe->bits, expires_s);
    result = result ? result : add_usages(op, "encrypt", NULL);
    return result ? result : finish(op, &subkey);
}

static int check(const struct pgp_generate *want, char ret_user_id[static PGP_NEW_USER_ID_MAX + 1])
{
    struct tb_bytes user_id = want->user_id;
    if (user_id.n == 0 || user_id.n > PGP_NEW_USER_ID_MAX || !tb_is_plain_line(user_id))
        return PGP_BAD_ARGUMENT;
    memcpy(ret_user_id, user_id.data, user_id.n);
    ret_user_id[user_id.n] = '\0';
    return want->algorithm < TB_ARRAY_LEN(recipes) ? PGP_OK : PGP_BAD_ARGUMENT;
}

int pgp_generate(struct pgp *pgp, const struct pgp_generate *want, struct pgp_pair *ret_pair)
{
    char user_id[PGP_NEW_USER_ID_MAX + 1];
    tb_cleanup(pgp_end) struct pgp *use = pgp_begin(pgp);
    tb_cleanup(pgp_end_key) rnp_key_handle_t primary = NULL;
    int result = check(want, user_id);
    result = result ? result : pgp_set_passphrase(use, want->inner_passphrase, PGP_OWN_ASKS);
    if (result)
        return result;
    const struct recipe *recipe = &recipes[want->algorithm];
    result = make_primary(use, recipe, user_id, want->expires_s, &primary);
    result = result ? result : make_subkey(use, recipe, want->expires_s, primary);
    result = result ? result : pgp_protect(primary, want->inner_passphrase, PGP_INNER_S2K);
    return result ? result : pgp_take_pair(use, primary, ret_pair);
}
