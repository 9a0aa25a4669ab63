/* sign and verify. */
#include "plugins/enclave/args.h"
#include "plugins/enclave/job.h"
#include "plugins/enclave/keyring.h"
#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/own.h"
#include "plugins/enclave/signatures.h"

/* ---- sign {key, mode, text | body, armor?, output?, purpose?} ---- */

static bool check_sign(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    const struct tb_key_secret *secret;
    return enclave_scope_key(job->scope, &job->key, ret_failure) &&
           enclave_unlocked_find(&job->enclave->unlocked, &job->key, &secret, ret_failure);
}

static bool run_sign(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    tb_cleanup(tb_certificate_deinit) struct tb_certificate certificate = {0};
    struct enclave *enclave = job->enclave;
    const struct tb_key_secret *secret;
    if (!enclave_unlocked_find(&enclave->unlocked, &job->key, &secret, ret_failure))
        return false;
    int r = tb_keystore_certificate(enclave->keystore, &job->key, &certificate);
    if (r != 0)
        return enclave_fail_stored(ret_failure, enclave->keystore, r, &job->key);
    const struct pgp_signer signer = {.own = enclave_own_of(secret),
                                      .certificate = tb_bytes_of(certificate.data, certificate.n)};
    const struct pgp_sign want = {.data = enclave_block_bytes(&job->content),
                                  .signer = &signer,
                                  .mode = job->mode,
                                  .armor = job->armor};
    r = pgp_sign(enclave->pgp, &want, &job->result);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, enclave->pgp, r);
    tb_stream_note(job->stream, "signed with %s", job->key.text);
    return true;
}

static void pack_sign(const struct enclave_job *job, struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    enclave_job_pack_bytes(job, job->armor || job->mode == PGP_CLEARTEXT, packer);
}

bool enclave_sign(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {.content_max = ENCLAVE_CONTENT_MAX,
                                             .check = check_sign,
                                             .run = run_sign,
                                             .pack = pack_sign};
    static const char *const modes[] = {
        [PGP_INLINE] = "inline", [PGP_CLEARTEXT] = "cleartext", [PGP_DETACHED] = "detached"};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    size_t mode;
    if (!job)
        return false;
    job->armor = true;
    if (!enclave_arg_key(call, &job->key) ||
        !tb_arg_choice(call, call->args, "mode", TB_REQUIRED, modes, TB_ARRAY_LEN(modes), &mode) ||
        !tb_arg_bool(call, call->args, "armor", TB_OPTIONAL, &job->armor))
        return false;
    job->mode = (enum pgp_mode)mode;
    return enclave_job_start(call, &job, ret_failure);
}

/* ---- verify {text | body, signature?, output?} ---- */

/* Keys that the scope does not hold are unknown ones. */
static bool check_verify(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    return enclave_scope_some_key(job->scope, ret_failure);
}

static bool run_verify(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    tb_cleanup(enclave_keyring_free) struct enclave_keyring *keyring =
        enclave_keyring_new(job->enclave, job->scope);
    if (!keyring)
        return enclave_fail_memory(ret_failure);
    struct pgp *pgp = job->enclave->pgp;
    const struct pgp_lookup lookup = enclave_keyring_lookup(keyring);
    struct tb_bytes content = enclave_block_bytes(&job->content);
    int r = job->has_signature
                ? pgp_verify_detached(pgp, content, enclave_block_bytes(&job->signature), &lookup,
                                      &job->opened)
                : pgp_verify(pgp, content, &lookup, &job->opened);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    enclave_signatures_trust(keyring, &job->opened, job->trust);
    enclave_note_verdict(job->stream, "verified", &job->opened);
    job->result = job->opened.data;
    job->opened.data = (struct pgp_data){0};
    return true;
}

static void pack_verify(const struct enclave_job *job, struct tb_packer *packer)
{
    tb_pack_map(packer, ENCLAVE_N_VERDICT + !job->has_signature);
    enclave_pack_verdict(packer, &job->opened, job->trust);
    if (!job->has_signature)
        enclave_job_pack_bytes(job, false, packer);
}

/* Armored as text, or bytes. */
static bool read_signature(struct tb_call *call, struct enclave_job *job,
                           struct enclave_failure *ret_failure)
{
    const struct tb_value *value = NULL;
    struct tb_bytes signature;
    if (!tb_arg_value(call, call->args, "signature", TB_OPTIONAL, &value))
        return false;
    if (!value)
        return true;
    if (!tb_value_str(value, &signature) &&
        !tb_arg_bytes(call, call->args, "signature", TB_REQUIRED, &signature))
        return false;
    job->has_signature = true;
    return enclave_job_take(&job->signature, signature, PGP_SIGNATURE_INPUT_MAX, ret_failure);
}

bool enclave_verify(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {.content_max = ENCLAVE_CONTENT_MAX,
                                             .check = check_verify,
                                             .run = run_verify,
                                             .pack = pack_verify};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    return job && read_signature(call, job, ret_failure) &&
           enclave_job_start(call, &job, ret_failure);
}
