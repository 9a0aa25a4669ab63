/*
 * decrypt {text | body, output?, purpose?}: with those of the keys that the message is for, are in
 * the command's scope and unlocked. Keys out of the scope are not there.
 */
#include "plugins/enclave/job.h"
#include "plugins/enclave/keyring.h"
#include "plugins/enclave/openpgp.h"
#include "plugins/enclave/own.h"
#include "plugins/enclave/signatures.h"

/* A message may be for many; each key is tried once. */
struct candidates {
    struct pgp_own own[ENCLAVE_UNLOCKED_MAX];
    struct tb_fingerprint keys[ENCLAVE_UNLOCKED_MAX];
    size_t n;
    struct tb_fingerprint locked; /* one that would do if it were not */
    bool has_locked;
    struct enclave_job *job;
};

static void add(void *data, const struct tb_fingerprint *key)
{
    struct candidates *candidates = data;
    struct enclave *enclave = candidates->job->enclave;
    struct enclave_failure failure;
    const struct tb_key_secret *secret;
    for (size_t i = 0; i < candidates->n; i++)
        if (strcmp(candidates->keys[i].text, key->text) == 0)
            return;
    if (!enclave_unlocked_find(&enclave->unlocked, key, &secret, &failure)) {
        if (failure.reason == ENCLAVE_LOCKED) {
            candidates->locked = *key;
            candidates->has_locked = true;
        }
        return;
    }
    candidates->keys[candidates->n] = *key;
    candidates->own[candidates->n++] = enclave_own_of(secret);
}

static int add_secret_key(void *data, const struct tb_fingerprint *key)
{
    struct candidates *candidates = data;
    if (enclave_scope_has_key(candidates->job->scope, key))
        add(candidates, key);
    return 0;
}

static bool is_hidden(const char *key_id)
{
    return strspn(key_id, "0") == strlen(key_id);
}

static int find_candidates(struct candidates *candidates, struct enclave_keyring *keyring)
{
    struct enclave_job *job = candidates->job;
    struct pgp_recipients recipients;
    bool hidden = false;
    int r = pgp_message_recipients(enclave_block_bytes(&job->content), &recipients);
    if (r != 0)
        return r;
    for (size_t i = 0; i < recipients.n; i++) {
        if (is_hidden(recipients.key_ids[i]))
            hidden = true;
        else
            enclave_keyring_each(keyring, recipients.key_ids[i], add, candidates);
    }
    if (hidden &&
        tb_keystore_each(job->enclave->keystore, TB_FILE_KEY, add_secret_key, candidates) != 0)
        return PGP_NOT_FOR_US;
    return candidates->n > 0 || candidates->has_locked ? PGP_OK : PGP_NOT_FOR_US;
}

static bool check_decrypt(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    return enclave_scope_some_key(job->scope, ret_failure);
}

static bool open_message(struct candidates *candidates, struct enclave_keyring *keyring,
                         struct enclave_failure *ret_failure)
{
    struct enclave_job *job = candidates->job;
    const struct pgp_decrypt want = {.untrusted_message = enclave_block_bytes(&job->content),
                                     .own = candidates->own,
                                     .n_own = candidates->n,
                                     .lookup = enclave_keyring_lookup(keyring)};
    int r = pgp_decrypt(job->enclave->pgp, &want, &job->opened);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, job->enclave->pgp, r);
    enclave_signatures_trust(keyring, &job->opened, job->trust);
    enclave_note_verdict(job->stream, "decrypted", &job->opened);
    job->result = job->opened.data;
    job->opened.data = (struct pgp_data){0};
    return true;
}

static bool run_decrypt(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    tb_cleanup(enclave_keyring_free) struct enclave_keyring *keyring =
        enclave_keyring_new(job->enclave, job->scope);
    struct candidates candidates = {.job = job};
    if (!keyring)
        return enclave_fail_memory(ret_failure);
    int r = find_candidates(&candidates, keyring);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, job->enclave->pgp, r);
    if (candidates.n == 0)
        return enclave_fail(ret_failure, ENCLAVE_LOCKED,
                            "it is for the key %s, which is locked: hash its passphrase with what "
                            "`salt` answers, then call unlock",
                            candidates.locked.text);
    return open_message(&candidates, keyring, ret_failure);
}

static void pack_decrypt(const struct enclave_job *job, struct tb_packer *packer)
{
    tb_pack_map(packer, ENCLAVE_N_VERDICT + 2);
    tb_pack_key_text(packer, "key", job->opened.key);
    enclave_pack_verdict(packer, &job->opened, job->trust);
    enclave_job_pack_bytes(job, false, packer);
}

bool enclave_decrypt(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {.content_max = ENCLAVE_CONTENT_MAX,
                                             .check = check_decrypt,
                                             .run = run_decrypt,
                                             .pack = pack_decrypt};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    return job && enclave_job_start(call, &job, ret_failure);
}
