/*
 * Contents on their way through: bytes of requests and results, which may be 64 MiB and may be a
 * page's secrets. A block's memory is mapped for it alone, left out of core dumps and wiped when it
 * is given back; it grows by moving its pages, so that no copy stays behind. It is not locked: the
 * system lets a process lock 8 MiB, and those are for keys.
 *
 * All blocks of the process share one budget: what is beyond it is refused before it is asked of
 * the kernel, however many calls a page has under way.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum {
    ENCLAVE_CONTENT_MAX = 64 << 20, /* of one request, and of one result */
    ENCLAVE_CONTENTS_MAX = 160 << 20,
    /* Beyond that, for what takes no more than a small part at once: while large results wait to be
     * taken, small calls go on. */
    ENCLAVE_SMALL_MAX = 64 << 10,
    ENCLAVE_SMALLS_MAX = 4 << 20,
};

struct enclave_budget {
    size_t used;
};

/* For contents that others hold: whether there is room for them; and given back. */
tb_must_check bool enclave_budget_take(struct enclave_budget *budget, size_t n);
void enclave_budget_give(struct enclave_budget *budget, size_t n);

struct enclave_block {
    struct enclave_budget *budget;
    uint8_t *data;
    size_t n;
    size_t size; /* of the mapping */
};

void enclave_block_init(struct enclave_block *block, struct enclave_budget *budget);
void enclave_block_deinit(struct enclave_block *block); /* for tb_cleanup; wipes; usable again */

/* TB_OK; TB_TOO_LARGE: more than a content may have; TB_FULL: the other blocks have used the budget
 * up; -ENOMEM. */
tb_must_check int enclave_block_append(struct enclave_block *block, struct tb_bytes bytes);

/* Never NULL: nothing is a content too, and libraries take NULL for a mistake. */
static inline struct tb_bytes enclave_block_bytes(const struct enclave_block *block)
{
    return tb_bytes_of(block->data ? (const void *)block->data : "", block->n);
}
