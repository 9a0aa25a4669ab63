/* One log file that is being written: a chain of lines, handed to the kernel a batch at a time. */
#pragma once

#include "audit/shape.h"
#include "scribe/tail.h"

enum { TB_LOG_BATCH = 256 * 1024 };

struct tb_log {
    int fd;        /* owned */
    uint64_t size; /* of the file; it ends there after a whole line */
    uint64_t n;    /* of the newest record */
    uint8_t hash[TB_HASH_SIZE];
    size_t n_out;
    char out[TB_LOG_BATCH];
};

/* Continues the file whose end is `tail`. Consumes fd, also on failure. A tail without a newline is
 * given one with the next line. */
void tb_log_init(struct tb_log *log, int fd, const struct tb_tail *tail);
void tb_log_deinit(struct tb_log *log);

/* Room for one line, TB_LINE_MAX bytes; writes out what is held when there is no more. 0, or -errno
 * as tb_log_flush. */
tb_must_check int tb_log_room(struct tb_log *log, char **ret_room);
/* The n bytes in that room are a record's line: it is hashed, numbered and given its newline. */
void tb_log_add(struct tb_log *log, size_t n);

/*
 * Writes out all lines that are held. 0 or -errno; then the file is cut back to its last whole
 * line, lines are lost, and the log is not to be used any more.
 */
tb_must_check int tb_log_flush(struct tb_log *log);
tb_must_check int tb_log_sync(struct tb_log *log); /* flush, and onto the disk */
