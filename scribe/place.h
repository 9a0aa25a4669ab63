/* Where the log is: its folder, and the file that this instance of the app holds alone. */
#pragma once

#include "base/compiler.h"

#include <limits.h>
#include <stdbool.h>

enum { TB_INSTANCES_MAX = 16 };

/*
 * Makes the missing folders of the path (0700), opens the file for appending (0600) and takes its
 * lock. While another instance of the app holds it, tries `NAME-2.EXT` to `NAME-16.EXT`, each a
 * chain of its own. Returns a new descriptor, or -errno: -EWOULDBLOCK when all are held, -EPERM for
 * a file that is not a regular one or is another user's.
 */
tb_must_check int tb_place_open(const char *path);

/* The file of the instance, 1 to TB_INSTANCES_MAX. False when it is longer than a path may be. */
tb_must_check bool tb_place_name(const char *path, unsigned instance,
                                 char ret_name[static PATH_MAX]);
