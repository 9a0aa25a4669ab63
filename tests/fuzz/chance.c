#include "tests/fuzz/chance.h"

#include "base/compiler.h"

#include <sodium.h>
#include <string.h>

static uint64_t n_drawn;

static const char *name(void)
{
    return "repeatable";
}

static void fill(void *to, size_t n)
{
    uint8_t seed[randombytes_SEEDBYTES] = {0};
    n_drawn++;
    memcpy(seed, &n_drawn, sizeof n_drawn);
    randombytes_buf_deterministic(to, n, seed);
}

static uint32_t number(void)
{
    uint32_t drawn;
    fill(&drawn, sizeof drawn);
    return drawn;
}

void chance_reset(void)
{
    static randombytes_implementation repeatable = {
        .implementation_name = name, .random = number, .buf = fill};
    n_drawn = 0;
    tb_assert(randombytes_set_implementation(&repeatable) == 0 && sodium_init() >= 0);
}
