#include "base/wipe.h"

#include <sodium.h>

bool tb_wiping;

void tb_wipe_now(void *memory, size_t n)
{
    if (n > 0)
        sodium_memzero(memory, n);
}
