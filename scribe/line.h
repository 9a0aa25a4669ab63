/* One record of the audit log as a line of JSON: docs/audit.md. */
#pragma once

#include "audit/shape.h"
#include "proto/pack.h"
#include "proto/record.h"

/* What the scribe adds to what the broker told. */
struct tb_stamp {
    struct tb_bytes app;
    const char *time;
    uint64_t n;  /* at least 1 */
    uint64_t of; /* 0: none */
    uint8_t prev[TB_HASH_SIZE];
};

/* Writes the line without a newline; returns its length, less than TB_LINE_MAX. Strings that are
 * too long for it are cut, full arguments that are become their digest. */
size_t tb_line_write(const struct tb_record *record, const struct tb_stamp *stamp,
                     struct tb_unpacker *unpacker, char ret_line[static TB_LINE_MAX]);
