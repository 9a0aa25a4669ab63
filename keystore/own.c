#include "keystore/own.h"

#include "base/wire.h"

#include <sodium.h>

void tb_key32_wipe(struct tb_key32 *key)
{
    sodium_memzero(key, sizeof *key);
}

static void wipe_state(crypto_generichash_state *state)
{
    sodium_memzero(state, sizeof *state);
}

void tb_keyed_hash(const uint8_t key[static TB_OWN_SIZE], const struct tb_bytes *texts, size_t n,
                   uint8_t ret_hash[static 32])
{
    tb_cleanup(wipe_state) crypto_generichash_state state;
    crypto_generichash_init(&state, key, TB_OWN_SIZE, 32);
    for (size_t i = 0; i < n; i++) {
        uint8_t length[4];
        tb_store_u32(length, (uint32_t)texts[i].n);
        crypto_generichash_update(&state, length, sizeof length);
        crypto_generichash_update(&state, texts[i].data, texts[i].n);
    }
    crypto_generichash_final(&state, ret_hash, 32);
}

static void derive(const struct tb_own *own, const char *use, uint8_t ret_key[static TB_OWN_SIZE])
{
    struct tb_bytes text = tb_bytes_of_string(use);
    tb_keyed_hash(own->secret, &text, 1, ret_key);
}

void tb_own_derive(struct tb_own *own)
{
    derive(own, "trollbridge enclave files", own->files);
    derive(own, "trollbridge enclave names", own->names);
    derive(own, "trollbridge enclave values", own->values);
}
