/* A record of the audit log (docs/audit.md) as a page that shows its own calls needs it. */
#pragma once

#include "base/bytes.h"
#include "base/compiler.h"

enum { DEV_SESSION_HEX = 16 };

/* The texts are valid UTF-8, in which all that a reader would not see as it is is escaped. */
struct dev_record {
    uint64_t n;
    uint64_t of; /* of a `done`: the n of its call */
    uint64_t dur_ns;
    const char *time;
    const char *event; /* call, done, ask, violation */
    const char *command;
    const char *verdict; /* allow, deny, rewrite */
    const char *code;
    const char *reason;
    struct {
        const char *capability;
        const char *permission;
        const char *file;
        uint32_t line;
    } rule;
    char texts[]; /* which all these lie in */
};

/* The session that a line names, before it is read at all; false where it names none. That it is a
 * record is not said by this. */
bool dev_record_session(struct tb_bytes untrusted_line,
                        char ret_session[static DEV_SESSION_HEX + 1]);

/* *ret_record is new. TB_OK; TB_UNKNOWN: a record of something else; TB_MALFORMED: it is none; or
 * -ENOMEM. */
tb_must_check int dev_record_read(struct tb_bytes untrusted_line,
                                  char ret_session[static DEV_SESSION_HEX + 1],
                                  struct dev_record **ret_record);
void dev_record_free(struct dev_record *record);
