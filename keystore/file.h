/*
 * The keystore's files on disk: read with care, replaced as a whole. What a change was doing when
 * its process died is called `new` in each folder; the next change removes it.
 */
#pragma once

#include "keystore/sealed.h"
#include "keystore/store.h"

#define TB_FILE_NEW "new"

enum { TB_FILE_NAME_SIZE = 128 };

/* A file that was read and is what it should be. */
struct tb_file {
    uint8_t *data; /* owned; wiped */
    size_t n;
    struct tb_sealed sealed; /* borrows from it */
};
void tb_file_deinit(struct tb_file *file); /* for tb_cleanup */

/* "keys/0123…"; of a name that is none of ours what would not fit is cut, and what is not plain
 * becomes `?`. */
void tb_file_name(enum tb_keystore_file kind, const char *leaf,
                  char ret_name[static TB_FILE_NAME_SIZE]);
/* Names the file as what tb_keystore_damage tells; returns TB_KEYSTORE_DAMAGED. */
int tb_file_damaged(struct tb_keystore *keystore, enum tb_keystore_file kind, const char *leaf,
                    enum tb_damage_kind damage);

/* 0; _NONE; _DAMAGED; or -errno. */
tb_must_check int tb_file_read(struct tb_keystore *keystore, enum tb_keystore_file kind,
                               const char *leaf, struct tb_file *ret_file);
/* The same of the secret, whose authentication code is made with what it holds: fills
 * keystore->own. */
tb_must_check int tb_file_read_secret(struct tb_keystore *keystore);
/* Whether there is a file of that name, whatever it is. 0, _NONE or -errno. */
tb_must_check int tb_file_find(const struct tb_keystore *keystore, enum tb_keystore_file kind,
                               const char *leaf);

/* These change: under the lock. 0 or -errno. */
/* Starts a file; tb_file_put seals it, and puts it in the place of what is there. */
tb_must_check int tb_file_begin(const struct tb_keystore *keystore, enum tb_keystore_file kind,
                                const char *leaf, size_t n_payload,
                                struct tb_file_draft *ret_draft);
tb_must_check int tb_file_put(const struct tb_keystore *keystore, enum tb_keystore_file kind,
                              const char *leaf, struct tb_file_draft *draft);
/* _NONE: it was not there. */
tb_must_check int tb_file_remove(const struct tb_keystore *keystore, enum tb_keystore_file kind,
                                 const char *leaf);
/* What a process that was killed has left half written, in each folder. */
void tb_file_remove_unfinished(const struct tb_keystore *keystore);
