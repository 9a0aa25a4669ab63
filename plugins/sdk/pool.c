#include "plugins/sdk/pool.h"

#include "base/result.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

int tb_pool_map(struct tb_pool *pool, int fd, uint64_t in, uint64_t out)
{
    struct stat status;
    if (fstat(fd, &status) < 0)
        return -errno;
    uint64_t size = (uint64_t)status.st_size;
    if (!S_ISREG(status.st_mode) || in > size || out != size - in || size == 0)
        return TB_MALFORMED;
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory == MAP_FAILED)
        return -errno;
    /* A plugin that writes into what it was sent is wrong: let it be seen. */
    uint64_t page = (uint64_t)sysconf(_SC_PAGESIZE);
    uint64_t whole_pages = in / page * page;
    if (whole_pages > 0 && mprotect(memory, whole_pages, PROT_READ) < 0) {
        int error = errno;
        (void)munmap(memory, size);
        return -error;
    }
    pool->memory = memory;
    pool->in = in;
    pool->size = size;
    return TB_OK;
}

void tb_pool_unmap(struct tb_pool *pool)
{
    if (pool->memory)
        (void)munmap(pool->memory, pool->size);
    pool->memory = NULL;
    pool->n_blocks = 0;
}

int tb_pool_find(const struct tb_pool *pool, uint64_t at, uint64_t n, struct tb_bytes *ret_bytes)
{
    if (!pool->memory || at > pool->in || n > pool->in - at)
        return TB_MALFORMED;
    *ret_bytes = tb_bytes_of(pool->memory + at, n);
    return TB_OK;
}

/* Where the memory behind the i-th block ends that no block has. */
static uint64_t gap_end(const struct tb_pool *pool, size_t i)
{
    return i < pool->n_blocks ? pool->blocks[i].at : pool->size;
}

static uint64_t rounded(uint64_t n)
{
    return (n + TB_POOL_UNIT - 1) / TB_POOL_UNIT * TB_POOL_UNIT;
}

static uint8_t *insert(struct tb_pool *pool, size_t i, uint64_t at, uint64_t n)
{
    struct tb_pool_block *block = &pool->blocks[i];
    memmove(block + 1, block, (pool->n_blocks - i) * sizeof *block);
    *block = (struct tb_pool_block){.at = at, .n = n};
    pool->n_blocks++;
    return pool->memory + at;
}

static void drop(struct tb_pool *pool, struct tb_pool_block *block)
{
    pool->n_blocks--;
    memmove(block, block + 1, (size_t)(pool->blocks + pool->n_blocks - block) * sizeof *block);
}

/* The first gap that is large enough: what was used last is used again, and lies in the caches. */
uint8_t *tb_pool_take(struct tb_pool *pool, size_t n)
{
    if (!pool->memory || n == 0 || n > pool->size || pool->n_blocks == TB_POOL_BLOCKS)
        return NULL;
    uint64_t start = rounded(pool->in);
    uint64_t need = rounded(n);
    for (size_t i = 0; i <= pool->n_blocks; i++) {
        uint64_t end = gap_end(pool, i);
        if (start <= end && need <= end - start)
            return insert(pool, i, start, need);
        if (i < pool->n_blocks)
            start = pool->blocks[i].at + pool->blocks[i].n;
    }
    return NULL;
}

static struct tb_pool_block *block_at(struct tb_pool *pool, uint64_t at)
{
    for (size_t i = 0; i < pool->n_blocks; i++)
        if (pool->blocks[i].at == at)
            return &pool->blocks[i];
    return NULL;
}

/* A block of ours that is still being written. */
static struct tb_pool_block *own_block(struct tb_pool *pool, const uint8_t *memory)
{
    struct tb_pool_block *block = block_at(pool, (uint64_t)(memory - pool->memory));
    tb_assert(block && !block->sent);
    return block;
}

bool tb_pool_resize(struct tb_pool *pool, const uint8_t *memory, size_t n)
{
    struct tb_pool_block *block = own_block(pool, memory);
    uint64_t end = gap_end(pool, (size_t)(block - pool->blocks) + 1);
    if (n == 0 || n > end - block->at || rounded(n) > end - block->at)
        return false;
    block->n = rounded(n);
    return true;
}

void tb_pool_give(struct tb_pool *pool, const uint8_t *memory)
{
    drop(pool, own_block(pool, memory));
}

uint64_t tb_pool_send(struct tb_pool *pool, const uint8_t *memory)
{
    struct tb_pool_block *block = own_block(pool, memory);
    block->sent = true;
    return block->at;
}

int tb_pool_release(struct tb_pool *pool, uint64_t at)
{
    struct tb_pool_block *block = block_at(pool, at);
    if (!block || !block->sent)
        return TB_MALFORMED;
    drop(pool, block);
    return TB_OK;
}
