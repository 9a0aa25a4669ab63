/*
 * Entering a role's sandbox: one call, early in the program, while there is one thread and nothing
 * has been read from a peer. What a library loads lazily (time zone, random source, locale) has to
 * be loaded before.
 */
#pragma once

#include "sandbox/landlock.h"
#include "sandbox/role.h"

enum tb_root {
    TB_ROOT_EMPTY = 0, /* nothing has a name any more, if there is a mount namespace */
    TB_ROOT_KEPT,      /* the tree as it is: Landlock alone guards it */
    TB_ROOT_MADE,      /* the caller has made a root of its own */
};

struct tb_rlimits {
    uint64_t files;     /* descriptors; 0: 1,024 */
    uint64_t processes; /* threads too; only in a user namespace of one's own, where they are
                           counted apart; 0: no limit */
    uint64_t data;      /* bytes of private memory; 0: no limit */
    uint64_t cpu_s;     /* 0: no limit */
};

struct tb_sandbox_options {
    const int *keep; /* descriptors that stay open beside 0, 1 and 2 */
    size_t n_keep;
    uint32_t namespaces;                  /* the layers that tb_spawn made for this process */
    uint32_t require;                     /* layers without which this fails */
    const struct tb_landlock_rule *rules; /* descriptors that stay open too, until Landlock is on */
    size_t n_rules;
    enum tb_root root;
    struct tb_rlimits limits;
    bool allow_jit; /* programs started from here may make code at run time: MDWE ends at exec */
};

/*
 * Enters. TB_OK; TB_DENIED when a required layer is not held, or no_new_privs, limits or
 * capabilities are not, or seccomp is not in force: the caller then has to report and end. Always
 * writes the report, on failure too. In a build with sandbox=off it does nothing, reports that, and
 * returns TB_OK.
 */
tb_must_check int tb_sandbox_enter(const struct tb_role *role,
                                   const struct tb_sandbox_options *options,
                                   struct tb_layers *ret_layers);

/*
 * For a plugin that the launcher has confined already, once it has started: no longer dumpable, and
 * a narrower list of system calls on top of the launcher's. Needs no_new_privs. TB_OK or TB_DENIED.
 */
tb_must_check int tb_sandbox_tighten(const struct tb_role *role);
