/*
 * What changes in an app's folder while the app is being written: the frontend, recursively; the
 * files that its policy is made of; the manifest. Nothing else in the folder is looked at, so that
 * an app that writes data there does not reload itself.
 *
 * A change is told once nothing has happened for a while: editors and builders write in several
 * steps. The caller has the clock.
 */
#pragma once

#include "dev/folders.h"

#include <stdbool.h>
#include <stdint.h>

enum dev_change {
    DEV_CHANGE_FILES = 1, /* below the frontend's folder */
    DEV_CHANGE_POLICY =
        2,              /* capabilities, permissions, the hook, what the manifest's plugins may */
    DEV_CHANGE_APP = 4, /* the manifest */
    DEV_CHANGE_ALL = 7,
};

struct dev_changes_limits {
    size_t folders; /* at most so many are watched; 0: 4,096 */
    unsigned depth; /* of folders below one that is watched as a whole; 0: 32 */
};

struct dev_changes;

/*
 * Watches the app's folder; what changes from now on is told. `frontend` is the path of its folder
 * in the app's, of names alone, or "". `limits` is borrowed, NULL: as they are. 0 or -errno:
 * -EMFILE: this user has no inotify instance left.
 */
tb_must_check int dev_changes_new(const char *app, const char *frontend,
                                  const struct dev_changes_limits *limits,
                                  struct dev_changes **ret_changes);
void dev_changes_free(struct dev_changes *changes);

/* Looks anew which files matter, when the manifest has changed. Before these are read again: what
 * changes while this looks is not told. */
void dev_changes_aim(struct dev_changes *changes, const char *frontend);

/* Why not everything that matters is watched, for people: one line. NULL: it is. Borrows. */
const char *dev_changes_lack(const struct dev_changes *changes);
/* The same, but NULL if it is what was taken last: to be said once. */
const char *dev_changes_take_lack(struct dev_changes *changes);

int dev_changes_fd(const struct dev_changes *changes); /* to poll for reading; borrowed */

/* Takes what has happened until now. 0 or -errno. */
tb_must_check int dev_changes_read(struct dev_changes *changes, uint64_t now_ns);

/* When there will be something to take, unless more happens; TB_NEVER: nothing has changed. */
uint64_t dev_changes_due_ns(const struct dev_changes *changes);

/* DEV_CHANGE_ flags of what has changed; 0 before it is due. */
tb_must_check unsigned dev_changes_take(struct dev_changes *changes, uint64_t now_ns);
