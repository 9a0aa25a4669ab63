/* Policy files of any size, all valid and all different: what a large app would have. */
#pragma once

#include "base/compiler.h"

struct bench_size {
    unsigned capabilities; /* for a window each: w0, w1, ... */
    unsigned permissions;  /* of the app's own, each with a command and a scope */
};

/* Writes the app's `permissions` and adds to its `capabilities`, which must be there. Every
 * permission is in one capability. 0 or -errno. */
tb_must_check int bench_many_write(const char *app, const struct bench_size *size);

/* Writes the plugin `echo` to the app's folder `plugin`, which must be there with its folder
 * `permissions`: the command `echo` and n others, each with a permission and a scope of its own,
 * and a set `all` of these. 0 or -errno. */
tb_must_check int bench_many_plugin(const char *app, unsigned n);
