/*
 * What `trollbridge import` writes: an app folder that grants what a Tauri project's folder grants.
 *
 *     {"files": [{"path": str, "copy": str}       a file of the project, unchanged
 *                {"path": str, "text": str}
 *                {"path": str, "json": any}],
 *      "notes": [{"file": str, "line": uint, "message": str}],     what has no counterpart
 *      "warnings": [...], "errors": [...]}                         as of `check`
 *
 * Paths are relative: `path` to the new folder, `copy` to the project's. With an error there is no
 * file.
 */
#pragma once

#include "policy/compiler/policy.h"

#include "base/buffer.h"

enum { TB_IMPORT_MAX = 64 * 1024 * 1024 };

/* After tb_policy_read and tb_compile. False: more than TB_IMPORT_MAX. */
tb_must_check bool tb_import_write(struct tb_policy *policy, struct tb_buffer *out);
