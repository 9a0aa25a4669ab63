/* Covering what is denied, in the root that is being made; and the places in it for what is picked.
 * For the files of this folder, and for what places picks (graft/). */
#pragma once

#include "confine/hull.h"

/* Makes what covers, in the folder that `lids` is below. 0 or -errno. */
tb_must_check int hull_make_lids(int folder);

/* picked.c: makes the places for what is picked, in the root that is being made. 0 or -errno. */
tb_must_check int hull_make_picked(int root);

/* Covers the view on processes of a root that is not made but taken whole, with these places where
 * the plugin is to have them. 0 or -errno. */
tb_must_check int hull_cover_processes(int root, int lids, const struct hull *hull);

/* Covers one path, if it is there. 0 or -errno. */
tb_must_check int hull_cover(int root, int lids, const char *path);

/* Covers what the hull denies, and places the plugin's own folder. What cannot be covered is a
 * failure. 0 or -errno. */
tb_must_check int hull_cover_all(int root, int lids, const struct hull *hull);
