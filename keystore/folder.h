/*
 * The keystore's folder and those in it: opened once, by path, and reached by descriptor after
 * that. Changes happen under the lock of the folder.
 */
#pragma once

#include "keystore/store.h"

/* The name of the folder of those files, "" for those that lie at the top. */
const char *tb_folder_name(enum tb_keystore_file kind);
/* Whether files of that kind are called so; fills the fingerprint of those that are named by one.
 */
tb_must_check bool tb_keystore_leaf(enum tb_keystore_file kind, const char *leaf,
                                    struct tb_fingerprint *ret_fingerprint);
/* Its descriptor, borrowed. */
int tb_folder_of(const struct tb_keystore *keystore, enum tb_keystore_file kind);

/* Opens what is there; `make`: makes what is not. 0; TB_KEYSTORE_NONE: one of them is not there;
 * _DAMAGED: one is not a folder of ours that nobody else can enter; -EBUSY; or -errno. What was
 * opened is in `keystore` and closed with it. */
tb_must_check int tb_folder_open(struct tb_keystore *keystore, const char *path, bool make);

/* A lock that is held; for tb_cleanup. */
struct tb_locked {
    const int *folder; /* borrowed; NULL: none is held */
};
void tb_folder_unlock(struct tb_locked *locked);

/*
 * Both wait, and nobody takes one twice. Who needs both takes that of attempts first. 0 or -errno.
 *
 * Under the lock of attempts hashes are tried, one at a time: several right ones at once are not to
 * look like failures to each other, and each takes much memory.
 */
tb_must_check int tb_folder_lock_changes(const struct tb_keystore *keystore,
                                         struct tb_locked *ret_locked);
tb_must_check int tb_folder_lock_attempts(const struct tb_keystore *keystore,
                                          struct tb_locked *ret_locked);
