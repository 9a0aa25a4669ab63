/*
 * The memory that broker and plugin share, as the plugin sees it: PROTOCOL.md, section 8. The first
 * `in` bytes are the broker's to write, the others the plugin's. What is taken of the plugin's part
 * is kept in private memory: nothing in the shared one decides anything.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum {
    TB_POOL_BLOCKS = 256, /* taken at the same time */
    TB_POOL_UNIT = 4096,  /* no two blocks share a page */
};

struct tb_pool_block {
    uint64_t at; /* from the pool's beginning */
    uint64_t n;
    bool sent; /* the broker's until it says RELEASE */
};

struct tb_pool {
    uint8_t *memory; /* NULL: there is no pool */
    uint64_t in;
    uint64_t size;
    struct tb_pool_block blocks[TB_POOL_BLOCKS]; /* by place */
    size_t n_blocks;
};

/* Maps `fd`. TB_OK; TB_MALFORMED if it is not a file of in + out bytes; -errno. */
tb_must_check int tb_pool_map(struct tb_pool *pool, int fd, uint64_t in, uint64_t out);
void tb_pool_unmap(struct tb_pool *pool);

/* The n bytes at a place that a frame names. TB_MALFORMED: they are not in the broker's part. */
tb_must_check int tb_pool_find(const struct tb_pool *pool, uint64_t at, uint64_t n,
                               struct tb_bytes *ret_bytes);

/* Room for n bytes in the plugin's part; NULL if there is none. */
uint8_t *tb_pool_take(struct tb_pool *pool, size_t n);
/* Makes a taken block n bytes long. False: it is as it was. */
bool tb_pool_resize(struct tb_pool *pool, const uint8_t *block, size_t n);
/* Gives up a block that was not sent. */
void tb_pool_give(struct tb_pool *pool, const uint8_t *block);
/* The block goes to the broker; returns its place. */
uint64_t tb_pool_send(struct tb_pool *pool, const uint8_t *block);
/* The broker gives a block back. TB_MALFORMED: it holds none there. */
tb_must_check int tb_pool_release(struct tb_pool *pool, uint64_t at);
