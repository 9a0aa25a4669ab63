/*
 * Changes of more than one file. What is to be done is written to the file `pending` first; if the
 * process dies, whoever takes the lock next finishes it, or, where nothing of it has happened yet,
 * forgets it.
 */
#pragma once

#include "keystore/folder.h"
#include "keystore/sealed.h"

/* Takes the lock and cleans up after whoever died with it. 0 or -errno: not locked. */
tb_must_check int tb_change_begin(struct tb_keystore *keystore, struct tb_locked *ret_locked);

/* Writes a new secret key, of which `draft` is the file, and its certificate's payload. */
tb_must_check int tb_pending_add(struct tb_keystore *keystore,
                                 const struct tb_fingerprint *fingerprint,
                                 struct tb_file_draft *draft, struct tb_bytes certificate);
/* Removes all that there is of a key. */
tb_must_check int tb_pending_delete(struct tb_keystore *keystore,
                                    const struct tb_fingerprint *fingerprint);
/* Whether it is the payload of such a file. */
tb_must_check bool tb_pending_valid(struct tb_bytes payload);
