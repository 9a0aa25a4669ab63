/* Inside of views.h: what is the same for all views of a policy. */
#pragma once

#include "policy/compiler/filters.h"
#include "policy/compiler/risk.h"

struct tb_view_policy {
    const struct tb_compiled *compiled;
    struct tb_snapshot snapshot;
    struct tb_snapshot in_tauri;     /* the same in mode tauri */
    const struct tb_risk_row **rows; /* by command */
    bool *every_window;              /* by capability */
    struct tb_risk_reach *reaches;   /* by scope: of what it allows */
    struct tb_filters filters;
};

struct tb_view_policy tb_view_policy_of(const struct tb_policy *whole,
                                        const struct tb_compiled *compiled,
                                        const struct tb_snapshot *snapshot);
/* The name of a command's plugin; empty: it is the app's own. */
struct tb_bytes tb_view_plugin_of(const struct tb_snapshot *snapshot,
                                  const struct tb_snap_command *command);
