/* Folders of the hull that are links, and what lies behind them. For the files of this folder. */
#pragma once

#include "confine/hull.h"

/* What is denied, by the names that it has through such links. */
struct hull_aliases {
    char **list; /* owned, as what is in it */
    size_t n;
};
void hull_aliases_deinit(struct hull_aliases *aliases); /* for tb_cleanup */

/* Where what is open really lies, all links followed. Returns a new string; NULL: no memory, or
 * nobody can say. */
char *hull_real_of(int fd);

/* Adds what is denied of the folder `real` that the plugin is to have as `path`. 0 or -errno. */
tb_must_check int hull_aliases_add(struct hull_aliases *aliases, const struct hull *hull,
                                   const char *path, const char *real);

/* Covers them in the new root. 0 or -errno. */
tb_must_check int hull_cover_aliases(int root, int lids, const struct hull_aliases *aliases);
