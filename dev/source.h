/* What an answer is made of: a file, or text that was read or fetched. */
#pragma once

#include "base/buffer.h"
#include "base/compiler.h"
#include "dev/frontend.h"

enum {
    DEV_TYPE_MAX = 127,
    DEV_SOURCE_MAX = 64 * 1024 * 1024, /* of text */
};

struct dev_source {
    unsigned status;
    char type[DEV_TYPE_MAX + 1];
    struct tb_buffer text;
    int fd; /* of a file that is sent as it is; -1: the text is all */
    uint64_t size;
};

void dev_source_init(struct dev_source *source);
void dev_source_deinit(struct dev_source *source);

/* A document of HTML: it is written anew, with nonces. */
bool dev_source_is_document(const struct dev_source *source);

/*
 * The file that the path means, in the frontend. TB_OK; TB_UNKNOWN: there is none;
 * TB_DENIED: a link, or no regular file; TB_TOO_LARGE: a document of more than 4 MiB; -errno.
 */
tb_must_check int dev_source_read(struct dev_source *source, const struct dev_frontend *frontend,
                                  const char *path);
