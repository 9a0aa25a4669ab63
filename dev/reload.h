/* What is done when the app's files change: pages load again, the policy is read again, the broker
 * is started again, whichever it takes; and when the broker dies. */
#pragma once

#include "dev/changes.h"
#include "dev/loop.h"

#include <libwebsockets.h>

struct dev;

struct dev_reload {
    struct dev_changes *changes; /* NULL: nobody looks */
    struct dev_watch watch;
    lws_sorted_usec_list_t due;
    lws_sorted_usec_list_t revival; /* of a broker that has died */
    uint64_t started_ns;            /* the bridge that runs, or ran last */
    unsigned n_deaths;              /* soon after their start, in a row */
    unsigned changed;               /* what is being read again, DEV_CHANGE_ */
    bool again;                     /* there is more of it since */
    bool restarts;                  /* the broker has to be started anew for it */
};

/* Once the bridge runs. Where changes cannot be watched that is said, and all else works. */
void dev_reload_start(struct dev *dev);
void dev_reload_stop(struct dev *dev);

/* The broker's answer to a reload; see trollbridge_options. */
void dev_reload_done(struct dev *dev, const char *before, const char *after, const char *code,
                     const char *message);

/* What was started with the files as they were ends; pages come again by themselves. */
void dev_reload_restart(struct dev *dev);

/* The broker has ended. */
void dev_reload_revive(struct dev *dev);
