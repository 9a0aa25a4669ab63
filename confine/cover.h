/* Covering what is denied, in the root that is being made. For the files of this folder. */
#pragma once

#include "confine/hull.h"

/* Makes what covers, in the folder that `lids` is below. 0 or -errno. */
tb_must_check int hull_make_lids(int folder);

/* Covers one path, if it is there. 0 or -errno. */
tb_must_check int hull_cover(int root, int lids, const char *path);

/* Covers what the hull denies, and places the plugin's own folder. What cannot be covered is a
 * failure. 0 or -errno. */
tb_must_check int hull_cover_all(int root, int lids, const struct hull *hull);
