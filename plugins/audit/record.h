/*
 * What a page may know of a line of the log: docs/audit.md. The line is taken apart in the order in
 * which the scribe writes its fields; rule, reason, plugin, session and arguments are passed over.
 */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

/* Texts are as the log has them between their quotes, escapes and all, and borrow from the line. */
struct audit_record {
    uint64_t n;
    struct tb_bytes time;
    struct tb_bytes view;
    struct tb_bytes origin;
    struct tb_bytes event;
    struct tb_bytes command;
    struct tb_bytes verdict;
    struct tb_bytes code;
    uint64_t of;
    uint64_t dur_ns;
    uint64_t in;
    uint64_t out;
};

/* A line without its newline. False: it is no record. */
tb_must_check bool audit_record_read(struct tb_bytes untrusted_line,
                                     struct audit_record *ret_record);
