#include "plugins/enclave/block.h"

#include "base/result.h"

#include <errno.h>
#include <sodium.h>
#include <sys/mman.h>

enum { FIRST_SIZE = ENCLAVE_SMALL_MAX };

bool enclave_budget_take(struct enclave_budget *budget, size_t n)
{
    size_t max = ENCLAVE_CONTENTS_MAX + (n <= ENCLAVE_SMALL_MAX ? ENCLAVE_SMALLS_MAX : 0);
    if (budget->used > max || n > max - budget->used)
        return false;
    budget->used += n;
    return true;
}

void enclave_budget_give(struct enclave_budget *budget, size_t n)
{
    tb_assert(n <= budget->used);
    budget->used -= n;
}

void enclave_block_init(struct enclave_block *block, struct enclave_budget *budget)
{
    *block = (struct enclave_block){.budget = budget};
}

void enclave_block_deinit(struct enclave_block *block)
{
    if (block->data) {
        sodium_memzero(block->data, block->n);
        (void)munmap(block->data, block->size);
        enclave_budget_give(block->budget, block->size);
    }
    enclave_block_init(block, block->budget);
}

static void *map(const struct enclave_block *block, size_t size)
{
    if (block->data)
        return mremap(block->data, block->size, size, MREMAP_MAYMOVE);
    void *data = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (data != MAP_FAILED)
        (void)madvise(data, size, MADV_DONTDUMP); /* the process is not dumpable anyway */
    return data;
}

static int grow(struct enclave_block *block, size_t n)
{
    size_t size = block->size != 0 ? block->size : FIRST_SIZE;
    while (size < n)
        size *= 2;
    if (!enclave_budget_take(block->budget, size - block->size))
        return TB_FULL;
    void *data = map(block, size);
    if (data == MAP_FAILED) {
        enclave_budget_give(block->budget, size - block->size);
        return -ENOMEM;
    }
    block->data = data;
    block->size = size;
    return TB_OK;
}

int enclave_block_append(struct enclave_block *block, struct tb_bytes bytes)
{
    if (bytes.n > ENCLAVE_CONTENT_MAX - block->n)
        return TB_TOO_LARGE;
    int r = block->n + bytes.n > block->size ? grow(block, block->n + bytes.n) : TB_OK;
    if (r != TB_OK)
        return r;
    if (bytes.n > 0)
        memcpy(block->data + block->n, bytes.data, bytes.n);
    block->n += bytes.n;
    return TB_OK;
}
