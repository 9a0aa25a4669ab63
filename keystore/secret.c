#include "keystore/secret.h"

#include "keystore/guarded.h"

#include <errno.h>
#include <sodium.h>

static int new_block(size_t n, struct tb_key_secret **ret_secret)
{
    void *memory;
    int r = tb_guarded_new(sizeof(struct tb_key_secret) + n, &memory);
    if (r < 0)
        return r;
    *ret_secret = memory;
    (*ret_secret)->n = n;
    return 0;
}

int tb_key_secret_new(struct tb_key_secret **ret_secret)
{
    struct tb_key_secret *secret;
    int r = new_block(0, &secret);
    if (r < 0)
        return r;
    /* The vault key's place holds the passphrase's random bytes until they are written out. */
    randombytes_buf(secret->vault_key, sizeof secret->vault_key);
    tb_hex(secret->vault_key, sizeof secret->vault_key, secret->passphrase);
    randombytes_buf(secret->vault_key, sizeof secret->vault_key);
    *ret_secret = secret;
    return 0;
}

int tb_key_secret_fill(struct tb_key_secret **secret, struct tb_bytes key)
{
    struct tb_key_secret *filled;
    if (key.n > TB_KEY_BYTES_MAX)
        return -EINVAL;
    int r = new_block(key.n, &filled);
    if (r < 0)
        return r;
    memcpy(filled->passphrase, (*secret)->passphrase, sizeof filled->passphrase);
    memcpy(filled->vault_key, (*secret)->vault_key, sizeof filled->vault_key);
    if (key.n > 0)
        memcpy(filled->key, key.data, key.n);
    tb_key_secret_free(secret);
    *secret = filled;
    return 0;
}

void tb_key_secret_free(struct tb_key_secret **secret)
{
    tb_guarded_free(*secret);
    *secret = NULL;
}
