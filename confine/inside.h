/* Names inside the root that is being made. For the files of this folder. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>

/* Never leaves the new root, whatever the links in it say. A descriptor (O_PATH) or -errno. */
int hull_open_inside(int root, const char *path);

/* The same; what is missing of the path is made, folders before what lies in them. */
int hull_open_place(int root, const char *path, bool as_folder);

/* What of `path` is below the folder, "" for the folder itself; NULL: it is elsewhere. By name
 * alone. */
const char *hull_below(const char *folder, const char *path);
