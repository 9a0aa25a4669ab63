/*
 * The keystore's folder and those in it: opened once, by path, and reached by descriptor after
 * that. Changes happen under the lock of the folder.
 */
#pragma once

#include "keystore/store.h"

/* The name of the folder of those files, "" for those that lie at the top. */
const char *tb_folder_name(enum tb_keystore_file kind);
/* Its descriptor, borrowed. */
int tb_folder_of(const struct tb_keystore *keystore, enum tb_keystore_file kind);

/* Opens what is there; `make`: makes what is not. 0; TB_KEYSTORE_NONE: one of them is not there;
 * _DAMAGED: one is not a folder of ours that nobody else can enter; -EBUSY; or -errno. What was
 * opened is in `keystore` and closed with it. */
tb_must_check int tb_folder_open(struct tb_keystore *keystore, const char *path, bool make);

/* Waits for the lock. 0 or -errno. Nobody takes it twice. */
tb_must_check int tb_folder_lock(struct tb_keystore *keystore);

/* For tb_cleanup: gives the lock back where it was taken. */
struct tb_locked {
    struct tb_keystore *keystore; /* NULL: not locked */
};
void tb_folder_unlock(struct tb_locked *locked);
