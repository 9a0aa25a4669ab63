#include "keystore/guarded.h"

#include <errno.h>
#include <sodium.h>
#include <stdalign.h>
#include <stddef.h>
#include <string.h>

int tb_guarded_new(size_t n, void **ret_memory)
{
    if (sodium_init() < 0)
        return -ENOMEM;
    /* It ends at a guard page, so that its beginning is aligned only if its size is. */
    n = (n + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    void *memory = sodium_malloc(n);
    if (!memory)
        return -ENOMEM;
    /* Locking twice is locking once: this is the lock whose answer is looked at. It leaves the
     * memory out of core dumps, too. */
    if (sodium_mlock(memory, n) < 0) {
        sodium_free(memory);
        return -ENOMEM;
    }
    memset(memory, 0, n);
    *ret_memory = memory;
    return 0;
}

void tb_guarded_free(void *memory)
{
    sodium_free(memory);
}
