/* What a page has to know to hash a passphrase, as answers have it. */
#pragma once

#include "keystore/keystore.h"
#include "plugins/sdk/trollbridge-plugin.h"

enum { ENCLAVE_N_SALT = 5 };

/* So many pairs of a map. */
void enclave_pack_salt(struct tb_packer *packer, const struct tb_client_hash *client);
/* The hash as the page would make it, for passphrases that the host has asked for. The caller
 * wipes it. 0 or -ENOMEM. */
tb_must_check int enclave_hash(struct tb_bytes passphrase, const struct tb_client_hash *client,
                               uint8_t ret_hash[static TB_HASH_SIZE]);
