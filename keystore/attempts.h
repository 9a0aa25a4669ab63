/*
 * How often a key was tried in vain, on disk, so that neither a new process nor another view starts
 * counting anew. Under the lock.
 */
#pragma once

#include "keystore/store.h"

enum { TB_WAIT_MAX_S = 300 };

/* How long nothing is tried after so many failures. */
uint32_t tb_attempts_wait_s(uint32_t failures);

/* Whether it may be tried, as tb_attempts_count says; nothing is counted. */
tb_must_check int tb_attempts_check(struct tb_keystore *keystore,
                                    const struct tb_fingerprint *fingerprint,
                                    struct tb_attempts *ret_attempts);
/*
 * Counts a failure, on disk, before anything is tried. 0: it may be tried, and ret_attempts has the
 * failures before it; TB_KEYSTORE_WAIT: not now; _DAMAGED: the count cannot be read: the key now
 * waits as long as it ever does, and the file is whole again; or -errno: it may not be tried.
 */
tb_must_check int tb_attempts_count(struct tb_keystore *keystore,
                                    const struct tb_fingerprint *fingerprint,
                                    struct tb_attempts *ret_attempts);
/* After success. 0 or -errno. */
tb_must_check int tb_attempts_forget(struct tb_keystore *keystore,
                                     const struct tb_fingerprint *fingerprint);
/* Whether it is the payload of such a file. */
tb_must_check bool tb_attempts_read(struct tb_bytes payload, uint32_t *ret_failures,
                                    uint64_t *ret_last_s);
