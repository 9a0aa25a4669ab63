/*
 * Keys that are unlocked in this process, which serves one page: a new document is a new process,
 * in which everything is locked. Each is in guarded memory until its time is over, the page locks
 * it, or the process ends.
 *
 * Other processes share the keystore. A key is used only while its file is the one that it was
 * unlocked from: each use reads it again, checks its seal and compares its mark, so that a key
 * that was deleted, brought back from a backup, swapped, torn, or given another passphrase
 * elsewhere is locked from that moment on.
 */
#pragma once

#include "keystore/keystore.h"
#include "plugins/enclave/failure.h"

enum { ENCLAVE_UNLOCKED_MAX = 32 };

struct enclave_unlocked {
    struct tb_keystore *keystore;
    struct tb_session *session;
    struct unlocked_key *first;
    size_t n;
};

void enclave_unlocked_init(struct enclave_unlocked *unlocked, struct tb_keystore *keystore,
                           struct tb_session *session);

/* Consumes the secret, also where it fails. `mark` was read before the key was opened: a file that
 * took its place meanwhile has another. A key that was unlocked already gets the new time. */
bool enclave_unlocked_add(struct enclave_unlocked *unlocked,
                          const struct tb_fingerprint *fingerprint, const struct tb_key_mark *mark,
                          struct tb_key_secret *secret, uint32_t seconds,
                          struct enclave_failure *ret_failure);
/* The key's secret, borrowed until the next event of the loop. ENCLAVE_LOCKED, or what is wrong
 * with its file. */
bool enclave_unlocked_find(struct enclave_unlocked *unlocked,
                           const struct tb_fingerprint *fingerprint,
                           const struct tb_key_secret **ret_secret,
                           struct enclave_failure *ret_failure);
/* Whether find would find it. */
bool enclave_unlocked_has(struct enclave_unlocked *unlocked,
                          const struct tb_fingerprint *fingerprint);
/* Locked from now on; it need not have been unlocked. */
void enclave_unlocked_remove(struct enclave_unlocked *unlocked,
                             const struct tb_fingerprint *fingerprint);
void enclave_unlocked_remove_all(struct enclave_unlocked *unlocked);
