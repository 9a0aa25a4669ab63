/* An open backup, for those who check it and those who write it out. */
#pragma once

#include "keystore/archive.h"
#include "keystore/backup.h"

struct tb_backup {
    int fd; /* borrowed */
    struct tb_key32 key;
    struct tb_archive_head head;
    uint8_t stream[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
    size_t n;
};

struct tb_backup_file {
    enum tb_keystore_file kind;
    char name[TB_RECORD_NAME_MAX]; /* "keys/0123…" */
    const char *leaf;              /* borrows from it */
    struct tb_bytes bytes;         /* borrowed until the sink returns */
};
/* What a record says. Whether it is a file that a backup holds. Borrows. */
tb_must_check bool tb_backup_file_read(struct tb_bytes record, struct tb_backup_file *ret_file);

typedef int (*tb_backup_sink)(void *data, const struct tb_backup_file *file,
                              struct tb_damage *damage);

/* Decrypts it from its first file on, until the sink answers other than 0, which is returned. */
tb_must_check int tb_backup_each(const struct tb_backup *backup, tb_backup_sink sink, void *data,
                                 struct tb_damage *damage);
