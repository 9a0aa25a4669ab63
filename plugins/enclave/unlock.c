/*
 * salt, unlock, lock and change_passphrase.
 *
 * A try takes as long as the keystore wants it to take, more than half a second, in which this
 * thread does nothing else: the page waits for itself. What is refused anyway is refused before.
 */
#include "plugins/enclave/args.h"
#include "plugins/enclave/enclave.h"
#include "plugins/enclave/salt.h"

#include <sodium.h>

/* ---- salt {key} ---- */

bool enclave_salt(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = enclave_of(call)->keystore;
    struct tb_fingerprint key;
    struct tb_client_hash client;
    if (!enclave_arg_key(call, &key) ||
        !enclave_scope_key(enclave_scope_of(call), &key, ret_failure))
        return false;
    int r = tb_keystore_client_hash(keystore, &key, &client);
    if (r != 0)
        return enclave_fail_secret(ret_failure, keystore, r, &key);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, ENCLAVE_N_SALT);
    enclave_pack_salt(packer, &client);
    return true;
}

/* ---- unlock {key, hash, seconds?, purpose?} ---- */

struct unlock {
    struct tb_fingerprint key;
    uint8_t hash[TB_HASH_SIZE];
    uint64_t seconds;
};

static void unlock_wipe(struct unlock *unlock)
{
    sodium_memzero(unlock->hash, sizeof unlock->hash);
}

static bool unlock_args(struct tb_call *call, struct unlock *unlock)
{
    struct tb_bytes purpose;
    return enclave_arg_key(call, &unlock->key) &&
           tb_arg_uint(call, call->args, "seconds", TB_OPTIONAL, UINT32_MAX, &unlock->seconds) &&
           tb_arg_str(call, call->args, "purpose", TB_OPTIONAL, &purpose) &&
           enclave_arg_hash(call, "hash", unlock->hash);
}

/* The mark first: see enclave_unlocked_add. */
static bool open_key(struct enclave *enclave, const struct unlock *unlock,
                     struct tb_attempts *attempts, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = enclave->keystore;
    struct tb_key_secret *secret;
    struct tb_key_mark mark;
    int r = tb_keystore_key_mark(keystore, &unlock->key, &mark);
    if (r != 0)
        return enclave_fail_secret(ret_failure, keystore, r, &unlock->key);
    r = tb_keystore_unlock(keystore, &unlock->key, unlock->hash, attempts, &secret);
    if (r != 0)
        return enclave_fail_attempt(ret_failure, keystore, r, &unlock->key, attempts);
    return enclave_unlocked_add(&enclave->unlocked, &unlock->key, &mark, secret,
                                (uint32_t)unlock->seconds, ret_failure);
}

bool enclave_unlock(struct tb_call *call, struct enclave_failure *ret_failure)
{
    const struct tb_plugin_scope *scope = enclave_scope_of(call);
    tb_cleanup(unlock_wipe) struct unlock unlock = {.seconds = UINT32_MAX};
    struct tb_attempts attempts = {0};
    if (!unlock_args(call, &unlock) || !enclave_scope_key(scope, &unlock.key, ret_failure))
        return false;
    uint32_t most = enclave_scope_unlock_s(scope, &unlock.key);
    if (unlock.seconds > most)
        unlock.seconds = most;
    if (!open_key(enclave_of(call), &unlock, &attempts, ret_failure))
        return false;
    tb_reply_note(call, "unlocked %s for %u s; %u attempts failed before", unlock.key.text,
                  (unsigned)unlock.seconds, attempts.failures);
    struct tb_packer *packer = tb_reply_value(call);
    tb_pack_map(packer, 1);
    tb_pack_key_uint(packer, "seconds", unlock.seconds);
    return true;
}

/* ---- lock {key?} ---- */

/* A key that is not there is locked: a page that wants to be sure should hear of no failure. */
bool enclave_lock(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct enclave *enclave = enclave_of(call);
    struct tb_fingerprint key;
    bool given;
    if (!enclave_arg_fingerprint(call, "key", TB_OPTIONAL, &key, &given))
        return false;
    if (given && !enclave_scope_key(enclave_scope_of(call), &key, ret_failure))
        return false;
    if (given)
        enclave_unlocked_remove(&enclave->unlocked, &key);
    else
        enclave_unlocked_remove_all(&enclave->unlocked);
    tb_reply_nil(call);
    return true;
}

/* ---- change_passphrase {key, hash, new_hash} ---- */

struct change {
    struct tb_fingerprint key;
    uint8_t hash[TB_HASH_SIZE];
    uint8_t new_hash[TB_HASH_SIZE];
};

static void change_wipe(struct change *change)
{
    sodium_memzero(change->hash, sizeof change->hash);
    sodium_memzero(change->new_hash, sizeof change->new_hash);
}

/* The key is wrapped anew: what was unlocked before is another file now, and is locked. */
bool enclave_change_passphrase(struct tb_call *call, struct enclave_failure *ret_failure)
{
    struct tb_keystore *keystore = enclave_of(call)->keystore;
    tb_cleanup(change_wipe) struct change change = {0};
    struct tb_attempts attempts = {0};
    if (!enclave_arg_key(call, &change.key) || !enclave_arg_hash(call, "hash", change.hash) ||
        !enclave_arg_hash(call, "new_hash", change.new_hash) ||
        !enclave_scope_key(enclave_scope_of(call), &change.key, ret_failure))
        return false;
    int r = tb_keystore_change_hash(keystore, &change.key, change.hash, change.new_hash,
                                    &tb_wrap_cost_default, &attempts);
    if (r != 0)
        return enclave_fail_attempt(ret_failure, keystore, r, &change.key, &attempts);
    enclave_unlocked_remove(&enclave_of(call)->unlocked, &change.key);
    tb_reply_note(call, "changed the passphrase of %s", change.key.text);
    tb_reply_nil(call);
    return true;
}
