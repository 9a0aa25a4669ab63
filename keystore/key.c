/* Secret keys: added, opened, wrapped anew, deleted. */
#include "base/fd.h"
#include "keystore/attempts.h"
#include "keystore/certificate.h"
#include "keystore/file.h"
#include "keystore/names.h"
#include "keystore/pending.h"
#include "keystore/wrap.h"

#include <errno.h>
#include <sodium.h>

/* ---- reading ---- */

static int load(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                struct tb_file *ret_file, struct tb_wrapping *ret_wrapping)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    int r = tb_file_read(keystore, TB_FILE_KEY, fingerprint->text, &file);
    if (r != 0)
        return r;
    if (!tb_wrapping_read(&file.sealed, ret_wrapping))
        return tb_file_damaged(keystore, TB_FILE_KEY, fingerprint->text, TB_DAMAGE_ALTERED);
    *ret_file = file;
    file = (struct tb_file){0};
    return 0;
}

int tb_keystore_client_hash(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                            struct tb_client_hash *ret_client)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    struct tb_wrapping wrapping;
    int r = load(keystore, fingerprint, &file, &wrapping);
    if (r == 0)
        *ret_client = wrapping.client;
    return r;
}

/* The salt: random, new with each wrapping, and part of what the file's seal is over. */
int tb_keystore_key_mark(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                         struct tb_key_mark *ret_mark)
{
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    struct tb_wrapping wrapping;
    int r = load(keystore, fingerprint, &file, &wrapping);
    if (r == 0)
        memcpy(ret_mark->bytes, wrapping.salt, sizeof ret_mark->bytes);
    return r;
}

/* ---- adding ---- */

static int wrap_file(const struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                     const struct tb_client_hash *client, const struct tb_wrap_cost *cost,
                     const uint8_t hash[static TB_HASH_SIZE], const struct tb_key_secret *secret,
                     struct tb_file_draft *ret_draft)
{
    char name[TB_FILE_NAME_SIZE];
    struct tb_wrapping wrapping = {.client = *client, .cost = *cost};
    tb_file_name(TB_FILE_KEY, fingerprint->text, name);
    const struct tb_place place = {TB_FILE_KEY, tb_keystore_app(keystore),
                                   tb_bytes_of_string(name)};
    keystore->random(wrapping.salt, sizeof wrapping.salt);
    keystore->random(wrapping.nonce, sizeof wrapping.nonce);
    int r = tb_file_draft_begin(&place, tb_wrap_size(secret), ret_draft);
    return r == 0 ? tb_wrap(keystore->own, &place, &wrapping, hash, secret, ret_draft) : r;
}

static int check_new(const struct tb_new_key *key)
{
    if (!tb_client_hash_valid(&key->client) || !tb_wrap_cost_valid(&key->cost) ||
        key->trust > TB_TRUST_NEVER || key->certificate.n == 0)
        return TB_KEYSTORE_INVALID;
    if (key->certificate.n > TB_CERTIFICATE_MAX || key->secret->n > TB_KEY_BYTES_MAX)
        return TB_KEYSTORE_TOO_LARGE;
    return 0;
}

static int check_absent(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    tb_cleanup(tb_names_deinit) struct tb_names names = {0};
    int r = tb_file_find(keystore, TB_FILE_KEY, fingerprint->text);
    if (r != TB_KEYSTORE_NONE)
        return r == 0 ? TB_KEYSTORE_EXISTS : r;
    r = tb_names_read(tb_folder_of(keystore, TB_FILE_KEY), &names);
    return r == 0 && names.n >= TB_KEYSTORE_KEYS_MAX ? TB_KEYSTORE_FULL : r;
}

static int put_both(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                    const struct tb_new_key *key, struct tb_file_draft *draft)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    tb_cleanup(tb_bytes_free) uint8_t *payload = NULL;
    size_t n;
    int r = tb_certificate_payload(key->certificate, key->trust, &payload, &n);
    if (r == 0)
        r = tb_change_begin(keystore, &locked);
    if (r == 0)
        r = check_absent(keystore, fingerprint);
    if (r == 0)
        r = tb_certificate_room(keystore, fingerprint);
    if (r != 0)
        return r;
    return tb_pending_add(keystore, fingerprint, draft, tb_bytes_of(payload, n));
}

/* The wrapping takes its time, and others need the lock: whether the key is there is looked at
 * before it, so that nobody waits in vain, and again when it counts. */
int tb_keystore_add_key(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                        const struct tb_new_key *key)
{
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    int r = check_new(key);
    if (r == 0)
        r = check_absent(keystore, fingerprint);
    if (r == 0)
        r = wrap_file(keystore, fingerprint, &key->client, &key->cost, key->hash, key->secret,
                      &draft);
    return r == 0 ? put_both(keystore, fingerprint, key, &draft) : r;
}

/* ---- opening ---- */

/* The count is on disk when this returns 0. */
static int begin_attempt(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                         struct tb_file *ret_file, struct tb_attempts *ret_attempts)
{
    struct tb_wrapping wrapping;
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    int r = load(keystore, fingerprint, &file, &wrapping);
    if (r == 0)
        r = tb_attempts_count(keystore, fingerprint, ret_attempts);
    if (r != 0)
        return r;
    *ret_file = file;
    file = (struct tb_file){0};
    return 0;
}

int tb_keystore_may_try(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                        struct tb_attempts *ret_attempts)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_change_begin(keystore, &locked);
    return r == 0 ? tb_attempts_check(keystore, fingerprint, ret_attempts) : r;
}

/* A hash that does not fit makes one failure more of those that there were. */
static int try_hash(const struct tb_keystore *keystore, const struct tb_file *file,
                    const uint8_t hash[static TB_HASH_SIZE], struct tb_attempts *attempts,
                    struct tb_key_secret **ret_secret)
{
    int r = tb_unwrap(keystore->own, &file->sealed, hash, ret_secret);
    if (r == TB_KEYSTORE_WRONG) {
        attempts->failures++;
        attempts->wait_s = tb_attempts_wait_s(attempts->failures);
    }
    return r;
}

static int begin_attempt_alone(struct tb_keystore *keystore,
                               const struct tb_fingerprint *fingerprint, struct tb_file *ret_file,
                               struct tb_attempts *ret_attempts)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_change_begin(keystore, &locked);
    return r == 0 ? begin_attempt(keystore, fingerprint, ret_file, ret_attempts) : r;
}

static int forget_attempts(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_change_begin(keystore, &locked);
    return r == 0 ? tb_attempts_forget(keystore, fingerprint) : r;
}

int tb_keystore_unlock(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                       const uint8_t hash[static TB_HASH_SIZE], struct tb_attempts *ret_attempts,
                       struct tb_key_secret **ret_secret)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked trying = {0};
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    int r = tb_folder_lock_attempts(keystore, &trying);
    if (r == 0)
        r = begin_attempt_alone(keystore, fingerprint, &file, ret_attempts);
    if (r == 0)
        r = try_hash(keystore, &file, hash, ret_attempts, &secret);
    if (r == 0)
        r = forget_attempts(keystore, fingerprint);
    if (r != 0)
        return r;
    *ret_secret = secret;
    secret = NULL;
    return 0;
}

/* ---- another hash ---- */

/* All of it under both locks: what is wrapped anew is what is in place, whoever else changes it. */
int tb_keystore_change_hash(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                            const uint8_t hash[static TB_HASH_SIZE],
                            const uint8_t new_hash[static TB_HASH_SIZE],
                            const struct tb_wrap_cost *cost, struct tb_attempts *ret_attempts)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked trying = {0};
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    tb_cleanup(tb_file_deinit) struct tb_file file = {0};
    tb_cleanup(tb_key_secret_free) struct tb_key_secret *secret = NULL;
    tb_cleanup(tb_file_draft_deinit) struct tb_file_draft draft = {0};
    struct tb_wrapping old;
    int r =
        tb_wrap_cost_valid(cost) ? tb_folder_lock_attempts(keystore, &trying) : TB_KEYSTORE_INVALID;
    if (r == 0)
        r = tb_change_begin(keystore, &locked);
    if (r == 0)
        r = begin_attempt(keystore, fingerprint, &file, ret_attempts);
    if (r == 0)
        r = try_hash(keystore, &file, hash, ret_attempts, &secret);
    if (r != 0 || !tb_wrapping_read(&file.sealed, &old))
        return r;
    r = wrap_file(keystore, fingerprint, &old.client, cost, new_hash, secret, &draft);
    if (r == 0)
        r = tb_file_put(keystore, TB_FILE_KEY, fingerprint->text, &draft);
    return r == 0 ? tb_attempts_forget(keystore, fingerprint) : r;
}

/* ---- deleting ---- */

static int find_any(const struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    int r = tb_file_find(keystore, TB_FILE_KEY, fingerprint->text);
    if (r == TB_KEYSTORE_NONE)
        r = tb_file_find(keystore, TB_FILE_CERTIFICATE, fingerprint->text);
    if (r == TB_KEYSTORE_NONE)
        r = tb_file_find(keystore, TB_FILE_ATTEMPTS, fingerprint->text);
    return r;
}

int tb_keystore_delete_key(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint)
{
    tb_cleanup(tb_folder_unlock) struct tb_locked locked = {0};
    int r = tb_change_begin(keystore, &locked);
    if (r == 0)
        r = find_any(keystore, fingerprint);
    return r == 0 ? tb_pending_delete(keystore, fingerprint) : r;
}
