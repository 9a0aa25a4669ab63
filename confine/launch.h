/* Closing the sandbox around a plugin and becoming it. */
#pragma once

#include "confine/hull.h"

enum {
    LAUNCH_LINK = 3,
    LAUNCH_POOL = 4,
    LAUNCH_GRANT = 5,
    LAUNCH_REPORT = 6,
    LAUNCH_AUDIT = 7,
    LAUNCH_PLUGIN_AUDIT = 5, /* where the plugin finds the log, if it may read it */
};

struct launch {
    struct hull hull;
    const char *name;    /* the plugin's argv[0] */
    const char *states;  /* where the folders of plugins lie, for none but its own; NULL: nowhere */
    uint32_t namespaces; /* that this process was started in; net is still to be made */
    uint32_t require;
    uint64_t memory; /* bytes; 0: no limit */
    uint64_t cpu_s;  /* 0: no limit */
    bool jit;        /* the plugin's language makes code at run time */
    bool launcher;   /* it starts programs, each in a sandbox of its own */
    bool audit;      /* the plugin reads the app's log */
};

/*
 * Writes the report of the layers to LAUNCH_REPORT, then becomes the plugin, which finds its link
 * on LAUNCH_LINK, its pool on LAUNCH_POOL, with `audit` the log on LAUNCH_PLUGIN_AUDIT, and no
 * other descriptor but 0, 1 and 2. Returns only if that failed: -errno, or TB_DENIED when a
 * required layer is not held.
 */
tb_must_check int launch(struct launch *launch);
