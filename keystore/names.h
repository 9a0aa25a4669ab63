/* The names in a folder, sorted. */
#pragma once

#include "base/compiler.h"

#include <stddef.h>

enum {
    TB_NAMES_MAX = 16384,
    TB_NAME_SIZE = 256, /* the longest that a file system has, and a NUL */
};

struct tb_names {
    char **list; /* owned, and each of them */
    size_t n;
    size_t cap;
};
void tb_names_deinit(struct tb_names *names); /* for tb_cleanup */

/* Of that folder, without "." and "..". 0; TB_KEYSTORE_FULL: more than TB_NAMES_MAX; or -errno. */
tb_must_check int tb_names_read(int folder, struct tb_names *ret_names);
