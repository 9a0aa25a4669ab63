/* encrypt {to, sign_with?, text | body, armor?, output?, purpose?} */
#include "plugins/enclave/args.h"
#include "plugins/enclave/job.h"
#include "plugins/enclave/keyring.h"
#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/own.h"

struct encryption {
    struct enclave_keyring *keyring;
    struct tb_bytes to[ENCLAVE_RECIPIENTS_MAX];
    struct pgp_signer signer;
};

static void encryption_deinit(struct encryption *encryption)
{
    enclave_keyring_free(&encryption->keyring);
}

static bool check_scope(const struct enclave_job *job, struct enclave_failure *ret_failure)
{
    for (size_t i = 0; i < job->n_to; i++)
        if (!enclave_scope_key(job->scope, &job->to[i], ret_failure))
            return false;
    return !job->has_key || enclave_scope_key(job->scope, &job->key, ret_failure);
}

static bool load_recipients(const struct enclave_job *job, struct encryption *encryption,
                            struct enclave_failure *ret_failure)
{
    enum tb_trust trust;
    encryption->keyring = enclave_keyring_new(job->enclave, job->scope);
    if (!encryption->keyring)
        return enclave_fail_memory(ret_failure);
    for (size_t i = 0; i < job->n_to; i++)
        if (!enclave_keyring_certificate(encryption->keyring, &job->to[i], &encryption->to[i],
                                         &trust, ret_failure))
            return false;
    return true;
}

static bool load_signer(const struct enclave_job *job, struct encryption *encryption,
                        struct enclave_failure *ret_failure)
{
    const struct tb_key_secret *secret;
    enum tb_trust trust;
    if (!enclave_unlocked_find(&job->enclave->unlocked, &job->key, &secret, ret_failure))
        return false;
    encryption->signer.own = enclave_own_of(secret);
    return enclave_keyring_certificate(encryption->keyring, &job->key,
                                       &encryption->signer.certificate, &trust, ret_failure);
}

static bool load(const struct enclave_job *job, struct encryption *encryption,
                 struct enclave_failure *ret_failure)
{
    return check_scope(job, ret_failure) && load_recipients(job, encryption, ret_failure) &&
           (!job->has_key || load_signer(job, encryption, ret_failure));
}

static bool check_encrypt(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    tb_cleanup(encryption_deinit) struct encryption encryption = {0};
    return load(job, &encryption, ret_failure);
}

static bool run_encrypt(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    tb_cleanup(encryption_deinit) struct encryption encryption = {0};
    if (!load(job, &encryption, ret_failure))
        return false;
    const struct pgp_encrypt want = {.data = enclave_block_bytes(&job->content),
                                     .to = encryption.to,
                                     .n_to = job->n_to,
                                     .signer = job->has_key ? &encryption.signer : NULL,
                                     .armor = job->armor};
    int r = pgp_encrypt(job->enclave->pgp, &want, &job->result);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, job->enclave->pgp, r);
    tb_stream_note(job->stream, "encrypted to %zu keys, %s%s", job->n_to,
                   job->has_key ? "signed with " : "unsigned", job->has_key ? job->key.text : "");
    return true;
}

static void pack_encrypt(const struct enclave_job *job, struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    enclave_job_pack_bytes(job, job->armor, packer);
}

/* Whoever is named twice gets one copy of the message's key. */
static void drop_doubles(struct enclave_job *job)
{
    size_t n = 0;
    for (size_t i = 0; i < job->n_to; i++) {
        size_t k = 0;
        while (k < n && strcmp(job->to[k].text, job->to[i].text) != 0)
            k++;
        if (k == n)
            job->to[n++] = job->to[i];
    }
    job->n_to = n;
}

bool enclave_encrypt(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {.content_max = ENCLAVE_CONTENT_MAX,
                                             .check = check_encrypt,
                                             .run = run_encrypt,
                                             .pack = pack_encrypt};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    if (!job)
        return false;
    job->armor = true;
    if (!enclave_arg_fingerprints(call, "to", ENCLAVE_RECIPIENTS_MAX, job->to, &job->n_to) ||
        !enclave_arg_fingerprint(call, "sign_with", TB_OPTIONAL, &job->key, &job->has_key) ||
        !tb_arg_bool(call, call->args, "armor", TB_OPTIONAL, &job->armor))
        return false;
    drop_doubles(job);
    return enclave_job_start(call, &job, ret_failure);
}
