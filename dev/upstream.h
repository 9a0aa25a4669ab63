/* The development server that the manifest names (`dev_url`), whose pages are shown instead of the
 * frontend's folder. It is on this machine: what it says is the developer's own code. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>

enum { DEV_UPSTREAM_MAX = 64 };

struct dev_upstream {
    char name[DEV_UPSTREAM_MAX];     /* of the machine; "": there is none */
    char host[DEV_UPSTREAM_MAX + 8]; /* the same as a Host header has it */
    unsigned port;
};

/* "": there is none. False: it is no http:// address of this machine. */
tb_must_check bool dev_upstream_read(const char *dev_url, struct dev_upstream *ret_upstream);

bool dev_upstream_is_there(const struct dev_upstream *upstream);
