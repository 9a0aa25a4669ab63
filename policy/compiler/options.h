/* The command line of trollbridge-policy: internal, called by the supervisor and by trollbridge. */
#pragma once

#include "policy/compiler/policy.h"

enum tb_policy_job { TB_JOB_COMPILE, TB_JOB_RESOLVE };

struct tb_options {
    enum tb_policy_job job;
    const char *app;
    const char *plugins[TB_PLUGIN_FOLDERS_MAX];
    size_t n_plugins;
    const char *libexec;
    const char *mode; /* NULL: as the manifest says */
    struct tb_user user;
    int snapshot_fd;
    int settings_fd;
    int request_fd;
    int grant_fd;
    const char *namespaces; /* that this process was started in */
};

/* False after telling what is wrong. Borrows argv. */
tb_must_check bool tb_options_parse(struct tb_report *report, int argc, char **argv,
                                    struct tb_options *ret_options);
