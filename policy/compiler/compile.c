#include "policy/compiler/compile.h"

#include "policy/compiler/capability.h"
#include "policy/compiler/expand.h"
#include "policy/compiler/plugin.h"
#include "policy/grant.h"

#include <stdlib.h>

struct work {
    struct tb_policy *policy;
    struct tb_compiled *compiled;
    struct tb_compiled_capability *capability;
    const struct tb_entry *entry;
};

static void add_uses(struct work *work, const struct tb_expanded *found,
                     const struct tb_value *names, uint32_t scope, struct tb_use **uses, size_t *n)
{
    for (const struct tb_value *item = names ? names->child : NULL; item; item = item->next) {
        struct tb_use use = {
            .name = tb_plugin_command(work->policy, found->acl, item->string),
            .local = item->string,
            .plugin = found->acl->plugin,
            .scope = scope,
            .permission = work->entry->identifier,
            .line = work->entry->place.line,
        };
        if (use.name.n > TB_COMMAND_MAX)
            tb_report_error(work->policy->report, "too-large", item->place,
                            "the command `%.*s` is longer than 128 bytes", TB_SHOWN(use.name));
        *uses = tb_arena_grow(work->policy->arena, *uses, *n, sizeof **uses);
        (*uses)[(*n)++] = use;
    }
}

static void add_shared(struct work *work, struct tb_plugin *plugin, uint32_t scope)
{
    struct tb_compiled_capability *capability = work->capability;
    capability->shared = tb_arena_grow(work->policy->arena, capability->shared,
                                       capability->n_shared, sizeof *capability->shared);
    capability->shared[capability->n_shared++] = (struct tb_shared){plugin, scope};
}

static uint32_t merge_scope(struct work *work, const struct tb_expanded *found)
{
    const struct tb_permission *permission = found->permission;
    struct tb_plugin *plugin = found->acl->plugin;
    const struct tb_scope_lists lists = {
        .allow = {work->entry->allow, permission->scope_allow},
        .deny = {work->entry->deny, permission->scope_deny},
    };
    enum tb_scope_kind kind = plugin ? plugin->scope : TB_SCOPE_OPAQUE;
    if (!tb_scope_lists_any(&lists))
        return TB_NO_INDEX;
    if (kind == TB_SCOPE_NONE) {
        tb_report_error(work->policy->report, "scope", work->entry->place,
                        "the plugin `%.*s` has no scopes, so this one would not be enforced: "
                        "leave it out",
                        TB_SHOWN(plugin->name));
        return TB_NO_INDEX;
    }
    return tb_scope_add(work->policy, &work->compiled->scopes, kind, &lists);
}

static void apply(struct work *work, const struct tb_expanded *found)
{
    const struct tb_permission *permission = found->permission;
    struct tb_compiled_capability *capability = work->capability;
    uint32_t scope = merge_scope(work, found);
    bool commands = (permission->allow && permission->allow->n > 0) ||
                    (permission->deny && permission->deny->n > 0);
    add_uses(work, found, permission->allow, scope, &capability->allow, &capability->n_allow);
    add_uses(work, found, permission->deny, scope, &capability->deny, &capability->n_deny);
    if (!commands && scope != TB_NO_INDEX)
        add_shared(work, found->acl->plugin, scope);
    if (!commands && scope == TB_NO_INDEX)
        tb_report_warning(work->policy->report, "grants-nothing", work->entry->place,
                          "the permission `%.*s` (%s:%u) has neither commands nor a scope",
                          TB_SHOWN(permission->identifier), permission->place.file,
                          permission->place.line);
}

static void compile_capability(struct tb_policy *policy, struct tb_compiled *compiled,
                               const struct tb_capability *source)
{
    compiled->capabilities =
        tb_arena_grow(policy->arena, compiled->capabilities, compiled->n_capabilities,
                      sizeof *compiled->capabilities);
    struct tb_compiled_capability *capability = &compiled->capabilities[compiled->n_capabilities++];
    *capability = (struct tb_compiled_capability){.source = source};
    bool windows = source->windows && source->windows->n > 0;
    bool webviews = source->webviews && source->webviews->n > 0;
    if (!windows && !webviews)
        tb_report_warning(policy->report, "matches-nothing", source->place,
                          "the capability `%.*s` names no window and no webview: add "
                          "`windows = [\"main\"]`",
                          TB_SHOWN(source->identifier));
    for (const struct tb_value *item = source->permissions->child; item; item = item->next) {
        struct tb_entry entry;
        if (!tb_entry_read(policy->report, item, &entry))
            continue;
        struct work work = {policy, compiled, capability, &entry};
        struct tb_expansion expansion = tb_expand(policy, entry.identifier, entry.place);
        for (size_t i = 0; i < expansion.n; i++)
            apply(&work, &expansion.items[i]);
    }
}

static int compare_uses(const void *a, const void *b)
{
    return tb_bytes_compare(((const struct tb_use *)a)->name, ((const struct tb_use *)b)->name);
}

static void collect_commands(struct tb_policy *policy, struct tb_compiled *compiled)
{
    size_t n = 0;
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        n += compiled->capabilities[i].n_allow;
    struct tb_use *all = tb_arena_get(policy->arena, n + 1, sizeof *all);
    n = 0;
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        for (size_t k = 0; k < compiled->capabilities[i].n_allow; k++)
            all[n++] = compiled->capabilities[i].allow[k];
    qsort(all, n, sizeof *all, compare_uses);
    size_t kept = 0;
    for (size_t i = 0; i < n; i++)
        if (kept == 0 || !tb_bytes_equal(all[kept - 1].name, all[i].name))
            all[kept++] = all[i];
    if (kept > TB_COMMANDS_MAX)
        tb_report_error(policy->report, "too-large", (struct tb_place){NULL, 0},
                        "the capabilities allow %zu commands; 4096 is the most", kept);
    compiled->commands = all;
    compiled->n_commands = kept;
}

static int compare_plugins(const void *a, const void *b)
{
    const struct tb_plugin *const *left = a;
    const struct tb_plugin *const *right = b;
    return tb_bytes_compare((*left)->name, (*right)->name);
}

static void collect_plugins(struct tb_policy *policy, struct tb_compiled *compiled)
{
    for (struct tb_plugin *plugin = policy->plugins; plugin; plugin = plugin->next) {
        compiled->plugins = tb_arena_grow(policy->arena, compiled->plugins, compiled->n_plugins,
                                          sizeof *compiled->plugins);
        compiled->plugins[compiled->n_plugins++] = plugin;
    }
    if (compiled->n_plugins > 0)
        qsort(compiled->plugins, compiled->n_plugins, sizeof *compiled->plugins, compare_plugins);
    for (size_t i = 0; i < compiled->n_plugins; i++)
        compiled->plugins[i]->index = (uint32_t)i;
}

uint32_t tb_compiled_find(const struct tb_compiled *compiled, struct tb_bytes name)
{
    const struct tb_use key = {.name = name};
    const struct tb_use *found = compiled->n_commands == 0
                                     ? NULL
                                     : bsearch(&key, compiled->commands, compiled->n_commands,
                                               sizeof *compiled->commands, compare_uses);
    return found ? (uint32_t)(found - compiled->commands) : TB_NO_INDEX;
}

static void warn_unused(struct tb_policy *policy, const struct tb_compiled *compiled)
{
    for (size_t i = 0; i < compiled->n_capabilities; i++) {
        const struct tb_compiled_capability *capability = &compiled->capabilities[i];
        for (size_t k = 0; k < capability->n_deny; k++)
            if (tb_compiled_find(compiled, capability->deny[k].name) == TB_NO_INDEX)
                tb_report_warning(
                    policy->report, "denies-nothing",
                    (struct tb_place){capability->source->place.file, capability->deny[k].line},
                    "no capability allows `%.*s`, which is denied here",
                    TB_SHOWN(capability->deny[k].name));
    }
    const struct tb_limit *limit = policy->manifest.limits;
    for (; limit; limit = limit->next)
        if (!tb_bytes_are(limit->command, "*") &&
            tb_compiled_find(compiled, limit->command) == TB_NO_INDEX)
            tb_report_warning(policy->report, "unused", limit->place,
                              "no capability allows `%.*s`, which has limits here",
                              TB_SHOWN(limit->command));
    const struct tb_detail *detail = policy->manifest.details;
    for (; detail; detail = detail->next)
        if (tb_compiled_find(compiled, detail->command) == TB_NO_INDEX)
            tb_report_warning(policy->report, "unused", detail->place,
                              "no capability allows `%.*s`, which has settings here",
                              TB_SHOWN(detail->command));
}

struct tb_compiled tb_compile(struct tb_policy *policy)
{
    struct tb_compiled compiled = {0};
    for (const struct tb_capability *source = policy->capabilities; source; source = source->next)
        if (source->active)
            compile_capability(policy, &compiled, source);
    /* A plugin that the manifest speaks of, but no capability: its tables must be right too. */
    for (const struct tb_override *override = policy->manifest.overrides; override;
         override = override->next)
        if (!tb_plugin_acl(policy, override->name) && !override->permissions)
            tb_report_error(policy->report, "unknown-plugin", override->place,
                            "there is no plugin `%.*s`; there are %s", TB_SHOWN(override->name),
                            tb_plugin_names(policy));
    collect_commands(policy, &compiled);
    collect_plugins(policy, &compiled);
    if (policy->report->n_errors == 0)
        warn_unused(policy, &compiled);
    return compiled;
}
