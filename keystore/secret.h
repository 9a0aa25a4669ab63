/*
 * What is wrapped in a secret key's file, and what an unlocked key is: in guarded memory, as one
 * block, so that one call wipes it all. The keystore does not know OpenPGP: the key's own bytes are
 * whatever its owner wants to have back.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum {
    TB_KEY_BYTES_MAX = 256 * 1024,
    TB_INNER_DIGITS = 64,
    TB_VAULT_KEY_SIZE = 32,
};

struct tb_key_secret {
    char passphrase[TB_INNER_DIGITS + 1]; /* random; what the OpenPGP secret key is protected by */
    uint8_t vault_key[TB_VAULT_KEY_SIZE]; /* random; what the key's vault values are sealed under */
    size_t n;
    uint8_t key[]; /* n bytes: the OpenPGP secret key, protected by that passphrase */
};

/* A new one with a fresh passphrase and vault key, and no bytes of a key yet. 0 or -ENOMEM. */
tb_must_check int tb_key_secret_new(struct tb_key_secret **ret_secret);
/* Puts the key's bytes (at most TB_KEY_BYTES_MAX) in: `secret` is another block afterwards, the
 * old one is wiped. 0, -EINVAL or -ENOMEM, and nothing has changed. */
tb_must_check int tb_key_secret_fill(struct tb_key_secret **secret, struct tb_bytes key);
void tb_key_secret_free(struct tb_key_secret **secret); /* for tb_cleanup; wipes, sets NULL */
