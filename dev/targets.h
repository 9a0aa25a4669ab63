/* Which files of an app matter to whoever writes it, and how the path of one that has changed is
 * related to them. */
#pragma once

#include "dev/manifest.h"

#include <stdbool.h>

/* One for each of the manifest's plugins twice, and those that every app has. */
enum { DEV_TARGETS_MAX = 2 * DEV_PLUGINS_MAX + 6 };

struct dev_target {
    char path[DEV_NAME_MAX + 16]; /* from the app's folder; never "" */
    unsigned change;              /* DEV_CHANGE_ */
    bool whole;                   /* a folder with all below it, else a file */
    bool policy;                  /* only files that policy is written in */
};

struct dev_targets {
    size_t n;
    struct dev_target list[DEV_TARGETS_MAX];
};

/* False: the frontend's path is longer than ours are, and is left out. */
tb_must_check bool dev_targets_set(struct dev_targets *targets, const char *frontend,
                                   const struct dev_manifest *manifest);

/* Whether the target is that path, or lies below it. */
bool dev_target_is_below(const struct dev_target *target, const char *path);
/* Whether that path is the target, or lies in it. */
bool dev_target_holds(const struct dev_target *target, const char *path);
/* Whether a file of that name counts, where the target holds it. */
bool dev_target_wants(const struct dev_target *target, const char *name);
