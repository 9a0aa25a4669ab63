/* The processes that the supervisor has started, by pidfd, and what to do when each ends. */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

enum child_kind {
    CHILD_NONE,
    CHILD_BROKER,
    CHILD_SCRIBE,
    CHILD_COMPILE,
    CHILD_RESOLVE,
    CHILD_PLUGIN,
    CHILD_HOOK,
    CHILD_GRAFT,
    CHILD_GRAFT_MAKE,
};

enum { N_CHILDREN = 256 };

struct child {
    enum child_kind kind;
    pid_t pid;
    int pidfd;
    int report_fd;  /* where it says which layers hold, once; -1: said, or it does not */
    int grant_fd;   /* RESOLVE: what it writes; PLUGIN: what it was started with */
    int log_fd;     /* PLUGIN, HOOK: its stderr */
    uint32_t token; /* the broker's name for it */
    uint32_t slot;
    uint32_t index;    /* PLUGIN: in that grant; GRAFT: the number of the pick */
    uint64_t until_ns; /* GRAFT, GRAFT_MAKE: it is given up then */
    bool looks;        /* GRAFT_MAKE: alone, so that its end is the answer */
    uint32_t reload;   /* RESOLVE: against the policy of that RELOAD; 0: against that in force */
    bool checks;       /* COMPILE: the hook of a policy that has been made */
    bool stopped;      /* it is not wanted any more: nobody is told of its end, nor what it made */
};

static inline bool child_grafts(enum child_kind kind)
{
    return kind == CHILD_GRAFT || kind == CHILD_GRAFT_MAKE;
}

/* What the broker asks for when a page calls, names by a token, and is told the end of. */
static inline bool child_is_asked_for(enum child_kind kind)
{
    return kind == CHILD_PLUGIN || kind == CHILD_HOOK;
}

struct children {
    struct child list[N_CHILDREN];
    size_t n; /* slots that were ever used */
};

/* A free entry with its descriptors at -1, or NULL. It is taken by setting `kind`. */
struct child *child_new(struct children *children);
struct child *child_find(struct children *children, enum child_kind kind, uint32_t token);
void child_kill(const struct child *child);
/* Kills it; what it may have made already is not taken. */
void child_stop(struct child *child);

/* Waits for a child that is known to have ended, closes what it held and frees its entry. Returns
 * its wait status. */
int child_reap(struct child *child);
void child_kill_all(struct children *children, enum child_kind kind);
