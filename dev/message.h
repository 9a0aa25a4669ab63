/*
 * What this program and the script of a page say to each other in JSON. Each function writes one
 * message behind what the buffer holds: 0, or -ENOMEM when the buffer takes no more, which is then
 * unchanged.
 */
#pragma once

#include "base/buffer.h"
#include "dev/error.h"
#include "dev/record.h"

enum {
    DEV_JSON_MAX = 64 * 1024, /* of a message that is written */
    DEV_HEARD_MAX = 1024,     /* of one that is read */
    DEV_BOOT_MAX = 4096,      /* of a bootstrap */
};

enum dev_why { DEV_WHY_FILES, DEV_WHY_POLICY, DEV_WHY_APP };

/* The page is to load itself again. */
tb_must_check int dev_message_reload(struct tb_buffer *out, enum dev_why why);

/* What is wrong with the app's files; none: nothing is. Of what does not fit, and of n_more further
 * ones, the number is told. */
tb_must_check int dev_message_errors(struct tb_buffer *out, const struct dev_error *list, size_t n,
                                     uint64_t n_more);

/* A new session of the same document. At most DEV_BOOT_MAX bytes. */
tb_must_check int dev_message_bootstrap(struct tb_buffer *out, struct tb_bytes bootstrap,
                                        const char *message);
/* The broker is gone, and another one is being started. */
tb_must_check int dev_message_lost(struct tb_buffer *out, const char *message);
/* The view was opened elsewhere: this document's session is over for good. */
tb_must_check int dev_message_taken(struct tb_buffer *out, const char *message);

/* Records of the document's session, in their order: as many from the front of the list as one
 * message has room for, which is at least one. *ret_n is how many. */
tb_must_check int dev_message_records(struct tb_buffer *out, const struct dev_record *const *list,
                                      size_t n, size_t *ret_n);

/* What a page says. */
struct dev_heard {
    enum {
        DEV_HEARD_PANEL, /* it shows the records, or no longer */
        DEV_HEARD_BEGIN, /* it has a bootstrap: the link's bytes are of that session from here on */
    } type;
    bool open;
};

/* TB_OK, TB_TOO_LARGE, or TB_MALFORMED: anything that is not exactly one of these. */
tb_must_check int dev_message_read(struct tb_bytes untrusted_json, struct dev_heard *ret_heard);
