/* The file that a request means. */
#pragma once

#include "frontend/path.h"

#include <sys/types.h>

struct tb_found {
    int fd; /* of a regular file, for reading; the caller's */
    off_t size;
    const char *path; /* the name that it has in the folder; borrowed from the tries */
};

/* The first of the tries that is there. TB_OK, TB_UNKNOWN: none is, or TB_DENIED: at its name is a
 * link, or no regular file. */
tb_must_check int tb_frontend_find(int folder, const struct tb_frontend_path *tries, size_t n,
                                   struct tb_found *ret_found);
void tb_found_deinit(struct tb_found *found); /* closes its file; fd -1 is fine */
