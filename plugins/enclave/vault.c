/*
 * vault_put, vault_get, vault_list and vault_delete: values of a key's vault, under names that the
 * scope holds. The key must be in the scope too, and unlocked.
 */
#include "keystore/vault.h"

#include "keystore/guarded.h"
#include "plugins/enclave/args.h"
#include "plugins/enclave/job.h"

/* ---- what all but vault_list name ---- */

struct value_name {
    struct tb_fingerprint key;
    struct tb_bytes name;
};

static bool read_name(struct tb_call *call, struct value_name *ret_value)
{
    return enclave_arg_key(call, &ret_value->key) &&
           tb_arg_str(call, call->args, "name", TB_REQUIRED, &ret_value->name);
}

static bool open_vault(struct enclave *enclave, const struct tb_plugin_scope *scope,
                       const struct value_name *value, const struct tb_key_secret **ret_secret,
                       struct enclave_failure *ret_failure)
{
    return enclave_scope_key(scope, &value->key, ret_failure) &&
           enclave_scope_value(scope, value->name, ret_failure) &&
           enclave_unlocked_find(&enclave->unlocked, &value->key, ret_secret, ret_failure);
}

/* ---- vault_put {key, name, text | body} ---- */

static struct value_name name_of(const struct enclave_job *job)
{
    return (struct value_name){.key = job->key, .name = tb_bytes_of(job->name, job->n_name)};
}

static bool check_put(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    const struct value_name value = name_of(job);
    const struct tb_key_secret *secret;
    return open_vault(job->enclave, job->scope, &value, &secret, ret_failure);
}

static bool run_put(struct enclave_job *job, struct enclave_failure *ret_failure)
{
    const struct value_name value = name_of(job);
    struct tb_keystore *keystore = job->enclave->keystore;
    const struct tb_key_secret *secret;
    if (!open_vault(job->enclave, job->scope, &value, &secret, ret_failure))
        return false;
    int r =
        tb_vault_put(keystore, &value.key, secret, value.name, enclave_block_bytes(&job->content));
    return r == 0 || enclave_fail_value(ret_failure, keystore, r, &value.key);
}

static bool keep_name(const struct value_name *value, struct enclave_job *job,
                      struct enclave_failure *ret_failure)
{
    if (value->name.n > sizeof job->name)
        return enclave_fail_value(ret_failure, job->enclave->keystore, TB_KEYSTORE_INVALID,
                                  &value->key);
    job->key = value->key;
    job->n_name = value->name.n;
    if (value->name.n > 0)
        memcpy(job->name, value->name.data, value->name.n);
    return true;
}

bool enclave_vault_put(struct tb_call *call, struct enclave_failure *ret_failure)
{
    static const struct enclave_work work = {
        .content_max = TB_VALUE_MAX, .check = check_put, .run = run_put};
    tb_cleanup(enclave_job_free) struct enclave_job *job =
        enclave_job_new(call, &work, ret_failure);
    struct value_name value;
    return job && read_name(call, &value) && keep_name(&value, job, ret_failure) &&
           enclave_job_start(call, &job, ret_failure);
}

/* ---- vault_get {key, name, purpose?} ---- */

static void guarded_free(uint8_t **memory)
{
    tb_guarded_free(*memory);
}

bool enclave_vault_get(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct enclave *enclave = enclave_of(call);
    const struct tb_key_secret *secret;
    struct value_name value;
    struct tb_bytes purpose;
    if (!read_name(call, &value) ||
        !tb_arg_str(call, call->args, "purpose", TB_OPTIONAL, &purpose) ||
        !open_vault(enclave, enclave_scope_of(call), &value, &secret, ret_failure))
        return false;
    tb_cleanup(guarded_free) uint8_t *data = NULL;
    size_t n;
    int r = tb_vault_get(enclave->keystore, &value.key, secret, value.name, &data, &n);
    if (r != 0)
        return enclave_fail_value(ret_failure, enclave->keystore, r, &value.key);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 1);
    tb_pack_key(packer, "data");
    tb_pack_bin(packer, tb_bytes_of(data, n));
    return true;
}

/* ---- vault_list {key, prefix?} ---- */

struct listing {
    const struct tb_plugin_scope *scope;
    struct tb_packer *packer;
    uint32_t n;
};

static int pack_name(void *data, struct tb_bytes name)
{
    struct listing *listing = data;
    if (!enclave_scope_has_value(listing->scope, name))
        return 0;
    tb_pack_str(listing->packer, name);
    listing->n++;
    return 0;
}

static bool open_list(struct tb_call *call, struct tb_fingerprint *key, struct tb_bytes *prefix,
                      struct enclave_failure *ret_failure)
{
    const struct tb_plugin_scope *scope = enclave_scope_of(call);
    const struct tb_key_secret *secret;
    return enclave_arg_key(call, key) &&
           tb_arg_str(call, call->args, "prefix", TB_OPTIONAL, prefix) &&
           enclave_scope_key(scope, key, ret_failure) &&
           enclave_scope_some_value(scope, ret_failure) &&
           enclave_unlocked_find(&enclave_of(call)->unlocked, key, &secret, ret_failure);
}

bool enclave_vault_list(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = enclave_of(call)->keystore;
    struct tb_fingerprint key;
    struct tb_bytes prefix = {0};
    if (!open_list(call, &key, &prefix, ret_failure))
        return false;
    struct listing listing = {.scope = enclave_scope_of(call), .packer = tb_reply_value(call)};
    tb_pack_map(listing.packer, 1);
    tb_pack_key(listing.packer, "names");
    size_t at = tb_pack_array_begin(listing.packer);
    int r = tb_vault_list(keystore, &key, prefix, pack_name, &listing);
    tb_pack_array_end(listing.packer, at, listing.n);
    return r == 0 || enclave_fail_value(ret_failure, keystore, r, &key);
}

/* ---- vault_delete {key, name} ---- */

bool enclave_vault_delete(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct enclave *enclave = enclave_of(call);
    const struct tb_key_secret *secret;
    struct value_name value;
    if (!read_name(call, &value) ||
        !open_vault(enclave, enclave_scope_of(call), &value, &secret, ret_failure))
        return false;
    int r = tb_vault_delete(enclave->keystore, &value.key, value.name);
    if (r != 0)
        return enclave_fail_value(ret_failure, enclave->keystore, r, &value.key);
    tb_reply_nil(call);
    return true;
}
