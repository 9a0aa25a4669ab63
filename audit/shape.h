/*
 * What makes a line of the audit log a whole record, judged by its bytes alone: docs/audit.md.
 *
 * The scribe asks when it continues a log (it has no JSON parser), the verifier asks before it
 * parses. Both must agree on where the last whole record ends, or a recovery would look like
 * tampering.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum {
    TB_LINE_MAX = 4096, /* with its newline */
    TB_HASH_SIZE = 32,
    TB_TORN_MAX = 96, /* text of tb_torn_text, with its NUL */
};

#define TB_NUMBER_MAX UINT64_C(999999999999999999) /* of a record: what 18 digits hold */

/* Whether the line (without its newline) begins as the scribe writes records, is one closed object
 * and holds no control characters. *ret_n is then the record's number. No shorter beginning of a
 * record passes. */
tb_must_check bool tb_shape_read(struct tb_bytes line, uint64_t *ret_n);

/* BLAKE2b-256 of the line without its newline: what the next record's `prev` holds. */
void tb_line_hash(struct tb_bytes line, uint8_t ret_hash[static TB_HASH_SIZE]);

/* The reason that a `recovery` record gives: how many bytes before it are no record, and their
 * hash. */
void tb_torn_text(uint64_t n_bytes, const uint8_t hash[static TB_HASH_SIZE],
                  char ret_text[static TB_TORN_MAX]);
