/* Names and paths in an app's folder that are nobody's files. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>

/* What an editor keeps beside a file while it is open or being written, and takes away again. */
bool dev_name_is_temporary(const char *name);

/* Folders of other programs, which no frontend is served from: `.git`, `node_modules`. */
bool dev_name_is_foreign(const char *name);

/* Whether a path is that folder, or one below it; "" is the app's folder. */
bool dev_path_is_below(const char *path, const char *folder);
