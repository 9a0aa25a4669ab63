/*
 * The hull of a plugin: the part of the file system that is there for it, and nothing else.
 *
 * With a mount namespace the plugin gets a root of its own with just these folders in it, denied
 * subtrees covered; Landlock says the same once more, and alone where there is no mount namespace.
 */
#pragma once

#include "sandbox/landlock.h"

#include <stddef.h>

struct hull_paths {
    const char *const *list; /* absolute */
    size_t n;
};

struct hull {
    const char *program;     /* absolute */
    const char *interpreter; /* of a program that is a script, or NULL */
    struct hull_paths read;
    struct hull_paths write;
    struct hull_paths make; /* folders to be created first */
    struct hull_paths mask; /* subtrees to be covered */
    size_t n_scoped;        /* so many of them, the first, scopes deny by name as well */
    struct hull_paths exec; /* programs that it may start, and folders of such */
    const char *state;      /* the folder of its own, which no `mask` takes away, or NULL */
    const char *state_real; /* where that is once all links are followed */
    const char *states;     /* where those of all plugins are, all links followed, or NULL */
    int state_fd;
    bool mounted; /* the root is one that holds the hull and nothing else */
    bool network; /* the files that names of hosts and certificates are looked up in */
    bool picks;   /* what is picked while it runs; only with a mount namespace */
};

/*
 * What the denied paths stand for, before anything covers them: device and inode number of each
 * that exists, as text "DEVICE:INODE" in hexadecimal. A plugin that holds paths against denials by
 * what they are, and not by what they are called, could not learn it later. Where no scope says it,
 * "DEVICE:INODE:PATH", with zeros for what does not exist yet. Returns a new array with NULL at the
 * end, or NULL when out of memory.
 */
char **hull_denied(const struct hull *hull);

/*
 * Leaves out of the hull what leads through a symbolic link in one of the app's own folders. What a
 * user links is the user's will; a link that came with an app, or lies among its data, would turn a
 * narrow scope into any folder. Each is said on stderr.
 */
void hull_drop_links(struct hull *hull, const struct hull_paths *own);

/* Whether the path, somewhere below the folder, is reached through a symbolic link from there on.
 */
bool hull_leads_through_link(const char *folder, const char *path);

/*
 * Opens the folder of a plugin's own, whose path the grant's reader has checked, and makes it and
 * what leads there (0700). A descriptor, or -errno: it cannot be had, or is somebody else's, which
 * is said on stderr.
 */
tb_must_check int hull_open_state(const char *path);

/* Makes the folder in which all of them lie. It is covered for every plugin, and what is not there
 * cannot be. */
void hull_make_states(const char *path);

/* Whether what is open lies in that folder, by whatever name it was opened: no hull holds that, and
 * Landlock, where it is alone, could not take it away again. It is then said on stderr. */
bool hull_is_state(const struct hull *hull, int fd, const char *path);

/* Creates the folders of `make` that are missing, 0700, parents too. 0 or -errno. */
tb_must_check int hull_make(const struct hull *hull);

/*
 * Replaces the root by one that holds the hull, in a mount namespace of one's own. What does not
 * exist is left out and said on stderr; a denied subtree that exists and cannot be covered is a
 * failure. 0 or -errno.
 */
tb_must_check int hull_mount(const struct hull *hull);

enum { HULL_RULES_MAX = 1024 };

/* The Landlock rules of the hull, with open descriptors. *ret_n of ret_rules are set. 0 or -errno.
 */
tb_must_check int hull_rules(const struct hull *hull,
                             struct tb_landlock_rule ret_rules[static HULL_RULES_MAX],
                             size_t *ret_n);
