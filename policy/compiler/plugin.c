#include "policy/compiler/plugin.h"

#include "base/fd.h"
#include "policy/compiler/data/source.h"
#include "policy/compiler/identifier.h"
#include "policy/compiler/manifests.h"
#include "policy/compiler/pattern.h"
#include "policy/compiler/permission.h"
#include "policy/compiler/plugin_parts.h"
#include "policy/compiler/types.h"

static enum tb_scope_kind read_scope(struct tb_policy *policy, const struct tb_value *scope,
                                     enum tb_scope_kind otherwise)
{
    if (!scope)
        return otherwise;
    if (tb_bytes_are(scope->string, "path"))
        return TB_SCOPE_PATH;
    if (tb_bytes_are(scope->string, "program"))
        return TB_SCOPE_PROGRAM;
    if (!tb_bytes_are(scope->string, "opaque"))
        tb_report_error(policy->report, "value", scope->place,
                        "`scope` cannot be `%.*s`; it is path, program or opaque",
                        TB_SHOWN(scope->string));
    return TB_SCOPE_OPAQUE;
}

/* A list of commands, as what is looked up for each command that is granted. */
static struct tb_table read_names(struct tb_policy *policy, const struct tb_value *names,
                                  const char *what)
{
    struct tb_table table = {0};
    tb_value_strings(policy->report, names, what);
    for (struct tb_value *item = names ? names->child : NULL; item; item = item->next)
        if (item->type == TB_VALUE_STRING)
            tb_table_put(policy->arena, &table, item->string, item);
    return table;
}

static void check_commands(struct tb_policy *policy, const struct tb_value *names)
{
    for (const struct tb_value *item = names ? names->child : NULL; item; item = item->next)
        if (item->type == TB_VALUE_STRING && !tb_command_name_valid(item->string))
            tb_report_error(policy->report, "value", item->place, "`%.*s` cannot be a command",
                            TB_SHOWN(item->string));
}

/* A misspelt name would leave a command without its files, or with a scope that nobody reads. */
static void check_subset(struct tb_policy *policy, const struct tb_value *some,
                         const struct tb_table *all)
{
    for (const struct tb_value *item = some ? some->child : NULL; item; item = item->next)
        if (item->type == TB_VALUE_STRING && !tb_table_find(all, item->string))
            tb_report_error(policy->report, "value", item->place,
                            "`%.*s` is not in `commands`: add it there or remove it here",
                            TB_SHOWN(item->string));
}

static void check_name(struct tb_policy *policy, const struct tb_value *name, struct tb_bytes key)
{
    if (name && !tb_bytes_equal(name->string, key))
        tb_report_error(policy->report, "value", name->place,
                        "`name` must be `%.*s`, as the plugin is found by it", TB_SHOWN(key));
}

/* The program's path: below libexec, unless the manifest names one in the app folder. */
static struct tb_bytes program_path(struct tb_policy *policy, const struct tb_value *program,
                                    const struct tb_override *override)
{
    struct tb_bytes name = tb_value_text(program);
    struct tb_bytes path = {0};
    struct tb_bytes normal;
    if (override && override->program) {
        struct tb_bytes own = override->program->string;
        struct tb_bytes resource = policy->inputs->resource;
        path = tb_bytes_of_string(tb_arena_format(policy->arena, "%.*s/%.*s", (int)resource.n,
                                                  (const char *)resource.data, (int)own.n,
                                                  (const char *)own.data));
    } else if (program && name.n > 0 && name.data[0] != '/') {
        path = tb_bytes_of_string(tb_arena_format(policy->arena, "%s/plugins/%.*s",
                                                  policy->inputs->libexec, (int)name.n,
                                                  (const char *)name.data));
    }
    if (tb_path_normalise(policy->arena, path, &normal))
        return normal;
    if (program)
        tb_report_error(policy->report, "value", program->place,
                        "`program` must name a file below libexec/trollbridge/plugins");
    return (struct tb_bytes){0};
}

/* A plugin has commands and who implements them, or neither: neither is one whose commands are
 * granted, and answered `unimplemented`. */
static bool check_program(struct tb_policy *policy, const struct tb_value *root,
                          const struct tb_value *program, const struct tb_override *override,
                          const struct tb_plugin *plugin)
{
    const struct tb_value *replaced = override ? override->program : NULL;
    const struct tb_value *commands = plugin->commands;
    bool served = program || replaced || plugin->host;
    if (!served && commands && commands->n > 0)
        tb_report_error(policy->report, "value", commands->place,
                        "`commands` need a `program` that implements them, or `host = true`: say "
                        "which, or leave them out");
    if (served && !commands)
        tb_report_error(policy->report, "missing", replaced ? replaced->place : root->place,
                        "a plugin with a program, or one that the host serves, needs `commands` in "
                        "its plugin.toml: the list of those that are implemented");
    return served;
}

static void refuse(struct tb_policy *policy, const struct tb_plugin *plugin,
                   const struct tb_value *value, const char *why)
{
    if (value)
        tb_report_error(policy->report, "value", value->place,
                        "the host serves the plugin `%.*s`: %s", TB_SHOWN(plugin->name), why);
}

/* What only the sandbox of a program could hold must not look as if it were held. The manifest's
 * own sandbox warns `sandbox-unused`. */
static void check_host(struct tb_policy *policy, const struct tb_plugin *plugin,
                       const struct tb_value *program, const struct tb_value *sandbox,
                       const struct tb_value *scope, const struct tb_value *secrets)
{
    if (!plugin->host)
        return;
    refuse(policy, plugin, program, "leave `program` out");
    refuse(policy, plugin, sandbox, "no sandbox holds it, so leave `sandbox` out");
    refuse(policy, plugin, plugin->secrets ? secrets : NULL,
           "it asks people itself, so leave `secrets` out");
    refuse(policy, plugin, plugin->read_commands,
           "no sandbox holds it, so leave `read_commands` out");
    refuse(policy, plugin, plugin->write_commands,
           "no sandbox holds it, so leave `write_commands` out");
    refuse(policy, plugin,
           plugin->scope == TB_SCOPE_PATH || plugin->scope == TB_SCOPE_PROGRAM ? scope : NULL,
           "no sandbox holds it to paths, so write `scope = \"opaque\"` and have the host read the "
           "entries");
}

void tb_plugin_describe(struct tb_policy *policy, const struct tb_value *root,
                        const struct tb_override *override, struct tb_plugin *plugin)
{
    const struct tb_value *name, *program, *host, *scope, *resources, *sandbox, *description;
    const struct tb_value *secrets, *waits;
    const struct tb_want wants[] = {
        {"name", TB_VALUE_STRING, &name, true},
        {"program", TB_VALUE_STRING, &program, false},
        {"host", TB_VALUE_BOOL, &host, false},
        {"commands", TB_VALUE_LIST, &plugin->commands, false},
        {"scope", TB_VALUE_STRING, &scope, false},
        {"scope_keys", TB_VALUE_MAP, &plugin->scope_keys, false},
        {"elsewhere", TB_VALUE_MAP, &plugin->elsewhere, false},
        {"read_commands", TB_VALUE_LIST, &plugin->read_commands, false},
        {"write_commands", TB_VALUE_LIST, &plugin->write_commands, false},
        {"resources", TB_VALUE_BOOL, &resources, false},
        {"record", TB_VALUE_LIST, &plugin->record, false},
        {"secrets", TB_VALUE_BOOL, &secrets, false},
        {"waits", TB_VALUE_LIST, &waits, false},
        {"sandbox", TB_VALUE_MAP, &sandbox, false},
        {"description", TB_VALUE_STRING, &description, false},
    };
    tb_value_fields(policy->report, root, "plugin.toml", wants, TB_ARRAY_LEN(wants),
                    TB_UNKNOWN_ERROR);
    plugin->command_of = read_names(policy, plugin->commands, "`commands`");
    plugin->read_command_of = read_names(policy, plugin->read_commands, "`read_commands`");
    plugin->write_command_of = read_names(policy, plugin->write_commands, "`write_commands`");
    plugin->waits_of = read_names(policy, waits, "`waits`");
    check_commands(policy, plugin->commands);
    check_subset(policy, plugin->read_commands, &plugin->command_of);
    check_subset(policy, plugin->write_commands, &plugin->command_of);
    check_subset(policy, waits, &plugin->command_of);
    check_name(policy, name, plugin->name);
    plugin->host = host && host->boolean;
    bool runs = check_program(policy, root, program, override, plugin);
    /* Nobody reads the scopes of a plugin that does not run, so that any may stand there. */
    plugin->scope = read_scope(policy, scope, runs ? TB_SCOPE_NONE : TB_SCOPE_OPAQUE);
    tb_plugin_check_scope_keys(policy, plugin);
    plugin->program = program_path(policy, program, override);
    plugin->resources = resources && resources->boolean;
    plugin->secrets = secrets && secrets->boolean;
    tb_plugin_check_elsewhere(policy, plugin);
    tb_plugin_check_record(policy, plugin);
    check_host(policy, plugin, override && override->program ? override->program : program, sandbox,
               scope, secrets);
    tb_plugin_sandbox_read(policy, sandbox, &plugin->sandbox);
    tb_plugin_sandbox_override(policy, override ? override->sandbox : NULL, &plugin->sandbox);
}

static const struct tb_override *find_override(const struct tb_policy *policy, struct tb_bytes name)
{
    return tb_table_find(&policy->manifest.override_of, name);
}

static int open_in_app(struct tb_policy *policy, const struct tb_override *override,
                       const char **ret_shown)
{
    struct tb_bytes path = override->permissions->string;
    *ret_shown = tb_arena_string(policy->arena, path);
    int fd = tb_source_folder(policy->report, policy->inputs->app, *ret_shown, *ret_shown);
    if (fd < 0)
        tb_report_error(policy->report, "plugin", override->permissions->place,
                        "there is no folder `%.*s` with a plugin.toml in the app folder",
                        TB_SHOWN(path));
    return fd;
}

/* The plugin's folder, or -1. */
static int open_folder(struct tb_policy *policy, const struct tb_override *override,
                       struct tb_bytes key, const char **ret_shown)
{
    const struct tb_inputs *inputs = policy->inputs;
    if (override && override->permissions)
        return open_in_app(policy, override, ret_shown);
    const char *name = tb_arena_string(policy->arena, key);
    for (size_t i = 0; i < inputs->n_plugins; i++) {
        *ret_shown = tb_arena_format(policy->arena, "%s/%s", inputs->plugins[i].path, name);
        int fd = tb_source_folder(policy->report, inputs->plugins[i].fd, name, *ret_shown);
        if (fd >= 0)
            return fd;
    }
    return -1;
}

/* `window` and `core:window` would each grant the other's commands. */
static void check_alone(struct tb_policy *policy, struct tb_plugin *plugin, const char *file)
{
    struct tb_bytes name = tb_plugin_short_name(plugin->name);
    const struct tb_plugin *other = tb_table_find(&policy->plugin_by_short_name, name);
    tb_table_put(policy->arena, &policy->plugin_by_short_name, name, plugin);
    if (other)
        tb_report_error(policy->report, "plugin", (struct tb_place){file, 0},
                        "the commands of the plugins `%.*s` and `%.*s` have the same names: "
                        "use one of the two",
                        TB_SHOWN(other->name), TB_SHOWN(plugin->name));
}

static void read_description_file(struct tb_policy *policy, int dir, const char *file,
                                  struct tb_plugin *plugin)
{
    struct tb_bytes text;
    const struct tb_value *root = tb_source_read(policy->report, dir, "plugin.toml", file, &text)
                                      ? tb_value_read(policy->report, TB_FORMAT_TOML, file, text)
                                      : NULL;
    if (root)
        tb_plugin_describe(policy, root, find_override(policy, plugin->name), plugin);
}

static void read_permissions(struct tb_policy *policy, int dir, const char *shown,
                             struct tb_plugin *plugin)
{
    const char *name = tb_arena_format(policy->arena, "%s/permissions", shown);
    tb_fd folder = tb_source_folder(policy->report, dir, "permissions", name);
    if (folder >= 0)
        tb_permission_read(policy,
                           tb_source_walk(policy->report, folder, name, TB_SOURCE_PERMISSIONS),
                           &plugin->acl);
}

struct tb_plugin *tb_plugin_new(struct tb_policy *policy, struct tb_bytes key)
{
    struct tb_plugin *plugin = TB_NEW(policy->arena, struct tb_plugin);
    plugin->name = tb_arena_copy(policy->arena, key);
    plugin->sandbox.memory_mib = TB_PLUGIN_MEMORY_MIB;
    plugin->acl.plugin = plugin;
    plugin->next = policy->plugins;
    policy->plugins = plugin;
    tb_table_put(policy->arena, &policy->plugin_of, plugin->name, plugin);
    return plugin;
}

/* `dir` is its folder; -1: only a Tauri project says what it has. What the project says of a plugin
 * that has a folder too is what its own Tauri would go by, and so replaces the folder's. */
static struct tb_plugin *read_plugin(struct tb_policy *policy, int dir, const char *shown,
                                     struct tb_bytes key)
{
    const char *file = tb_arena_format(policy->arena, "%s/plugin.toml", shown);
    struct tb_plugin *plugin = tb_plugin_new(policy, key);
    check_alone(policy, plugin, file);
    if (dir >= 0)
        read_description_file(policy, dir, file, plugin);
    else
        plugin->scope = TB_SCOPE_OPAQUE;
    if (dir >= 0)
        plugin->types = tb_types_read(policy, dir, shown);
    const struct tb_document *permissions;
    if (policy->tauri && tb_manifests_find(policy, key, &permissions))
        tb_permission_read(policy, permissions, &plugin->acl);
    else
        read_permissions(policy, dir, shown, plugin);
    return plugin;
}

struct tb_acl *tb_plugin_acl(struct tb_policy *policy, struct tb_bytes key)
{
    if (key.n == 0)
        return &policy->app;
    struct tb_plugin *plugin = tb_table_find(&policy->plugin_of, key);
    if (plugin || !tb_plugin_name_valid(key))
        return plugin ? &plugin->acl : NULL;
    const char *shown = TB_MANIFESTS_FILE;
    const struct tb_document *ignored;
    tb_fd dir = open_folder(policy, find_override(policy, key), key, &shown);
    if (dir < 0 && !(policy->tauri && tb_manifests_find(policy, key, &ignored)))
        return NULL;
    return &read_plugin(policy, dir, shown, key)->acl;
}

bool tb_plugin_installed(const struct tb_policy *policy, struct tb_bytes key)
{
    const struct tb_inputs *inputs = policy->inputs;
    bool installed = false;
    const char *name = tb_plugin_name_valid(key) ? tb_arena_string(policy->arena, key) : NULL;
    for (size_t i = 0; name && i < inputs->n_plugins && !installed; i++)
        installed = tb_source_exists(inputs->plugins[i].fd, name);
    return installed;
}

bool tb_plugin_description(struct tb_policy *policy, struct tb_bytes key, struct tb_bytes *ret_text)
{
    const char *shown;
    tb_fd dir = tb_plugin_installed(policy, key) ? open_folder(policy, NULL, key, &shown) : -1;
    return dir >= 0 && tb_source_read(policy->report, dir, "plugin.toml", shown, ret_text);
}

const char *tb_plugin_names(struct tb_policy *policy)
{
    const struct tb_inputs *inputs = policy->inputs;
    const char *all = "the app's own (without a prefix)";
    for (size_t i = 0; i < inputs->n_plugins; i++) {
        const char **names = NULL;
        size_t n =
            tb_source_names(policy->report, inputs->plugins[i].fd, inputs->plugins[i].path, &names);
        for (size_t k = 0; k < n && k < 50; k++)
            if (tb_plugin_name_valid(tb_bytes_of_string(names[k])))
                all = tb_arena_format(policy->arena, "%s, %s", all, names[k]);
    }
    return all;
}

void tb_plugin_tell_missing(struct tb_policy *policy, struct tb_bytes key, struct tb_place place)
{
    if (policy->tauri && !tb_table_find(&policy->missing, key))
        tb_report_warning(policy->report, "missing-manifest", place,
                          "what the plugin `%.*s` permits is not known, so that this grants "
                          "nothing here: build the project once, which writes " TB_MANIFESTS_FILE,
                          TB_SHOWN(key));
    if (policy->tauri)
        tb_table_put(policy->arena, &policy->missing, key, policy);
    else
        tb_report_error(policy->report, "unknown-plugin", place,
                        "there is no plugin `%.*s`; there are %s", TB_SHOWN(key),
                        tb_plugin_names(policy));
}

void tb_plugin_tell_unbuilt(struct tb_policy *policy, const struct tb_acl *acl,
                            struct tb_bytes name, struct tb_place place)
{
    struct tb_bytes key = {0};
    if (acl->plugin)
        key = acl->plugin->name;
    else
        tb_table_put(policy->arena, &policy->missing, key, policy);
    tb_report_warning(policy->report, "missing-manifest", place,
                      "what `%.*s%s%.*s` stands for is not known, so that it grants nothing here: "
                      "build the project once, which writes " TB_MANIFESTS_FILE,
                      TB_SHOWN(key), key.n > 0 ? ":" : "", TB_SHOWN(name));
}

struct tb_bytes tb_plugin_command(struct tb_policy *policy, const struct tb_acl *acl,
                                  struct tb_bytes name)
{
    if (!acl->plugin)
        return name;
    struct tb_bytes plugin = tb_plugin_short_name(acl->plugin->name);
    const char *front =
        tb_arena_format(policy->arena, "plugin:%.*s|", (int)plugin.n, (const char *)plugin.data);
    size_t n_front = strlen(front);
    uint8_t *whole = tb_arena_get(policy->arena, n_front + name.n + 1, 1);
    memcpy(whole, front, n_front);
    /* A NUL in it is part of the name: cut off there it would be another's. */
    if (name.n > 0)
        memcpy(whole + n_front, name.data, name.n);
    return tb_bytes_of(whole, n_front + name.n);
}
