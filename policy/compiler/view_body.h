/* Inside of views.h: what one view may do, with its risk. */
#pragma once

#include "policy/compiler/resolve.h"
#include "policy/compiler/risk.h"

/* What is the same for all views of a policy. */
struct tb_view_policy {
    const struct tb_compiled *compiled;
    struct tb_snapshot snapshot;
    struct tb_snapshot in_tauri;     /* the same in mode tauri */
    const struct tb_risk_row **rows; /* by command */
    bool *every_window;              /* by capability */
    struct tb_risk_reach *reaches;   /* by scope: of what it allows */
};

struct tb_view_policy tb_view_policy_of(struct tb_arena *arena, const struct tb_compiled *compiled,
                                        const struct tb_snapshot *snapshot);

enum { TB_VIEW_BODY_KEYS = 6 };

/* Appends keys and values: score, reasons, commands, denied, scopes, tauri. *ret_empty: nothing is
 * granted or denied. TB_OK, or TB_TOO_LARGE. `scratch` may be freed afterwards. */
tb_must_check int tb_view_body_write(struct tb_arena *scratch, const struct tb_view_policy *policy,
                                     const struct tb_request *request, struct tb_packer *packer,
                                     bool *ret_empty);
