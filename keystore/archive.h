/* The shape of a backup: its head, and the records behind it. */
#pragma once

#include "keystore/keystore.h"
#include "keystore/own.h"

#include <sodium.h>

enum {
    TB_ARCHIVE_HEAD_MAX = 64 + 2 + TB_KEYSTORE_APP_MAX + TB_SALT_SIZE + 8 +
                          crypto_secretstream_xchacha20poly1305_HEADERBYTES,
    TB_RECORD_TAG = crypto_secretstream_xchacha20poly1305_ABYTES,
    TB_RECORD_NAME_MAX = 128,
};

/* The head's bytes, which every record is bound to. */
struct tb_archive_head {
    uint8_t bytes[TB_ARCHIVE_HEAD_MAX];
    size_t n;
};

struct tb_archive_fields {
    struct tb_bytes app;
    uint8_t salt[TB_SALT_SIZE];
    struct tb_wrap_cost cost;
    uint8_t stream[crypto_secretstream_xchacha20poly1305_HEADERBYTES];
};

/* The largest plain text of a record. */
size_t tb_record_max(void);

void tb_archive_write_head(const struct tb_archive_fields *fields,
                           struct tb_archive_head *ret_head);
/* Of a file that begins so. 0, or what is wrong; ret_head has just the head. Borrows. */
tb_must_check enum tb_damage_kind tb_archive_read_head(struct tb_bytes untrusted_file,
                                                       struct tb_archive_fields *ret_fields,
                                                       struct tb_archive_head *ret_head);

/* Argon2id over the passphrase. 0 or -ENOMEM. */
tb_must_check int tb_archive_key(const struct tb_archive_fields *fields, struct tb_bytes passphrase,
                                 struct tb_key32 *ret_key);
