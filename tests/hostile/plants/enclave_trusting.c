/* An enclave that counts no attempts, and takes every file for what it says it is. */
#include "keystore/attempts.h"

#include <sodium.h>

int __wrap_tb_attempts_count(struct tb_keystore *keystore, const struct tb_fingerprint *fingerprint,
                             struct tb_attempts *ret_attempts);
int __wrap_sodium_memcmp(const void *a, const void *b, size_t n);

int __wrap_tb_attempts_count(tb_unused struct tb_keystore *keystore,
                             tb_unused const struct tb_fingerprint *fingerprint,
                             struct tb_attempts *ret_attempts)
{
    *ret_attempts = (struct tb_attempts){0};
    return 0;
}

int __wrap_sodium_memcmp(tb_unused const void *a, tb_unused const void *b, tb_unused size_t n)
{
    return 0;
}
