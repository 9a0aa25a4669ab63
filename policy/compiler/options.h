/* The command line of trollbridge-policy: internal, called by the supervisor and by trollbridge. */
#pragma once

#include "policy/compiler/policy.h"

enum tb_policy_job {
    TB_JOB_COMPILE,
    TB_JOB_RESOLVE,
    TB_JOB_CHECK,
    TB_JOB_IMPORT,
    TB_JOB_EXPLAIN,
    TB_JOB_CASES
};

struct tb_options {
    enum tb_policy_job job;
    const char *app;
    const char *plugins[TB_PLUGIN_FOLDERS_MAX];
    size_t n_plugins;
    const char *libexec;
    const char *test; /* compile: for a test, whose log goes to this folder */
    bool has_mode;    /* else as the manifest says */
    enum tb_semantics mode;
    enum tb_platform target;
    struct tb_user user;
    int snapshot_fd;
    int settings_fd;
    int request_fd;
    int grant_fd;
    int report_fd;
    int also_fd; /* check --views says what comes of these too: views.h */
    bool views;
    bool quiet;              /* compile tells nothing: who starts it has been told by check */
    bool types;              /* check --views has the texts of commands.d.ts files too */
    struct tb_bytes command; /* explain */
    struct tb_bytes webview; /* empty: the view's label */
    struct tb_bytes origin;
    struct tb_bytes view;   /* check lists what is for this one; empty: all */
    const char *namespaces; /* that this process was started in */
};

/* False after telling what is wrong. Borrows argv. */
tb_must_check bool tb_options_parse(struct tb_report *report, int argc, char **argv,
                                    struct tb_options *ret_options);
