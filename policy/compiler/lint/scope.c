/* Scopes that reach other commands than those beside which they stand, and those that are empty. */
#include "policy/compiler/lint/parts.h"
#include "policy/grant.h"

#include <stddef.h>

/* ---- scope-widens ---- */

/* How many commands of a plugin one capability alone allows. */
struct alone {
    uint32_t plugin;
    uint32_t by;
    uint32_t n;
};

static struct alone *alone_of(struct tb_lint *lint, struct tb_table *table, uint32_t plugin,
                              uint32_t by)
{
    const struct alone key = {.plugin = plugin, .by = by};
    struct alone *alone = tb_table_find(table, tb_bytes_of(&key, offsetof(struct alone, n)));
    if (alone)
        return alone;
    alone = TB_NEW(lint->arena, struct alone);
    *alone = key;
    tb_table_put(lint->arena, table, tb_bytes_of(alone, offsetof(struct alone, n)), alone);
    return alone;
}

static uint32_t index_of(const struct tb_lint *lint, const struct tb_plugin *plugin)
{
    return (uint32_t)(tb_lint_plugin(lint, plugin) - lint->plugins);
}

static void count_alone(struct tb_lint *lint, struct tb_table *table)
{
    for (size_t i = 0; i < lint->compiled->n_commands; i++) {
        uint32_t plugin = index_of(lint, lint->compiled->commands[i].plugin);
        alone_of(lint, table, plugin, lint->commands[i].by)->n++;
    }
}

/* The bundle's commands of a plugin that have not been counted in this turn. */
static uint32_t count_bundle(struct tb_lint *lint, const struct tb_bundle *bundle,
                             const struct tb_plugin *plugin)
{
    uint32_t n = 0;
    for (size_t i = 0; i < bundle->n_allow; i++) {
        const struct tb_use *use = &bundle->allow[i];
        if (use->plugin != plugin || use->command == TB_NO_INDEX ||
            lint->commands[use->command].turn == lint->turn)
            continue;
        lint->commands[use->command].turn = lint->turn;
        n++;
    }
    return n;
}

static uint32_t count_capability(struct tb_lint *lint,
                                 const struct tb_compiled_capability *capability,
                                 const struct tb_plugin *plugin)
{
    uint32_t n = 0;
    lint->turn++;
    for (size_t i = 0; i < capability->n_entries; i++)
        n += count_bundle(lint, capability->entries[i].bundle, plugin);
    return n;
}

static const char *shown_name(const struct tb_lint *lint, const struct tb_plugin *plugin)
{
    return plugin ? tb_arena_format(lint->arena, "the plugin `%.*s`", TB_SHOWN(plugin->name))
                  : "the app";
}

/* In a set a scope looks like that of the set's own commands. */
static void widens_from_set(struct tb_lint *lint, const struct tb_bundle *bundle,
                            const struct tb_shared *shared, uint32_t n_others)
{
    const struct tb_lint_origin *origin = &lint->origins[bundle->index];
    const struct tb_lint_plugin *plugin = tb_lint_plugin(lint, shared->acl->plugin);
    tb_report_warning(lint->report, "scope-widens", tb_lint_place(lint, bundle),
                      "the scope `%.*s` that `%.*s` brings is not for its commands alone, but also "
                      "for %u more of "
                      "%s%s: give the commands that need it a scope of their own",
                      TB_SHOWN(shared->permission->name), TB_SHOWN(origin->entry->identifier),
                      n_others, shown_name(lint, shared->acl->plugin),
                      !lint->tauri
                          ? ", as far as the same capability allows them; in Tauri in every window"
                      : plugin->remote ? ", in every window and for remote origins"
                                       : ", in every window");
}

static void widens_alone(struct tb_lint *lint, const struct tb_bundle *bundle,
                         const struct tb_shared *shared, uint32_t n_others)
{
    const struct tb_capability *capability = lint->origins[bundle->index].capability->source;
    const struct tb_lint_plugin *plugin = tb_lint_plugin(lint, shared->acl->plugin);
    if (lint->tauri)
        tb_report_warning(lint->report, "scope-widens", tb_lint_place(lint, bundle),
                          "the scope `%.*s` reaches also %u commands of %s that other "
                          "capabilities than `%.*s` allow, in their windows%s: give the commands "
                          "that need it a scope of their own",
                          TB_SHOWN(shared->permission->name), n_others,
                          shown_name(lint, shared->acl->plugin), TB_SHOWN(capability->identifier),
                          plugin->remote ? " and for remote origins" : "");
    else
        tb_report_warning(lint->report, "scope-widens", tb_lint_place(lint, bundle),
                          "the scope `%.*s` is for the commands of `%.*s` alone; in Tauri it "
                          "would be for %u more of %s, which other capabilities allow",
                          TB_SHOWN(shared->permission->name), TB_SHOWN(capability->identifier),
                          n_others, shown_name(lint, shared->acl->plugin));
}

static void widens(struct tb_lint *lint, struct tb_table *table, const struct tb_bundle *bundle,
                   const struct tb_shared *shared)
{
    const struct tb_plugin *plugin = shared->acl->plugin;
    const struct tb_lint_origin *origin = &lint->origins[bundle->index];
    uint32_t n_all = tb_lint_plugin(lint, plugin)->n_commands;
    uint32_t n_alone = alone_of(lint, table, index_of(lint, plugin), origin->by)->n;
    lint->turn++;
    uint32_t n_bundle = count_bundle(lint, bundle, plugin);
    uint32_t n_reached = n_all;
    if (n_bundle > 0 && !lint->tauri)
        n_reached = count_capability(lint, origin->capability, plugin);
    if (n_bundle > 0 && n_reached > n_bundle)
        widens_from_set(lint, bundle, shared, n_reached - n_bundle);
    else if (n_all > n_alone)
        widens_alone(lint, bundle, shared, n_all - n_alone);
}

/* Of the scopes of one entry the first says it for all: they reach the same. */
void tb_lint_scopes_widen(struct tb_lint *lint)
{
    struct tb_table table = {0};
    count_alone(lint, &table);
    for (size_t i = 0; i < lint->compiled->n_bundles; i++) {
        const struct tb_bundle *bundle = lint->compiled->bundles[i];
        size_t k = 0;
        while (k < bundle->n_shared && !tb_scope_any(bundle->shared[k].lists.allow))
            k++;
        if (k < bundle->n_shared)
            widens(lint, &table, bundle, &bundle->shared[k]);
    }
}

/* ---- empty-scope ---- */

/* Commands whose plugins refuse everything that no scope allows. */
static bool needs_scope(struct tb_bytes plugin, struct tb_bytes command)
{
    static const struct {
        const char *plugin;
        const char *command;
    } needs[] = {
        {"fs", "copy_file"},      {"fs", "create"},
        {"fs", "exists"},         {"fs", "lstat"},
        {"fs", "mkdir"},          {"fs", "open"},
        {"fs", "read_dir"},       {"fs", "read_file"},
        {"fs", "read_text_file"}, {"fs", "read_text_file_lines"},
        {"fs", "remove"},         {"fs", "rename"},
        {"fs", "size"},           {"fs", "stat"},
        {"fs", "truncate"},       {"fs", "watch"},
        {"fs", "write_file"},     {"fs", "write_text_file"},
        {"http", "fetch"},        {"opener", "open_path"},
        {"opener", "open_url"},   {"shell", "execute"},
        {"shell", "spawn"},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(needs); i++)
        if (tb_bytes_are(plugin, needs[i].plugin) && tb_bytes_are(command, needs[i].command))
            return true;
    return false;
}

static void empty_list(struct tb_lint *lint, const struct tb_lint_list *list)
{
    if (list->deny || list->values->n > 0 || !tb_lint_is_own(list->values->place))
        return;
    tb_report_warning(lint->report, "empty-scope", list->values->place,
                      "an empty list of what is allowed: %s; leave it out, or write what is meant",
                      lint->tauri ? "to some plugins that is nothing, to those that use Tauri's "
                                    "own matching it is everything"
                                  : "nothing is, whereas some of Tauri's plugins take it for "
                                    "everything");
}

/* One finding for each plugin, at the first of its commands. */
struct unscoped {
    struct tb_names names;
    const struct tb_bundle *bundle;
};

static void tell_unscoped(struct tb_lint *lint, struct tb_bytes plugin,
                          const struct unscoped *unscoped)
{
    tb_report_warning(lint->report, "empty-scope", tb_lint_place(lint, unscoped->bundle),
                      "no scope says what %s may be used on, so that the plugin `%.*s` refuses "
                      "every call%s: add `allow` beside `identifier`, or take the permission out",
                      unscoped->names.text, TB_SHOWN(plugin),
                      tb_bytes_are(plugin, "fs") && lint->policy->tauri
                          ? " but for files that the user has picked in a dialog"
                          : "");
}

void tb_lint_scopes_empty(struct tb_lint *lint)
{
    const struct tb_compiled *compiled = lint->compiled;
    struct unscoped *found = tb_arena_get(lint->arena, compiled->n_plugins + 1, sizeof *found);
    for (size_t i = 0; i < lint->n_lists; i++)
        empty_list(lint, lint->lists[i]);
    for (size_t i = 0; i < compiled->n_commands; i++) {
        const struct tb_command *command = &compiled->commands[i];
        const struct tb_lint_command *known = &lint->commands[i];
        if (!command->plugin || known->scoped || known->denied || !known->bundle ||
            tb_lint_plugin(lint, command->plugin)->scoped ||
            !needs_scope(command->plugin->name, command->local))
            continue;
        struct unscoped *unscoped = &found[command->plugin->index];
        tb_names_add(&unscoped->names, command->name);
        unscoped->bundle = unscoped->bundle ? unscoped->bundle : known->bundle;
    }
    for (size_t i = 0; i < compiled->n_plugins; i++)
        if (found[i].bundle)
            tell_unscoped(lint, compiled->plugins[i]->name, &found[i]);
}

/* ---- read-write-one-scope ---- */

/* Making a folder overwrites nothing, and goes with reading in Tauri's own default set. */
static bool overwrites(const struct tb_lint *lint, const struct tb_use *use)
{
    return tb_lint_writes(lint, use) && !tb_bytes_are(use->local, "mkdir");
}

static bool has_scope(const struct tb_bundle *bundle)
{
    for (size_t i = 0; i < bundle->n_shared; i++)
        if (tb_scope_any(bundle->shared[i].lists.allow))
            return true;
    for (size_t i = 0; i < bundle->n_merged; i++)
        if (tb_scope_any(bundle->merged[i].allow))
            return true;
    return false;
}

void tb_lint_scopes_shared(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->compiled->n_bundles; i++) {
        const struct tb_bundle *bundle = lint->compiled->bundles[i];
        const struct tb_use *reads = NULL;
        const struct tb_use *writes = NULL;
        for (size_t k = 0; k < bundle->n_allow; k++) {
            reads = !reads && tb_lint_reads(lint, &bundle->allow[k]) ? &bundle->allow[k] : reads;
            writes = !writes && overwrites(lint, &bundle->allow[k]) ? &bundle->allow[k] : writes;
        }
        if (reads && writes && reads->plugin == writes->plugin && has_scope(bundle))
            tb_report_warning(lint->report, "read-write-one-scope", tb_lint_place(lint, bundle),
                              "what `%.*s` lets a page read it also lets it write: `%.*s` and "
                              "`%.*s` have one scope; name the permissions for reading and for "
                              "writing apart, each with its own",
                              TB_SHOWN(lint->origins[i].entry->identifier), TB_SHOWN(reads->name),
                              TB_SHOWN(writes->name));
    }
}
