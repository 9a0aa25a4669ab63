/*
 * What each of our processes may ask of the kernel, as data: every system call with the reason why
 * the role needs it. `trollbridge doctor` prints the lists, a test calls every system call in every
 * role and compares, sandbox/filter.c makes seccomp filters of them.
 *
 * What is not listed ends the process. An entry may answer with an errno instead, for calls that an
 * honest program tries and can do without.
 */
#pragma once

#include "sandbox/layer.h"

#include <sys/types.h>

enum tb_when {
    TB_WHEN_ALWAYS = 0,
    TB_WHEN_MASKED,   /* (arg & mask) == value */
    TB_WHEN_NOT,      /* arg != value */
    TB_WHEN_SELF,     /* arg is the process id of whoever enters the sandbox */
    TB_WHEN_NOT_SELF, /* arg is not */
};

struct tb_condition {
    enum tb_when when;
    uint8_t arg;
    uint64_t mask;
    uint64_t value;
};

struct tb_syscall {
    const char *name;
    const char *reason;
    int error; /* 0: allowed; else the call is answered with this errno and does nothing */
    struct tb_condition conditions[4]; /* all must hold for the entry to apply */
};

struct tb_syscalls {
    const struct tb_syscall *list;
    size_t n;
};

enum { TB_ROLE_LISTS = 4, TB_RULES_MAX = 512 };

struct tb_role {
    const char *name;
    const char *purpose;
    uint32_t layers;       /* which of the layers it puts in place */
    uint64_t capabilities; /* mask of those that it keeps if it has them */
    bool detached;         /* does not end with the thread that started it */
    bool execs;            /* becomes another program, which is dumpable until it says otherwise */
    struct tb_syscalls lists[TB_ROLE_LISTS];
    /* Filters are inherited and stack: what these roles do, this one lets through. NULL at the end,
     * or NULL. A call that its own lists, or an earlier role's, name is not looked up further. */
    const struct tb_role *const *children;
};

extern const struct tb_role tb_role_supervisor;
extern const struct tb_role tb_role_broker;
extern const struct tb_role tb_role_scribe;
extern const struct tb_role tb_role_policy;
extern const struct tb_role tb_role_hook;
extern const struct tb_role tb_role_graft;
extern const struct tb_role tb_role_graft_make;
extern const struct tb_role tb_role_plugin; /* any plugin, from exec on */
extern const struct tb_role tb_role_plugin_network;
extern const struct tb_role tb_role_plugin_exec;
extern const struct tb_role tb_role_plugin_network_exec;
extern const struct tb_role tb_role_plugin_launcher; /* starts programs, these: */
extern const struct tb_role tb_role_plugin_network_launcher;
extern const struct tb_role tb_role_program;
extern const struct tb_role tb_role_program_children;
extern const struct tb_role tb_role_program_network;
extern const struct tb_role tb_role_program_network_children;
extern const struct tb_role tb_role_fs;      /* the fs plugin, once it has started */
extern const struct tb_role tb_role_path;    /* the path plugin, once it has started */
extern const struct tb_role tb_role_audit;   /* the audit plugin, once it has started */
extern const struct tb_role tb_role_enclave; /* the enclave plugin, once it has started */

enum { TB_ROLES_MAX = 32 };
extern const struct tb_role *const tb_roles[];        /* all, NULL at the end */
const struct tb_role *tb_role_find(const char *name); /* or NULL */

/* The role's entries, those of its children too; returns their number. */
size_t tb_role_rules(const struct tb_role *role, const struct tb_syscall *ret_rules[TB_RULES_MAX]);

/* What policy gives a plugin. */
enum tb_plugin_starts { TB_STARTS_NOTHING, TB_STARTS_PROGRAMS, TB_STARTS_CONFINED };

const struct tb_role *tb_role_of_plugin(bool network, enum tb_plugin_starts starts);
const struct tb_role *tb_role_of_program(bool network, bool children);

/* A plugin's limit of descriptors. The first number above it is where the launcher holds the
 * program that it becomes: exec of that number works once, as no other file can ever get it. */
enum { TB_PLUGIN_FILES_MAX = 512, TB_PLUGIN_PROGRAM_FD = TB_PLUGIN_FILES_MAX };

enum { TB_SYSCALL_KILLED = -1, TB_SYSCALL_ALLOWED = 0 };

/* What the role's table says of a call made by process `self`: TB_SYSCALL_ALLOWED, an errno, or
 * TB_SYSCALL_KILLED. The kernel is not asked. */
int tb_role_judge(const struct tb_role *role, const char *syscall, const uint64_t args[static 6],
                  pid_t self);
