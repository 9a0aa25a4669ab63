/* Inside of views.h: what one view may do, with its risk. */
#pragma once

#include "policy/compiler/view_policy.h"

enum { TB_VIEW_BODY_KEYS = 6 };

/* Appends keys and values: score, reasons, commands, denied, scopes, tauri. *ret_empty: nothing is
 * granted or denied. TB_OK, or TB_TOO_LARGE. `scratch` may be freed afterwards. */
tb_must_check int tb_view_body_write(struct tb_arena *scratch, const struct tb_view_policy *policy,
                                     const struct tb_request *request, struct tb_packer *packer,
                                     bool *ret_empty);
