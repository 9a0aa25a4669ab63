/* The private folder of a test: what one case writes, its log above all, and nothing else does. */
#pragma once

#include <limits.h>

struct test_folder {
    char path[PATH_MAX]; /* empty: there is none */
};

/* A new, empty one, 0700, below TMPDIR or /tmp. 0 or -errno. */
int test_folder_make(struct test_folder *ret_folder);
/* Removes it with all that is in it. */
void test_folder_remove(struct test_folder *folder);
