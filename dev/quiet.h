/* Puts off what has happened until nothing more does for a while, but not for long. */
#pragma once

#include "base/clock.h"

#include <stdbool.h>

enum { DEV_QUIET_MS = 60, DEV_QUIET_MOST_MS = 500 };

struct dev_quiet {
    unsigned flags;
    uint64_t first_ns;
    uint64_t last_ns;
};

static inline void dev_quiet_add(struct dev_quiet *quiet, unsigned flags, uint64_t now_ns)
{
    if (flags == 0)
        return;
    if (quiet->flags == 0)
        quiet->first_ns = now_ns;
    quiet->last_ns = now_ns;
    quiet->flags |= flags;
}

static inline uint64_t dev_quiet_due_ns(const struct dev_quiet *quiet)
{
    if (quiet->flags == 0)
        return TB_NEVER;
    uint64_t last_ns = quiet->last_ns + DEV_QUIET_MS * TB_MS_NS;
    uint64_t most_ns = quiet->first_ns + DEV_QUIET_MOST_MS * TB_MS_NS;
    return last_ns < most_ns ? last_ns : most_ns;
}

static inline unsigned dev_quiet_take(struct dev_quiet *quiet, uint64_t now_ns)
{
    if (now_ns < dev_quiet_due_ns(quiet))
        return 0;
    unsigned flags = quiet->flags;
    quiet->flags = 0;
    return flags;
}
