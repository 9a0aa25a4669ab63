/* new_salt and generate_key: a key of one's own, from a passphrase that only the page has seen. */
#include "plugins/enclave/adopt.h"
#include "plugins/enclave/args.h"
#include "plugins/enclave/enclave.h"
#include "plugins/enclave/key_info.h"
#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/pgp/secret.h"
#include "plugins/enclave/salt.h"

#include <sodium.h>

enum { TWO_YEARS_S = 2 * 365 * 24 * 3600 };

bool enclave_new_salt(struct tb_call *call, struct enclave_failure *ret_failure)
{
    if (!enclave_scope_all_keys(enclave_scope_of(call), ret_failure))
        return false;
    const struct enclave_ticket *ticket = enclave_tickets_give(&enclave_of(call)->tickets);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, ENCLAVE_N_SALT + 1);
    tb_pack_key_text(packer, "ticket", ticket->text);
    enclave_pack_salt(packer, &ticket->client);
    return true;
}

/* ---- generate_key {user_id, ticket, hash, algorithm?, expires_s?} ---- */

struct generate {
    struct pgp_generate want;
    struct tb_bytes ticket;
    uint8_t hash[TB_HASH_SIZE];
};

static void generate_wipe(struct generate *generate)
{
    sodium_memzero(generate->hash, sizeof generate->hash);
}

static bool read_generate(struct tb_call *call, struct generate *generate)
{
    static const char *const algorithms[] = {
        [PGP_ED25519] = "ed25519", [PGP_RSA3072] = "rsa3072", [PGP_P256] = "p256"};
    uint64_t expires_s = TWO_YEARS_S;
    size_t algorithm = PGP_ED25519;
    if (!tb_arg_str(call, call->args, "user_id", TB_REQUIRED, &generate->want.user_id) ||
        !tb_arg_str(call, call->args, "ticket", TB_REQUIRED, &generate->ticket) ||
        !tb_arg_choice(call, call->args, "algorithm", TB_OPTIONAL, algorithms,
                       TB_ARRAY_LEN(algorithms), &algorithm) ||
        !tb_arg_uint(call, call->args, "expires_s", TB_OPTIONAL, UINT32_MAX, &expires_s) ||
        !enclave_arg_hash(call, "hash", generate->hash))
        return false;
    generate->want.algorithm = (enum pgp_algorithm)algorithm;
    generate->want.expires_s = (uint32_t)expires_s;
    return true;
}

static bool make(struct enclave *enclave, struct generate *generate,
                 const struct tb_client_hash *client, struct pgp_pair *pair,
                 struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    struct tb_fingerprint fingerprint;
    if (tb_key_secret_new(&secret) != 0)
        return enclave_fail_memory(ret_failure);
    generate->want.inner_passphrase = tb_bytes_of(secret->passphrase, TB_INNER_DIGITS);
    int r = pgp_generate(enclave->pgp, &generate->want, pair);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, enclave->pgp, r);
    const struct enclave_adoption adoption = {
        .client = client, .hash = generate->hash, .trust = TB_TRUST_VERIFIED};
    return enclave_adopt(enclave, &adoption, pair, &secret, &fingerprint, ret_failure);
}

static bool answer(struct tb_call *call, const struct pgp_pair *pair,
                   struct enclave_failure *ret_failure)
{
    tb_cleanup(pgp_data_deinit) struct pgp_data armored = {0};
    struct pgp *pgp = enclave_of(call)->pgp;
    int r = pgp_armor_key(pgp, pgp_data_bytes(&pair->certificate), &armored);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    const struct enclave_key_info info = {
        .key = pair->key, .secret = true, .trust = TB_TRUST_VERIFIED};
    tb_reply_note(call, "made the key %s", pair->key.fingerprint);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, ENCLAVE_N_KEY_INFO + 2);
    enclave_pack_key_info(packer, &info);
    tb_pack_key_str(packer, "public_key", pgp_data_bytes(&armored));
    tb_pack_key_str(packer, "revocation", pgp_data_bytes(&pair->revocation));
    return true;
}

/* The ticket is used up by a try, whatever comes of it: it was for one passphrase. */
bool enclave_generate_key(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct enclave *enclave = enclave_of(call);
    tb_cleanup(generate_wipe) struct generate generate = {0};
    tb_cleanup(pgp_pair_deinit) struct pgp_pair pair = {0};
    struct tb_client_hash client;
    if (!read_generate(call, &generate) ||
        !enclave_scope_all_keys(enclave_scope_of(call), ret_failure))
        return false;
    if (!enclave_tickets_take(&enclave->tickets, generate.ticket, &client))
        return enclave_fail(ret_failure, ENCLAVE_NO_TICKET,
                            "not a ticket of new_salt, or used already: each is for one try");
    return make(enclave, &generate, &client, &pair, ret_failure) &&
           answer(call, &pair, ret_failure);
}
