/*
 * export_key {key, purpose?}: a secret key for gpg or sq. The host asks for its passphrase, whether
 * it is unlocked or not, and by that passphrase it is protected outside.
 */
#include "plugins/enclave/args.h"
#include "plugins/enclave/job.h"
#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/own.h"
#include "plugins/enclave/pgp/secret.h"
#include "plugins/enclave/salt.h"

#include <sodium.h>

static bool check_export(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = job->enclave->keystore;
    struct tb_key_mark mark;
    if (!enclave_scope_key(job->scope, &job->key, ret_failure))
        return false;
    int r = tb_keystore_key_mark(keystore, &job->key, &mark);
    return r == 0 || enclave_fail_secret(ret_failure, keystore, r, &job->key);
}

static bool ask(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = job->enclave->keystore;
    struct enclave_key_info info;
    struct tb_attempts attempts = {0};
    int r = tb_keystore_may_try(keystore, &job->key, &attempts);
    if (r != 0)
        return enclave_fail_attempt(ret_failure, keystore, r, &job->key, &attempts);
    return enclave_key_info_read(job->enclave, &job->key, &info, ret_failure) &&
           enclave_job_ask(job, "To export a secret key: its passphrase.", &info.key, false,
                           ret_failure);
}

/* As a page would: the attempt counts like any other. */
static int open_key(const struct enclave_job *job, struct tb_bytes passphrase,
                    struct tb_attempts *ret_attempts, struct tb_key_secret **ret_secret)
{
    struct tb_keystore *keystore = job->enclave->keystore;
    struct tb_client_hash client;
    uint8_t hash[TB_HASH_SIZE];
    int r = tb_keystore_client_hash(keystore, &job->key, &client);
    if (r == 0)
        r = enclave_hash(passphrase, &client, hash);
    if (r == 0)
        r = tb_keystore_unlock(keystore, &job->key, hash, ret_attempts, ret_secret);
    sodium_memzero(hash, sizeof hash);
    return r;
}

static bool export_key(struct enclave_job *job, struct tb_bytes passphrase,
                       const struct tb_key_secret *secret, struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate certificate = {0};
    struct enclave *enclave = job->enclave;
    const struct pgp_own own = enclave_own_of(secret);
    int r = tb_keystore_certificate(enclave->keystore, &job->key, &certificate);
    if (r != 0)
        return enclave_fail_stored(ret_failure, enclave->keystore, r, &job->key);
    r = pgp_export_secret(enclave->pgp, &own, tb_bytes_of(certificate.data, certificate.n),
                          passphrase, &job->result);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, enclave->pgp, r);
    tb_stream_note(job->stream, "gave out the secret key %s", job->key.text);
    return true;
}

static bool answered(struct enclave_job *job, struct tb_bytes passphrase,
                     struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    struct tb_attempts attempts = {0};
    int r = open_key(job, passphrase, &attempts, &secret);
    if (r == TB_KEYSTORE_WRONG && job->prompt.n_asked < ENCLAVE_PROMPTS_MAX)
        return ask(job, ret_failure);
    if (r != 0)
        return enclave_fail_attempt(ret_failure, job->enclave->keystore, r, &job->key, &attempts);
    return export_key(job, passphrase, secret, ret_failure);
}

static void pack_export(const struct enclave_job *job, struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key_str(packer, "armored", pgp_data_bytes(&job->result));
}

bool enclave_export_key(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {
        .check = check_export, .run = ask, .answered = answered, .pack = pack_export};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    if (!job || !enclave_arg_key(call, &job->key))
        return false;
    job->output = (struct tb_channel){0}; /* a key has room in the result */
    return enclave_job_start(call, &job, ret_failure);
}
