#include "policy/compiler/compile.h"

#include "policy/compiler/bundle.h"
#include "policy/compiler/capability.h"
#include "policy/compiler/elsewhere.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/unused.h"
#include "policy/grant.h"

#include <stdlib.h>

static void add_entry(struct tb_policy *policy, struct tb_compiled *compiled,
                      struct tb_compiled_capability *capability, const struct tb_entry *entry)
{
    const struct tb_bundle *bundle = tb_bundle_of(policy, compiled, entry);
    capability->entries = tb_arena_grow(policy->arena, capability->entries, capability->n_entries,
                                        sizeof *capability->entries);
    capability->entries[capability->n_entries++] = (struct tb_compiled_entry){
        bundle, entry->identifier, entry->place.line, compiled->n_numbers + 1};
    compiled->n_numbers += (uint32_t)bundle->n_merged;
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
                          "the capability `%.*s` names no window and no webview: add %s",
                          TB_SHOWN(source->identifier),
                          tb_format_of(source->place.file) == TB_FORMAT_TOML
                              ? "`windows = [\"main\"]`"
                              : "`\"windows\": [\"main\"]`");
    for (const struct tb_value *item = source->permissions->child; item; item = item->next) {
        struct tb_entry entry;
        if (tb_entry_read(policy->report, item, &entry))
            add_entry(policy, compiled, capability, &entry);
    }
}

/* What cannot be a name on the wire is allowed in vain; so is what an app calls its own command and
 * makes look like a plugin's. */
static bool callable(const struct tb_use *use)
{
    return use->name.n <= TB_COMMAND_MAX && tb_command_name_valid(use->local);
}

static int compare_commands(const void *a, const void *b)
{
    return tb_bytes_compare(((const struct tb_command *)a)->name,
                            ((const struct tb_command *)b)->name);
}

/* One command of each name. */
static void collect_commands(struct tb_policy *policy, struct tb_compiled *compiled)
{
    struct tb_table seen = {0};
    for (size_t i = 0; i < compiled->n_bundles; i++) {
        struct tb_bundle *bundle = compiled->bundles[i];
        for (size_t k = 0; k < bundle->n_allow; k++) {
            struct tb_use *use = &bundle->allow[k];
            if (!callable(use) || tb_table_find(&seen, use->name))
                continue;
            tb_table_put(policy->arena, &seen, use->name, use);
            compiled->commands = tb_arena_grow(policy->arena, compiled->commands,
                                               compiled->n_commands, sizeof *compiled->commands);
            compiled->commands[compiled->n_commands++] =
                (struct tb_command){use->name, use->local, use->plugin, use->plugin, use->local};
            tb_elsewhere_find(policy, &compiled->commands[compiled->n_commands - 1]);
        }
    }
    if (compiled->n_commands > 0)
        qsort(compiled->commands, compiled->n_commands, sizeof *compiled->commands,
              compare_commands);
}

static void index_commands(struct tb_policy *policy, struct tb_compiled *compiled)
{
    struct tb_table places = {0};
    for (size_t i = 0; i < compiled->n_commands; i++)
        tb_table_put(policy->arena, &places, compiled->commands[i].name, &compiled->commands[i]);
    for (size_t i = 0; i < compiled->n_bundles; i++) {
        struct tb_bundle *bundle = compiled->bundles[i];
        for (size_t k = 0; k < bundle->n_allow + bundle->n_deny; k++) {
            struct tb_use *use =
                k < bundle->n_allow ? &bundle->allow[k] : &bundle->deny[k - bundle->n_allow];
            bool named = k >= bundle->n_allow || callable(use);
            const struct tb_command *command = named ? tb_table_find(&places, use->name) : NULL;
            use->command = command ? (uint32_t)(command - compiled->commands) : TB_NO_INDEX;
        }
    }
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
    const struct tb_command key = {.name = name};
    const struct tb_command *found = compiled->n_commands == 0
                                         ? NULL
                                         : bsearch(&key, compiled->commands, compiled->n_commands,
                                                   sizeof *compiled->commands, compare_commands);
    return found ? (uint32_t)(found - compiled->commands) : TB_NO_INDEX;
}

static void warn_denials(struct tb_policy *policy, const struct tb_compiled_capability *capability)
{
    for (size_t i = 0; i < capability->n_entries; i++) {
        const struct tb_compiled_entry *entry = &capability->entries[i];
        for (size_t k = 0; k < entry->bundle->n_deny; k++)
            if (entry->bundle->deny[k].command == TB_NO_INDEX)
                tb_report_warning(policy->report, "denies-nothing",
                                  (struct tb_place){capability->source->place.file, entry->line},
                                  "no capability allows `%.*s`, which is denied here",
                                  TB_SHOWN(entry->bundle->deny[k].name));
    }
}

static void warn_unused(struct tb_policy *policy, const struct tb_compiled *compiled)
{
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        warn_denials(policy, &compiled->capabilities[i]);
    tb_unused_tables(policy, compiled);
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
    index_commands(policy, &compiled);
    collect_plugins(policy, &compiled);
    if (policy->report->n_errors == 0)
        warn_unused(policy, &compiled);
    return compiled;
}
