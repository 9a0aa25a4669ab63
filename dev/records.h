/* What the audit log says of the calls of some sessions: each new record is told, and the last ones
 * of each session are kept for whoever asks later. */
#pragma once

#include "dev/record.h"

enum {
    DEV_SESSIONS_MAX = 64,
    DEV_RECORDS_MAX = 200, /* of each session */
};

struct dev_records;

/*
 * Follows the log at that path, from its end on, and what other instances of the app write beside
 * it. Its folder has to be there. `told` is called for each new record of a session that was named;
 * it may name and forget sessions. 0 or -errno.
 */
tb_must_check int dev_records_new(const char *path,
                                  void (*told)(void *data, const char *session,
                                               const struct dev_record *record),
                                  void *data, struct dev_records **ret_records);
void dev_records_free(struct dev_records *records);

int dev_records_fd(const struct dev_records *records); /* to poll for reading; borrowed */

/* Takes what was written until now. 0 or -errno. */
tb_must_check int dev_records_read(struct dev_records *records);

/* Keeps the records of a session from now on: before its first call. With too many, the one that
 * was named first is forgotten. TB_OK, or TB_MALFORMED: it is not 16 hex digits. */
tb_must_check int dev_records_name(struct dev_records *records, const char *untrusted_session);
void dev_records_forget(struct dev_records *records, const char *session);

/* The last records of a session, oldest first; returns how many. They are valid until the next one
 * is read. */
size_t dev_records_last(const struct dev_records *records, const char *session,
                        const struct dev_record *ret_list[static DEV_RECORDS_MAX]);
