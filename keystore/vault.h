/*
 * Vault values: each is one file, sealed under a key of the OpenPGP key that it belongs to, and
 * once more under one of the enclave's, so that its name does not show. The key must be unlocked:
 * its vault key is what is passed in.
 *
 * A name is 1 to 255 bytes of UTF-8 without control characters; a value up to TB_VALUE_MAX bytes,
 * also none. Answers of all: 0, enum tb_keystore_result or -errno; see keystore.h.
 */
#pragma once

#include "keystore/keystore.h"

/* _INVALID (the name), _TOO_LARGE, _FULL, _NONE: there is no such secret key. */
tb_must_check int tb_vault_put(struct tb_keystore *keystore,
                               const struct tb_fingerprint *fingerprint,
                               const struct tb_key_secret *secret, struct tb_bytes name,
                               struct tb_bytes value);
/* The value is in guarded memory: tb_guarded_free. _NONE, _DAMAGED, _INVALID. */
tb_must_check int tb_vault_get(struct tb_keystore *keystore,
                               const struct tb_fingerprint *fingerprint,
                               const struct tb_key_secret *secret, struct tb_bytes name,
                               uint8_t **ret_value, size_t *ret_n);
/* _NONE, _INVALID. A damaged value can be deleted. */
tb_must_check int tb_vault_delete(struct tb_keystore *keystore,
                                  const struct tb_fingerprint *fingerprint, struct tb_bytes name);
/* Calls `visit` with each name of the key's values that begins so, in no order, until it answers
 * other than 0, which is returned. Values that are damaged are left out: tb_keystore_visit names
 * them. */
tb_must_check int tb_vault_list(struct tb_keystore *keystore,
                                const struct tb_fingerprint *fingerprint, struct tb_bytes prefix,
                                int (*visit)(void *data, struct tb_bytes name), void *data);
