#include "policy/compiler/lint/lint.h"

#include "policy/compiler/capability.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/lint/parts.h"
#include "policy/compiler/manifests.h"
#include "policy/grant.h"

static const struct {
    tb_lint_run *run;
    bool strict; /* tells nothing that mode strict does not refuse */
} lints[] = {
    {tb_lint_capabilities, false},
    {tb_lint_duplicates, false},
    {tb_lint_permissions, false},
    {tb_lint_denials_named, true},
    {tb_lint_denials_everywhere, false},
    {tb_lint_scopes_widen, false},
    {tb_lint_scopes_empty, false},
    {tb_lint_scopes_shared, false},
    {tb_lint_paths, false},
    {tb_lint_remote_hosts, true},
    {tb_lint_remote_urls, false},
    {tb_lint_remote_capabilities, false},
    {tb_lint_shell_programs, true},
    {tb_lint_shell_entries, false},
    {tb_lint_shell_commands, false},
    {tb_lint_http, false},
    {tb_lint_event_targets, true},
    {tb_lint_emit_any, false},
    {tb_lint_commands, false},
    {tb_lint_app, false},
    {tb_lint_sandboxes, false},
    {tb_lint_unimplemented, false},
    {tb_lint_tripwires, false},
    {tb_lint_privates, false},
};

/* ---- for all lints ---- */

bool tb_lint_is_own(struct tb_place place)
{
    return place.file && place.file[0] != '/' && strcmp(place.file, TB_MANIFESTS_FILE) != 0;
}

struct tb_place tb_lint_place(const struct tb_lint *lint, const struct tb_bundle *bundle)
{
    const struct tb_lint_origin *origin = &lint->origins[bundle->index];
    return (struct tb_place){origin->capability->source->place.file, origin->entry->line};
}

const struct tb_bundle *tb_lint_granted(const struct tb_lint *lint, const char *command)
{
    uint32_t at = tb_compiled_find(lint->compiled, tb_bytes_of_string(command));
    return at == TB_NO_INDEX || lint->commands[at].denied ? NULL : lint->commands[at].bundle;
}

struct tb_place tb_lint_list_place(const struct tb_lint_list *list, struct tb_place place)
{
    return tb_lint_is_own(place) ? place : list->entry;
}

struct tb_lint_plugin *tb_lint_plugin(const struct tb_lint *lint, const struct tb_plugin *plugin)
{
    return &lint->plugins[plugin ? plugin->index : lint->compiled->n_plugins];
}

const struct tb_value *tb_lint_field(const struct tb_value *map, const char *key)
{
    const struct tb_value *child = map->type == TB_VALUE_MAP ? map->child : NULL;
    while (child && !tb_bytes_are(child->key, key))
        child = child->next;
    return child;
}

void tb_names_add(struct tb_names *names, struct tb_bytes name)
{
    enum { SHOWN = 3 };
    size_t room = sizeof names->text - names->used;
    const char *comma = names->n > 0 ? ", " : "";
    if (names->n++ > SHOWN)
        return;
    bool more = names->n > SHOWN || name.n + sizeof ", ..., " > room;
    int n = more ? snprintf(names->text + names->used, room, "%s...", comma)
                 : snprintf(names->text + names->used, room, "%s`%.*s`", comma, (int)name.n,
                            (const char *)name.data);
    names->used += n > 0 && (size_t)n < room ? (size_t)n : 0;
    names->n = more ? SHOWN + 1 : names->n;
}

/* ---- what the lints know ---- */

static void note_entry(struct tb_lint *lint, const struct tb_compiled_capability *capability,
                       const struct tb_compiled_entry *entry)
{
    struct tb_lint_origin *origin = &lint->origins[entry->bundle->index];
    uint32_t by = (uint32_t)(capability - lint->compiled->capabilities) + 1;
    const struct tb_value *urls = capability->source->urls;
    if (!origin->capability)
        *origin = (struct tb_lint_origin){capability, entry, by, false};
    else if (origin->by != by)
        origin->by = TB_BY_SEVERAL;
    origin->remote = origin->remote || (urls && urls->n > 0);
}

/* What Tauri's fs has, of which the plugin here implements only some. */
static bool fs_reads(struct tb_bytes name)
{
    static const char *const others[] = {"exists", "lstat", "size", "stat", "watch"};
    return tb_bytes_begin(name, "read_") || tb_bytes_among(name, others, TB_ARRAY_LEN(others));
}

static bool fs_writes(struct tb_bytes name)
{
    static const char *const others[] = {"copy_file", "create", "mkdir",
                                         "remove",    "rename", "truncate"};
    return tb_bytes_begin(name, "write_") || tb_bytes_among(name, others, TB_ARRAY_LEN(others));
}

bool tb_lint_reads(const struct tb_lint *lint, const struct tb_use *use)
{
    return use->plugin && (tb_table_find_of(&lint->reads, use->plugin, use->local) ||
                           (tb_bytes_are(use->plugin->name, "fs") && fs_reads(use->local)));
}

bool tb_lint_writes(const struct tb_lint *lint, const struct tb_use *use)
{
    return use->plugin && (tb_table_find_of(&lint->writes, use->plugin, use->local) ||
                           (tb_bytes_are(use->plugin->name, "fs") && fs_writes(use->local)));
}

static void note_names(struct tb_lint *lint, struct tb_table *table, const struct tb_plugin *plugin,
                       const struct tb_value *names)
{
    for (struct tb_value *name = names ? names->child : NULL; name; name = name->next)
        tb_table_put_of(lint->arena, table, plugin, name->string, name);
}

static void note_plugins(struct tb_lint *lint)
{
    for (size_t i = 0; i < lint->compiled->n_plugins; i++) {
        const struct tb_plugin *plugin = lint->compiled->plugins[i];
        lint->plugins[i].key = plugin->name;
        note_names(lint, &lint->reads, plugin, plugin->read_commands);
        note_names(lint, &lint->writes, plugin, plugin->write_commands);
    }
}

static void note_allowed(struct tb_lint *lint, const struct tb_bundle *bundle,
                         const struct tb_use *use)
{
    struct tb_lint_plugin *plugin = tb_lint_plugin(lint, use->plugin);
    const struct tb_lint_origin *origin = &lint->origins[bundle->index];
    if (use->command == TB_NO_INDEX)
        return;
    struct tb_lint_command *command = &lint->commands[use->command];
    plugin->n_commands += command->bundle == NULL;
    plugin->reads = plugin->reads || tb_lint_reads(lint, use);
    plugin->writes = plugin->writes || tb_lint_writes(lint, use);
    plugin->remote = plugin->remote || origin->remote;
    if (!command->bundle)
        command->bundle = bundle;
    if (command->by == TB_BY_NOBODY)
        command->by = origin->by;
    else if (command->by != origin->by)
        command->by = TB_BY_SEVERAL;
    if (use->number > 0 && tb_scope_any(bundle->merged[use->number - 1].allow))
        command->scoped = true;
}

static void note_bundle(struct tb_lint *lint, const struct tb_bundle *bundle)
{
    for (size_t i = 0; i < bundle->n_allow; i++)
        note_allowed(lint, bundle, &bundle->allow[i]);
    for (size_t i = 0; i < bundle->n_shared; i++)
        if (tb_scope_any(bundle->shared[i].lists.allow))
            tb_lint_plugin(lint, bundle->shared[i].acl->plugin)->scoped = true;
}

/* Denied to everybody who has been allowed it: in Tauri by any capability that holds for some
 * origin, else by the same one. */
static void note_denied(struct tb_lint *lint, const struct tb_bundle *bundle)
{
    const struct tb_lint_origin *origin = &lint->origins[bundle->index];
    const struct tb_capability *source = origin->capability->source;
    bool holds = source->local || (source->urls && source->urls->n > 0);
    for (size_t i = 0; i < bundle->n_deny; i++) {
        uint32_t at = bundle->deny[i].command;
        if (at == TB_NO_INDEX)
            continue;
        bool same = origin->by != TB_BY_SEVERAL && lint->commands[at].by == origin->by;
        lint->commands[at].denied = lint->commands[at].denied || (lint->tauri ? holds : same);
    }
}

/* ---- lists of scope entries ---- */

static struct tb_lint_list *add_list(struct tb_lint *lint, const struct tb_plugin *plugin,
                                     const struct tb_value *values, bool deny,
                                     struct tb_place entry)
{
    struct tb_bytes address = tb_bytes_of(&values, sizeof values);
    struct tb_lint_list *list = tb_table_find(&lint->list_of, address);
    if (list)
        return list;
    list = TB_NEW(lint->arena, struct tb_lint_list);
    *list = (struct tb_lint_list){.plugin = plugin, .values = values, .deny = deny, .entry = entry};
    list->key = plugin ? plugin->name : list->key;
    tb_table_put(lint->arena, &lint->list_of,
                 tb_bytes_of(&list->values, sizeof(const struct tb_value *)), list);
    lint->lists = tb_arena_grow(lint->arena, lint->lists, lint->n_lists, sizeof(void *));
    lint->lists[lint->n_lists++] = list;
    return list;
}

/* `use` NULL: for all commands of the plugin. */
static void add_both(struct tb_lint *lint, const struct tb_bundle *bundle,
                     const struct tb_plugin *plugin, const struct tb_scope_lists *lists,
                     const struct tb_use *use)
{
    const struct tb_lint_plugin *all = tb_lint_plugin(lint, plugin);
    for (size_t i = 0; i < 4; i++) {
        const struct tb_value *values = i < 2 ? lists->allow[i] : lists->deny[i - 2];
        if (!values)
            continue;
        struct tb_lint_list *list =
            add_list(lint, plugin, values, i >= 2, tb_lint_place(lint, bundle));
        list->reads = list->reads || (use ? tb_lint_reads(lint, use) : all->reads);
        list->writes = list->writes || (use ? tb_lint_writes(lint, use) : all->writes);
    }
}

static void list_bundle(struct tb_lint *lint, const struct tb_bundle *bundle)
{
    for (size_t i = 0; i < bundle->n_shared; i++)
        add_both(lint, bundle, bundle->shared[i].acl->plugin, &bundle->shared[i].lists, NULL);
    for (size_t i = 0; i < bundle->n_allow; i++)
        if (bundle->allow[i].number > 0)
            add_both(lint, bundle, bundle->allow[i].plugin,
                     &bundle->merged[bundle->allow[i].number - 1], &bundle->allow[i]);
}

/* An entry's own lists speak for themselves also where its plugin's permissions are not known. */
static void list_unknown(struct tb_lint *lint, const struct tb_value *item)
{
    static const char *const keys[] = {"allow", "deny"};
    struct tb_identifier identifier;
    if (item->type != TB_VALUE_MAP ||
        tb_identifier_parse(tb_entry_identifier(item), &identifier) != NULL)
        return;
    for (size_t i = 0; i < TB_ARRAY_LEN(keys); i++) {
        const struct tb_value *values = tb_lint_field(item, keys[i]);
        if (!values || values->type != TB_VALUE_LIST)
            continue;
        struct tb_lint_list *list = add_list(lint, NULL, values, i == 1, item->place);
        list->key = list->plugin ? list->key : identifier.key;
    }
}

static void gather(struct tb_lint *lint)
{
    const struct tb_compiled *compiled = lint->compiled;
    lint->origins = tb_arena_get(lint->arena, compiled->n_bundles + 1, sizeof *lint->origins);
    lint->commands = tb_arena_get(lint->arena, compiled->n_commands + 1, sizeof *lint->commands);
    lint->plugins = tb_arena_get(lint->arena, compiled->n_plugins + 1, sizeof *lint->plugins);
    note_plugins(lint);
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        for (size_t k = 0; k < compiled->capabilities[i].n_entries; k++)
            note_entry(lint, &compiled->capabilities[i], &compiled->capabilities[i].entries[k]);
    for (size_t i = 0; i < compiled->n_bundles; i++)
        note_bundle(lint, compiled->bundles[i]);
    for (size_t i = 0; i < compiled->n_bundles; i++)
        note_denied(lint, compiled->bundles[i]);
    for (size_t i = 0; i < compiled->n_bundles; i++)
        list_bundle(lint, compiled->bundles[i]);
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        for (const struct tb_value *item = compiled->capabilities[i].source->permissions->child;
             item; item = item->next)
            list_unknown(lint, item);
}

void tb_lint(struct tb_policy *policy, const struct tb_compiled *compiled, enum tb_lint_for what)
{
    struct tb_lint lint = {.policy = policy,
                           .compiled = compiled,
                           .report = policy->report,
                           .arena = policy->arena,
                           .tauri = policy->manifest.mode == TB_TAURI};
    if (what == TB_LINT_START && !policy->report->strict)
        return;
    gather(&lint);
    for (size_t i = 0; i < TB_ARRAY_LEN(lints); i++)
        if (what == TB_LINT_CHECK || lints[i].strict)
            lints[i].run(&lint);
}
