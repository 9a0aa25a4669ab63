/*
 * The file of a vault value (docs/keystore.md, Vault values). Its outer layer is sealed under the
 * enclave's secret and holds fingerprint and name; the inner one, under the key's vault key, holds
 * the value.
 */
#pragma once

#include "keystore/file.h"

enum { TB_VALUE_LEAF = 64 + 1 };

/* What its file is called. */
void tb_value_leaf(const struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                   struct tb_bytes name, char ret_leaf[static TB_VALUE_LEAF]);

/* The outer layer, opened. */
struct tb_value {
    uint8_t *data; /* owned; wiped */
    size_t n;
    struct tb_fingerprint fingerprint;
    struct tb_bytes name; /* borrows from data, as do these */
    struct tb_bytes nonce;
    struct tb_bytes box;
};
void tb_value_deinit(struct tb_value *value); /* for tb_cleanup */

/* Takes the plain text in `data` apart. Whether it is one. */
tb_must_check bool tb_value_parse(struct tb_value *value);
/* 0, _NONE, _DAMAGED or -errno. */
tb_must_check int tb_value_read(struct tb_keystore *keystore, const char *leaf,
                                struct tb_value *ret_value);
/* Under the lock: removes those of that key. Those that cannot be read stay. 0 or -errno. */
tb_must_check int tb_value_delete_all(struct tb_keystore *keystore,
                                      const struct tb_fingerprint *fingerprint);

/* Both layers: the whole payload, for a draft that was begun with that size. 0 or -ENOMEM. */
size_t tb_value_size(struct tb_bytes name, struct tb_bytes value);
tb_must_check int tb_value_seal(const struct tb_keystore *keystore,
                                const struct tb_fingerprint *fingerprint,
                                const uint8_t vault_key[static TB_VAULT_KEY_SIZE],
                                struct tb_bytes name, struct tb_bytes value,
                                struct tb_file_draft *draft);
/* The inner layer, into memory of its own, of tb_value_plain_size bytes. TB_KEYSTORE_WRONG: it was
 * not sealed under that key. */
size_t tb_value_plain_size(const struct tb_value *value);
tb_must_check int tb_value_open(const struct tb_keystore *keystore, const struct tb_value *value,
                                const uint8_t vault_key[static TB_VAULT_KEY_SIZE],
                                uint8_t *ret_plain);
