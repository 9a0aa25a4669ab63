#include "plugins/enclave/salt.h"

#include <errno.h>
#include <sodium.h>

void enclave_pack_salt(struct tb_packer *packer, const struct tb_client_hash *client)
{
    char salt[2 * TB_SALT_SIZE + 1];
    tb_hex(client->salt, sizeof client->salt, salt);
    tb_pack_key_text(packer, "salt", salt);
    tb_pack_key_text(packer, "algorithm", "argon2id");
    tb_pack_key_uint(packer, "passes", client->passes);
    tb_pack_key_uint(packer, "memory_kib", client->memory_kib);
    tb_pack_key_uint(packer, "lanes", client->lanes);
}

int enclave_hash(struct tb_bytes passphrase, const struct tb_client_hash *client,
                 uint8_t ret_hash[static TB_HASH_SIZE])
{
    _Static_assert(TB_SALT_SIZE == crypto_pwhash_SALTBYTES, "a salt as libsodium takes it");
    tb_assert(client->lanes == 1); /* all that libsodium does */
    int r = crypto_pwhash(ret_hash, TB_HASH_SIZE, (const char *)passphrase.data, passphrase.n,
                          client->salt, client->passes, (size_t)client->memory_kib * 1024,
                          crypto_pwhash_ALG_ARGON2ID13);
    return r == 0 ? 0 : -ENOMEM;
}
