/*
 * The audit log of an app as it grows, whichever file it is in: while another instance of the app
 * runs, the next one writes `audit-2.jsonl`, and so on (docs/audit.md).
 */
#pragma once

#include "audit/lines.h"

#include <stdbool.h>

enum { DEV_LOGS_MAX = 16 };

/* One of its files. */
struct dev_log {
    int fd;          /* owned; -1: it is not there */
    uint64_t offset; /* of what is read next */
    bool in_line;    /* that is the rest of a line that is no record */
    bool changed;
};

struct dev_logs {
    int inotify; /* owned */
    int folder;  /* owned */
    char *name;  /* owned; of the first file in the folder */
    struct dev_log list[DEV_LOGS_MAX];
    void (*tell)(void *data, struct tb_bytes untrusted_line);
    void *data;
    struct tb_lines lines; /* of the one that is being read */
};

/* Follows the log from its end on, and what is begun later from its beginning. Its folder has to be
 * there. `tell` gets each line, whole and without its newline, borrowed in the call. 0 or -errno.
 */
tb_must_check int dev_logs_init(struct dev_logs *logs, const char *path,
                                void (*tell)(void *data, struct tb_bytes untrusted_line),
                                void *data);
void dev_logs_deinit(struct dev_logs *logs);

/* Tells of all that was written until now. 0 or -errno. */
tb_must_check int dev_logs_read(struct dev_logs *logs);
