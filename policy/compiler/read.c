/* The files of an app folder. A folder without our manifest may be a Tauri project's. */
#include "base/fd.h"
#include "policy/compiler/capability.h"
#include "policy/compiler/compile.h"
#include "policy/compiler/data/source.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/permission.h"
#include "policy/compiler/tauri_folder.h"
#include "policy/compiler/types.h"

/* People stand in the folder above `src-tauri`, where Tauri's own command line is used. */
static void tell_no_manifest(struct tb_policy *policy)
{
    bool above = tb_source_exists(policy->inputs->app, "src-tauri");
    tb_report_error(policy->report, "manifest", (struct tb_place){TB_MANIFEST_FILE, 0}, "%s",
                    above ? "an app folder needs this file; of a Tauri project name the folder "
                            "`src-tauri`"
                          : "an app folder needs this file; the least is `[app]` with "
                            "`id = \"com.example.notes\"`");
}

static const struct tb_value *read_manifest_file(struct tb_policy *policy)
{
    struct tb_bytes text;
    if (!tb_source_exists(policy->inputs->app, TB_MANIFEST_FILE)) {
        tell_no_manifest(policy);
        return NULL;
    }
    return tb_source_read(policy->report, policy->inputs->app, TB_MANIFEST_FILE, TB_MANIFEST_FILE,
                          &text)
               ? tb_value_read(policy->report, TB_FORMAT_TOML, TB_MANIFEST_FILE, text)
               : NULL;
}

void tb_policy_read(struct tb_policy *policy)
{
    const struct tb_inputs *inputs = policy->inputs;
    if (!tb_source_exists(inputs->app, TB_MANIFEST_FILE) && tb_tauri_found(inputs->app)) {
        tb_tauri_read(policy);
        return;
    }
    const struct tb_value *root = read_manifest_file(policy);
    if (!root)
        return;
    policy->manifest = tb_manifest_read(policy->report, root, inputs->forced_mode);
    policy->report->strict = policy->manifest.mode == TB_STRICT;
    policy->vars = tb_vars_of(policy->arena, &inputs->user, inputs->user_dirs, policy->manifest.app,
                              inputs->resource);
    tb_hook_open(policy);
    tb_filters_compile(policy);
    policy->types = tb_types_read(policy, inputs->app, "");
    tb_fd permissions = tb_source_folder(policy->report, inputs->app, "permissions", "permissions");
    if (permissions >= 0)
        tb_permission_read(
            policy,
            tb_source_walk(policy->report, permissions, "permissions", TB_SOURCE_PERMISSIONS),
            &policy->app);
    tb_fd capabilities =
        tb_source_folder(policy->report, inputs->app, "capabilities", "capabilities");
    if (capabilities >= 0)
        policy->capabilities =
            tb_capability_read(policy, tb_source_walk(policy->report, capabilities, "capabilities",
                                                      TB_SOURCE_CAPABILITIES));
}
