/*
 * import_public_key {text | body}: certificates of others, newer copies of known ones, and
 * revocation certificates of keys that are here.
 */
#include "plugins/enclave/job.h"
#include "plugins/enclave/keyring.h"
#include "plugins/enclave/merge.h"
#include "plugins/enclave/openpgp.h"

#include <stdlib.h>

static bool check_import(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    return enclave_scope_all_keys(job->scope, ret_failure);
}

static bool tell(struct enclave_job *job, const struct tb_fingerprint *fingerprint,
                 struct enclave_failure *ret_failure)
{
    return enclave_key_info_read(job->enclave, fingerprint, &job->infos[job->n_infos++],
                                 ret_failure);
}

static bool room_for(struct enclave_job *job, size_t n, struct enclave_failure *ret_failure)
{
    job->infos = calloc(n, sizeof *job->infos);
    return job->infos || enclave_fail_memory(ret_failure);
}

/* ---- certificates ---- */

static bool import_one(struct enclave_job *job, const struct pgp_certificate *certificate,
                       struct enclave_failure *ret_failure)
{
    struct tb_fingerprint fingerprint;
    tb_assert(tb_fingerprint_read(tb_bytes_of_string(certificate->key.fingerprint), &fingerprint));
    return enclave_merge_into(job->enclave, &fingerprint, pgp_data_bytes(&certificate->data),
                              ret_failure) &&
           tell(job, &fingerprint, ret_failure);
}

/* All of them, before the first is stored. */
static bool check_scope(const struct enclave_job *job, const struct pgp_certificates *certificates,
                        struct enclave_failure *ret_failure)
{
    struct tb_fingerprint fingerprint;
    for (size_t i = 0; i < certificates->n; i++) {
        const struct pgp_key *key = &certificates->list[i].key;
        if (!tb_fingerprint_read(tb_bytes_of_string(key->fingerprint), &fingerprint))
            return enclave_fail(ret_failure, ENCLAVE_UNSUPPORTED,
                                "a key whose fingerprint has not 40 digits");
        if (!enclave_scope_key(job->scope, &fingerprint, ret_failure))
            return false;
    }
    return true;
}

static bool import_all(struct enclave_job *job, const struct pgp_certificates *certificates,
                       struct enclave_failure *ret_failure)
{
    if (!check_scope(job, certificates, ret_failure) ||
        !room_for(job, certificates->n, ret_failure))
        return false;
    for (size_t i = 0; i < certificates->n; i++)
        if (!import_one(job, &certificates->list[i], ret_failure))
            return false;
    tb_stream_note(job->stream, "took in %zu certificates, the first is %s", certificates->n,
                   certificates->list[0].key.fingerprint);
    return true;
}

/* ---- a revocation ---- */

static bool make_revoked(struct enclave_change *change, struct tb_bytes known,
                         struct pgp_data *ret_new, struct enclave_failure *ret_failure)
{
    const struct enclave_job *job = change->data;
    struct pgp *pgp = change->enclave->pgp;
    struct pgp_certificate revoked;
    int r = pgp_apply_revocation(pgp, known, enclave_block_bytes(&job->content), &revoked);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, pgp, r);
    *ret_new = revoked.data;
    return true;
}

static bool revoke(struct enclave_job *job, struct enclave_keyring *keyring, const char *key_id,
                   struct enclave_failure *ret_failure)
{
    struct enclave_change change = {.make = make_revoked, .enclave = job->enclave, .data = job};
    struct tb_fingerprint fingerprint;
    if (!enclave_keyring_find(keyring, key_id, &fingerprint))
        return enclave_fail(ret_failure, ENCLAVE_NO_SUCH_KEY,
                            "a revocation of the key %.16s, which is not here", key_id);
    tb_stream_note(job->stream, "took in a revocation of %s", fingerprint.text);
    return room_for(job, 1, ret_failure) && enclave_change(&change, &fingerprint, ret_failure) &&
           tell(job, &fingerprint, ret_failure);
}

static bool import_revocation(struct enclave_job *job, const char *key_id,
                              struct enclave_failure *ret_failure)
{
    tb_cleanup(enclave_keyring_free) struct enclave_keyring *keyring =
        enclave_keyring_new(job->enclave, job->scope);
    return keyring ? revoke(job, keyring, key_id, ret_failure) : enclave_fail_memory(ret_failure);
}

/* ---- either ---- */

static bool run_import(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    tb_cleanup(pgp_certificates_deinit) struct pgp_certificates certificates = {0};
    char key_id[PGP_KEY_ID_SIZE];
    struct tb_bytes content = enclave_block_bytes(&job->content);
    if (pgp_revocation_issuer(content, key_id) == 0)
        return import_revocation(job, key_id, ret_failure);
    int r = pgp_read_keys(job->enclave->pgp, content, &certificates);
    if (r != 0)
        return enclave_fail_openpgp(ret_failure, job->enclave->pgp, r);
    return import_all(job, &certificates, ret_failure);
}

static void pack_import(const struct enclave_job *job, struct tb_packer *packer)
{
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "keys");
    tb_pack_array(packer, job->n_infos);
    for (size_t i = 0; i < job->n_infos; i++) {
        tb_pack_map(packer, ENCLAVE_N_KEY_INFO);
        enclave_pack_key_info(packer, &job->infos[i]);
    }
}

bool enclave_import_public_key(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {.content_max = PGP_KEY_INPUT_MAX,
                                             .check = check_import,
                                             .run = run_import,
                                             .pack = pack_import};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    return job && enclave_job_start(call, &job, ret_failure);
}
