/* The end of a log that is to be continued: its last whole record, and what a crash left behind it.
 */
#pragma once

#include "audit/shape.h"

struct tb_tail {
    uint64_t n; /* of the last whole record; 0: there is none */
    uint8_t hash[TB_HASH_SIZE];
    uint64_t size;      /* of the file */
    bool needs_newline; /* the last line, torn or whole, has none */
    bool torn;          /* something follows the last whole record */
    uint64_t n_torn;    /* how many bytes of it, a final newline not counted */
    uint8_t torn_hash[TB_HASH_SIZE];
};

/* Reads the file backwards, no further than the last whole record. TB_OK; TB_MALFORMED when there
 * is none within the last TB_TAIL_MAX bytes of a longer file; or -errno. */
enum { TB_TAIL_MAX = 32 * 1024 * 1024 };
tb_must_check int tb_tail_read(int fd, struct tb_tail *ret_tail);
