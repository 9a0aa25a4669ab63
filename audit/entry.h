/* One record of the log, read back: every field there, in order, of its type and in its range. */
#pragma once

#include "audit/shape.h"

#include <jansson.h>

struct tb_entry {
    json_t *root; /* owned */
    uint64_t n;
    uint64_t of;
    uint8_t prev[TB_HASH_SIZE];
};

/* TB_OK or TB_MALFORMED; *ret_why then names the field (a constant string). */
tb_must_check int tb_entry_read(struct tb_bytes line, struct tb_entry *ret_entry,
                                const char **ret_why);
void tb_entry_deinit(struct tb_entry *entry);

/* A string field; it may hold NULs. Borrows. */
struct tb_bytes tb_entry_string(const struct tb_entry *entry, const char *field);
