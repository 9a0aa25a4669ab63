#include "base/random.h"

#include "base/compiler.h"

#include <sodium.h>
#include <string.h>

enum { N_KEY = crypto_stream_chacha20_KEYBYTES };

static void refill(struct tb_random *random)
{
    uint8_t key[N_KEY];
    static const uint8_t nonce[crypto_stream_chacha20_NONCEBYTES];
    if (random->used == 0)
        randombytes_buf(key, sizeof key);
    else
        memcpy(key, random->block, sizeof key);
    crypto_stream_chacha20(random->block, sizeof random->block, nonce, key);
    sodium_memzero(key, sizeof key);
    random->used = N_KEY;
}

void tb_random_bytes(struct tb_random *random, uint8_t *ret_bytes, size_t n)
{
    tb_assert(n <= 1024);
    if (random->used == 0 || n > sizeof random->block - random->used)
        refill(random);
    memcpy(ret_bytes, random->block + random->used, n);
    sodium_memzero(random->block + random->used, n);
    random->used += n;
}
