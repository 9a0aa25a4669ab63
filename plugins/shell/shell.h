/* What the parts of the plugin share. */
#pragma once

#include "plugins/shell/program.h"

enum { SHELL_RUNS_MAX = 32 };

/* The programs of one scope of the policy. */
struct shell_scope {
    struct shell_program *programs;
    size_t n;
    const struct tb_value *deny; /* maps with the `name` of programs that are not started */
};

/* A folder or file that the person has picked: picks.c. */
struct shell_pick {
    char *path; /* as the page knows it */
    char *at;   /* where it is here */
    bool folder;
    bool recursive;
    bool writable;
};

enum { SHELL_PICKS_MAX = 64 };

struct shell_picked {
    struct shell_pick list[SHELL_PICKS_MAX];
    size_t n;
};

struct shell_run;

struct shell_state {
    struct tb_session *session;
    struct shell_scope *scopes;
    uint32_t n_scopes;
    struct shell_picked picks;
    struct shell_run *runs; /* programs that run, or whose end has not been told yet */
    size_t n_runs;
};
