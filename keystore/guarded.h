/*
 * Memory for what must not leave this process: between guard pages, locked so that it is never
 * swapped out, left out of core dumps, wiped when it is given back.
 *
 * libsodium's own sodium_malloc goes on where the lock is refused (RLIMIT_MEMLOCK, 8 MiB on most
 * systems); here that is a failure, so that nobody believes in a lock that is not there.
 */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

/* Zeroed memory; -ENOMEM: there is none, or it cannot be locked. */
tb_must_check int tb_guarded_new(size_t n, void **ret_memory);
void tb_guarded_free(void *memory); /* NULL is fine; wipes */
