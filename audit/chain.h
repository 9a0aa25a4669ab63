/*
 * Whether a log is one unbroken chain: docs/audit.md, Verification. It is fed a log line by line
 * and judged at its end.
 */
#pragma once

#include "audit/entry.h"
#include "audit/lines.h"

#include <sodium.h>

enum tb_chain_verdict {
    TB_CHAIN_TAMPERED = 0,
    TB_CHAIN_TORN,   /* ends in bytes that are no record, as a crash or a power cut leaves them */
    TB_CHAIN_EMPTY,  /* no record at all */
    TB_CHAIN_OPEN,   /* whole; the last record is not `stop`: still written, or killed */
    TB_CHAIN_CLOSED, /* whole, and ends with `stop` */
};

const char *tb_chain_verdict_name(enum tb_chain_verdict verdict);

struct tb_chain {
    uint64_t line; /* number of the line that is being read, from 1 */
    uint64_t n;    /* of the last whole record; 0: none yet */
    uint64_t n_records;
    uint64_t n_recoveries; /* torn ends that a later start has recorded */
    uint8_t hash[TB_HASH_SIZE];
    bool stopped; /* the last record is `stop` */

    uint64_t bad_line;   /* where it is torn or tampered with; 0: nowhere */
    const char *bad_why; /* NULL: not tampered with */
    uint64_t n_torn;     /* bytes since the last whole record */
    bool torn_newline;   /* … and a newline that counts only if more follows */
    crypto_generichash_state torn_hash;
};

void tb_chain_init(struct tb_chain *chain);

/* The next piece of the log. Once the chain is tampered with it looks no further. */
void tb_chain_add(struct tb_chain *chain, const struct tb_piece *piece);
enum tb_chain_verdict tb_chain_verdict(const struct tb_chain *chain);

/* Feeds the whole file. 0 or -errno. */
tb_must_check int tb_chain_read(int fd, struct tb_chain *ret_chain);
