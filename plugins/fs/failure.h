/* Why something could not be done, as a page is told it. */
#pragma once

#include "base/compiler.h"
#include "plugins/sdk/trollbridge-plugin.h"

#include <stdbool.h>

struct fs_failure {
    enum tb_code code;
    int number; /* errno, 0: none */
    const char *message;
};

extern const struct fs_failure fs_outside;

/* What a page is told of -errno. */
struct fs_failure fs_failure_of(int error);

/* Sets *ret_failure and returns false, so that a check ends in `return fs_fail(...)`. */
bool fs_fail(struct fs_failure failure, struct fs_failure *ret_failure);
