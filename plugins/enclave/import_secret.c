/*
 * import_key {text | body, purpose?}: a secret key of gpg or sq. The host asks for the passphrase
 * that its file is protected by, or for a new one where it is not; from then on the hash that a
 * page makes of the same passphrase unlocks it here.
 */
#include "plugins/enclave/adopt.h"
#include "plugins/enclave/job.h"
#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/salt.h"

#include <sodium.h>
#include <stdlib.h>

static bool check_import(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    return enclave_scope_all_keys(job->scope, ret_failure);
}

static bool check_key(const struct enclave_job *job, const struct pgp_key *key,
                      struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = job->enclave->keystore;
    struct tb_fingerprint fingerprint;
    struct tb_key_mark mark;
    if (!tb_fingerprint_read(tb_bytes_of_string(key->fingerprint), &fingerprint))
        return enclave_fail(ret_failure, ENCLAVE_UNSUPPORTED,
                            "a key whose fingerprint has not 40 digits");
    if (!enclave_scope_key(job->scope, &fingerprint, ret_failure))
        return false;
    int r = tb_keystore_key_mark(keystore, &fingerprint, &mark);
    if (r == TB_KEYSTORE_NONE)
        return true;
    return enclave_fail_stored(ret_failure, keystore, r == 0 ? TB_KEYSTORE_EXISTS : r,
                               &fingerprint);
}

static bool ask(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    struct pgp *pgp = job->enclave->pgp;
    struct pgp_key key;
    bool is_protected;
    int r = pgp_look_at_secret(pgp, enclave_block_bytes(&job->content), &key, &is_protected);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    if (!check_key(job, &key, ret_failure))
        return false;
    const char *wanted = is_protected ? "To import a secret key: its passphrase."
                                      : "To import a secret key: a new passphrase for it.";
    return enclave_job_ask(job, wanted, &key, !is_protected, ret_failure);
}

static bool adopt(struct enclave_job *job, const struct pgp_pair *pair, struct tb_bytes passphrase,
                  struct tb_key_secret **secret, struct enclave_failure *ret_failure)
{
    uint8_t hash[TB_HASH_SIZE];
    struct tb_fingerprint fingerprint;
    const struct tb_client_hash client = tb_client_hash_new();
    const struct enclave_adoption adoption = {
        .client = &client, .hash = hash, .trust = TB_TRUST_VERIFIED};
    if (enclave_hash(passphrase, &client, hash) != 0)
        return enclave_fail_memory(ret_failure);
    bool ok = enclave_adopt(job->enclave, &adoption, pair, secret, &fingerprint, ret_failure);
    sodium_memzero(hash, sizeof hash);
    if (!ok)
        return false;
    tb_stream_note(job->stream, "took in the secret key %s", fingerprint.text);
    job->infos = calloc(1, sizeof *job->infos);
    if (!job->infos)
        return enclave_fail_memory(ret_failure);
    return enclave_key_info_read(job->enclave, &fingerprint, job->infos, ret_failure);
}

static bool answered(struct enclave_job *job, struct tb_bytes passphrase,
                     struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(pgp_pair_deinit) struct pgp_pair pair = {0};
    if (tb_key_secret_new(&secret) != 0)
        return enclave_fail_memory(ret_failure);
    int r = pgp_import_secret(job->enclave->pgp, enclave_block_bytes(&job->content), passphrase,
                              tb_bytes_of(secret->passphrase, TB_INNER_DIGITS), &pair);
    if (r == PGP_WRONG_PASSPHRASE)
        return ask(job, ret_failure);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, job->enclave->pgp, r);
    return adopt(job, &pair, passphrase, &secret, ret_failure);
}

static void pack_import(const struct enclave_job *job, struct tb_packer *packer)
{
    tb_pack_map(packer, ENCLAVE_N_KEY_INFO);
    enclave_pack_key_info(packer, job->infos);
}

bool enclave_import_key(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {.content_max = PGP_KEY_INPUT_MAX,
                                             .check = check_import,
                                             .run = ask,
                                             .answered = answered,
                                             .pack = pack_import};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    return job && enclave_job_start(call, &job, ret_failure);
}
