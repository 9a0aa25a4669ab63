/*
 * The snapshot, layout 6: canonical msgpack, map keys in this order, the same bytes for the same
 * files and variables.
 *
 *     {"v": 6, "mode": "narrow" | "tauri" | "strict", "app": str, "vars": {NAME: path, sorted},
 *      "plugins": [{"name": str, "program": str, "host": bool, "path": bool, "launcher": bool,
 *                   "read": [str], "write": [str], "exec": [str], "network": bool, "jit": bool,
 *                   "audit": bool, "state": str, "resources": bool, "secrets": bool,
 *                   "picks": bool, "record"?: [str], "memory_mib": uint, "cpu_s": uint}],
 *      "commands": [{"name": str, "local": str, "plugin"?: index, "implemented": bool,
 *                    "reads": bool, "writes": bool, "calls_per_s"?: uint, "burst"?: uint,
 *                    "in_flight": uint, "bytes_in"?: uint, "bytes_out"?: uint, "deadline_ms": uint,
 *                    "args": str, "hook"?: true, "ask"?: true, "tripwire"?: true,
 *                    "schema"?: any}],
 *      "scopes": [{"allow": [...], "deny": [...]}],
 *      "bundles": [{"allow": [{"command": index, "scope"?: index, "permission": str}],
 *                   "deny": [{"name": str, "permission": str}],
 *                   "shared": [{"plugin"?: index, "scope": index}]}],
 *      "capabilities": [{"identifier": str, "file": str, "local": bool, "urls": [pattern],
 *                        "windows": [glob], "webviews": [glob],
 *                        "entries": [{"bundle": index, "line": uint}]}],
 *      "hook": {} | {"file": str, "text": bin, "time_ms": uint, "memory_mib": uint},
 *      "rules": [{"command": pattern, "view": glob, "origin": str, "asks": bool, "rule": any}],
 *      "tripwires": [name], "remember_days": uint}
 *
 * plugins and commands are sorted by name, capabilities by identifier, bundles and scopes stand in
 * the order of their first use. `plugin` is absent for the app's own commands. `program` is
 * empty where the host serves the plugin, or nothing implements it. `state` is absolute, or empty.
 * Entries of scopes have their variables replaced. Only the capabilities of the target platform are
 * in it.
 */
#include "policy/compiler/data/value_pack.h"
#include "policy/compiler/facts.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/snapshot_filters.h"

static void pack_paths(struct tb_policy *policy, struct tb_packer *packer, const char *key,
                       const struct tb_value *list)
{
    size_t n;
    const struct tb_bytes *paths = tb_scope_paths(policy, list, &n);
    tb_pack_key(packer, key);
    tb_pack_array(packer, n);
    for (size_t i = 0; i < n; i++)
        tb_pack_str(packer, paths[i]);
}

static void pack_vars(struct tb_packer *packer, const struct tb_vars *vars)
{
    size_t n = 0;
    for (size_t i = 0; i < TB_N_VARS; i++)
        n += vars->paths[i].n > 0;
    tb_pack_key(packer, "vars");
    tb_pack_map(packer, n);
    for (size_t i = 0; i < TB_N_VARS; i++)
        if (vars->paths[i].n > 0)
            tb_pack_key_str(packer, tb_variable_name((enum tb_variable)i), vars->paths[i]);
}

static void pack_plugin(struct tb_policy *policy, struct tb_packer *packer,
                        const struct tb_plugin *plugin)
{
    tb_pack_map(packer, 17 + (plugin->record != NULL));
    tb_pack_key_str(packer, "name", plugin->name);
    tb_pack_key_str(packer, "program", plugin->program);
    tb_pack_key_bool(packer, "host", plugin->host);
    tb_pack_key_bool(packer, "path", plugin->scope == TB_SCOPE_PATH);
    tb_pack_key_bool(packer, "launcher", plugin->scope == TB_SCOPE_PROGRAM);
    pack_paths(policy, packer, "read", plugin->sandbox.read);
    pack_paths(policy, packer, "write", plugin->sandbox.write);
    pack_paths(policy, packer, "exec", plugin->sandbox.exec);
    tb_pack_key_bool(packer, "network", plugin->sandbox.network);
    tb_pack_key_bool(packer, "jit", plugin->sandbox.jit);
    tb_pack_key_bool(packer, "audit", plugin->sandbox.audit);
    tb_pack_key_str(packer, "state", tb_manifest_plugin_state(policy, plugin));
    tb_pack_key_bool(packer, "resources", plugin->resources);
    tb_pack_key_bool(packer, "secrets", plugin->secrets);
    tb_pack_key_bool(packer, "picks", plugin->sandbox.picks);
    if (plugin->record)
        tb_value_pack_list(packer, "record", plugin->record);
    tb_pack_key_uint(packer, "memory_mib", plugin->sandbox.memory_mib);
    tb_pack_key_uint(packer, "cpu_s", plugin->sandbox.cpu_s);
}

/* Most commands have no more than these two: a number that is not there is 0. */
static bool limit_written(enum tb_limit_key key, uint64_t value)
{
    return value != 0 || key == TB_LIMIT_IN_FLIGHT || key == TB_LIMIT_DEADLINE_MS;
}

/* How many; a packer NULL only counts. */
static size_t pack_limits(struct tb_packer *packer, const uint64_t limits[static TB_N_LIMIT_KEYS])
{
    static const char *const keys[TB_N_LIMIT_KEYS] = {
        [TB_LIMIT_CALLS_PER_S] = "calls_per_s", [TB_LIMIT_BURST] = "burst",
        [TB_LIMIT_IN_FLIGHT] = "in_flight",     [TB_LIMIT_BYTES_IN] = "bytes_in",
        [TB_LIMIT_BYTES_OUT] = "bytes_out",     [TB_LIMIT_DEADLINE_MS] = "deadline_ms",
    };
    size_t n = 0;
    for (size_t i = 0; i < TB_N_LIMIT_KEYS; i++) {
        if (!limit_written((enum tb_limit_key)i, limits[i]))
            continue;
        n++;
        if (packer)
            tb_pack_key_uint(packer, keys[i], limits[i]);
    }
    return n;
}

static void pack_true(struct tb_packer *packer, const char *key, bool value)
{
    if (value)
        tb_pack_key_bool(packer, key, true);
}

static void pack_command(struct tb_policy *policy, struct tb_packer *packer,
                         const struct tb_command *command)
{
    const struct tb_plugin *plugin = command->server;
    const struct tb_manifest *manifest = &policy->manifest;
    const struct tb_detail *detail = tb_manifest_detail(manifest, command->name);
    bool hook = tb_manifest_hooks(manifest, command->name);
    uint64_t limits[TB_N_LIMIT_KEYS];
    for (size_t i = 0; i < TB_N_LIMIT_KEYS; i++)
        limits[i] = tb_manifest_limit(manifest, command->name, (enum tb_limit_key)i);
    if (plugin && tb_table_find(&plugin->waits_of, command->local))
        limits[TB_LIMIT_DEADLINE_MS] = tb_manifest_patience(manifest, command->name);
    tb_pack_map(packer, 6u + (plugin != NULL) + pack_limits(NULL, limits) + hook + detail->ask +
                            detail->tripwire + (detail->schema != NULL));
    tb_pack_key_str(packer, "name", command->name);
    tb_pack_key_str(packer, "local", command->served);
    if (plugin)
        tb_pack_key_uint(packer, "plugin", plugin->index);
    tb_pack_key_bool(packer, "implemented", tb_plugin_implements(plugin, command->served));
    tb_pack_key_bool(packer, "reads",
                     plugin && tb_table_find(&plugin->read_command_of, command->served));
    tb_pack_key_bool(packer, "writes",
                     plugin && tb_table_find(&plugin->write_command_of, command->served));
    pack_limits(packer, limits);
    tb_pack_key_str(packer, "args", tb_manifest_args(manifest, command->name));
    pack_true(packer, "hook", hook);
    pack_true(packer, "ask", detail->ask);
    pack_true(packer, "tripwire", detail->tripwire);
    if (!detail->schema)
        return;
    tb_pack_key(packer, "schema");
    packer->failed = packer->failed || !tb_buffer_append(packer->out, detail->compiled);
}

static void pack_scope(struct tb_packer *packer, const struct tb_scope *scope)
{
    tb_pack_map(packer, 2);
    tb_pack_key(packer, "allow");
    packer->failed = packer->failed || !tb_buffer_append(packer->out, scope->allow);
    tb_pack_key(packer, "deny");
    packer->failed = packer->failed || !tb_buffer_append(packer->out, scope->deny);
}

static void pack_allow(struct tb_packer *packer, const struct tb_use *use)
{
    bool scoped = use->scope != TB_NO_INDEX;
    tb_pack_map(packer, scoped ? 3 : 2);
    tb_pack_key_uint(packer, "command", use->command);
    if (scoped)
        tb_pack_key_uint(packer, "scope", use->scope);
    tb_pack_key_str(packer, "permission", use->permission->name);
}

static void pack_allows(struct tb_packer *packer, const struct tb_bundle *bundle)
{
    size_t n = 0;
    for (size_t i = 0; i < bundle->n_allow; i++)
        n += bundle->allow[i].command != TB_NO_INDEX;
    tb_pack_key(packer, "allow");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < bundle->n_allow; i++)
        if (bundle->allow[i].command != TB_NO_INDEX)
            pack_allow(packer, &bundle->allow[i]);
}

/* A name that cannot be called needs no denial. */
static void pack_denials(struct tb_packer *packer, const struct tb_bundle *bundle)
{
    size_t n = 0;
    for (size_t i = 0; i < bundle->n_deny; i++)
        n += bundle->deny[i].name.n <= TB_COMMAND_MAX;
    tb_pack_key(packer, "deny");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < bundle->n_deny; i++) {
        if (bundle->deny[i].name.n > TB_COMMAND_MAX)
            continue;
        tb_pack_map(packer, 2);
        tb_pack_key_str(packer, "name", bundle->deny[i].name);
        tb_pack_key_str(packer, "permission", bundle->deny[i].permission->name);
    }
}

static void pack_shared(struct tb_packer *packer, const struct tb_bundle *bundle)
{
    size_t n = 0;
    for (size_t i = 0; i < bundle->n_shared; i++)
        n += bundle->shared[i].scope != TB_NO_INDEX;
    tb_pack_key(packer, "shared");
    tb_pack_array(packer, n);
    for (size_t i = 0; i < bundle->n_shared; i++) {
        const struct tb_plugin *plugin = bundle->shared[i].acl->plugin;
        if (bundle->shared[i].scope == TB_NO_INDEX)
            continue;
        tb_pack_map(packer, plugin ? 2 : 1);
        if (plugin)
            tb_pack_key_uint(packer, "plugin", plugin->index);
        tb_pack_key_uint(packer, "scope", bundle->shared[i].scope);
    }
}

static void pack_bundle(struct tb_packer *packer, const struct tb_bundle *bundle)
{
    tb_pack_map(packer, 3);
    pack_allows(packer, bundle);
    pack_denials(packer, bundle);
    pack_shared(packer, bundle);
}

static void pack_capability(struct tb_packer *packer,
                            const struct tb_compiled_capability *capability)
{
    const struct tb_capability *source = capability->source;
    tb_pack_map(packer, 7);
    tb_pack_key_str(packer, "identifier", source->identifier);
    tb_pack_key_text(packer, "file", source->place.file);
    tb_pack_key_bool(packer, "local", source->local);
    tb_value_pack_list(packer, "urls", source->urls);
    tb_value_pack_list(packer, "windows", source->windows);
    tb_value_pack_list(packer, "webviews", source->webviews);
    tb_pack_key(packer, "entries");
    tb_pack_array(packer, capability->n_entries);
    for (size_t i = 0; i < capability->n_entries; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key_uint(packer, "bundle", capability->entries[i].bundle->index);
        tb_pack_key_uint(packer, "line", capability->entries[i].line);
    }
}

static void pack_all(struct tb_policy *policy, struct tb_packer *packer,
                     const struct tb_compiled *compiled)
{
    tb_pack_map(packer, 9 + TB_SNAPSHOT_FILTER_KEYS);
    tb_pack_key_uint(packer, "v", 6);
    tb_pack_key_text(packer, "mode", tb_semantics_name(policy->manifest.mode));
    tb_pack_key_str(packer, "app", policy->manifest.app);
    pack_vars(packer, &policy->vars);
    tb_pack_key(packer, "plugins");
    tb_pack_array(packer, compiled->n_plugins);
    for (size_t i = 0; i < compiled->n_plugins; i++)
        pack_plugin(policy, packer, compiled->plugins[i]);
    tb_pack_key(packer, "commands");
    tb_pack_array(packer, compiled->n_commands);
    for (size_t i = 0; i < compiled->n_commands; i++)
        pack_command(policy, packer, &compiled->commands[i]);
    tb_pack_key(packer, "scopes");
    tb_pack_array(packer, compiled->scopes.n);
    for (size_t i = 0; i < compiled->scopes.n; i++)
        pack_scope(packer, compiled->scopes.items[i]);
    tb_pack_key(packer, "bundles");
    tb_pack_array(packer, compiled->n_bundles);
    for (size_t i = 0; i < compiled->n_bundles; i++)
        pack_bundle(packer, compiled->bundles[i]);
    tb_pack_key(packer, "capabilities");
    tb_pack_array(packer, compiled->n_capabilities);
    for (size_t i = 0; i < compiled->n_capabilities; i++)
        pack_capability(packer, &compiled->capabilities[i]);
    tb_snapshot_filters_pack(policy, packer);
}

/* What is written must be readable again: the reader's own limits decide. */
static bool readable(struct tb_arena *arena, struct tb_bytes text)
{
    tb_cleanup(tb_unpacker_deinit) struct tb_unpacker unpacker = {0};
    struct tb_snapshot snapshot;
    return tb_unpacker_init(&unpacker, &tb_scan_snapshot) == 0 &&
           tb_snapshot_read(arena, &unpacker, text, &snapshot) == 0;
}

bool tb_snapshot_write(struct tb_policy *policy, const struct tb_compiled *compiled,
                       struct tb_buffer *out)
{
    struct tb_packer packer;
    tb_packer_init(&packer, out);
    pack_all(policy, &packer, compiled);
    if (!packer.failed && readable(policy->arena, tb_buffer_bytes(out)))
        return true;
    tb_report_error(policy->report, "too-large", (struct tb_place){NULL, 0},
                    "the compiled policy passes a limit (64 MiB, 2097152 values, 65536 commands, "
                    "4096 bytes of an identifier or a file's name): write less");
    return false;
}

static void pack_audit(struct tb_packer *packer, const struct tb_manifest *manifest,
                       struct tb_bytes file)
{
    tb_pack_key(packer, "audit");
    tb_pack_map(packer, 3);
    tb_pack_key_str(packer, "mode", manifest->audit_mode);
    tb_pack_key_str(packer, "file", file);
    tb_pack_key_str(packer, "args", manifest->audit_args);
}

bool tb_settings_write(struct tb_policy *policy, const uint8_t digest[static TB_DIGEST_SIZE],
                       struct tb_buffer *out)
{
    struct tb_packer packer;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer facts;
    const struct tb_manifest *manifest = &policy->manifest;
    struct tb_bytes file = tb_manifest_audit_file(policy);
    tb_buffer_init(&facts, TB_FACTS_MAX);
    if (file.n == 0 || !tb_manifest_check_states(policy) || !tb_facts_write(policy, &facts))
        return false;
    tb_packer_init(&packer, out);
    tb_pack_map(&packer, 12);
    tb_pack_key_uint(&packer, "v", 1);
    tb_pack_key_str(&packer, "app", manifest->app);
    tb_pack_key(&packer, "digest");
    tb_pack_bin(&packer, tb_bytes_of(digest, TB_DIGEST_SIZE));
    tb_pack_key_str(&packer, "resource", policy->inputs->resource);
    if (manifest->require) {
        tb_value_pack_list(&packer, "require", manifest->require);
    } else {
        tb_pack_key(&packer, "require");
        tb_pack_array(&packer, 1);
        tb_pack_key(&packer, "seccomp");
    }
    tb_pack_key_str(&packer, "violations", manifest->violations);
    pack_audit(&packer, manifest, file);
    tb_pack_key_str(&packer, "answers", tb_manifest_answers_file(policy));
    tb_pack_key_str(&packer, "states", tb_manifest_states(policy));
    tb_pack_key_str(&packer, "hook_file", manifest->hook.file);
    tb_pack_key(&packer, "hook");
    tb_pack_bin(&packer, manifest->hook.text);
    tb_pack_key(&packer, "facts");
    tb_pack_bin(&packer, tb_buffer_bytes(&facts));
    return !packer.failed;
}
