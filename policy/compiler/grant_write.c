/* Writes a grant: docs/formats.md, Grant. policy/grant.c reads it. */
#include "base/result.h"
#include "policy/compiler/grant_filters.h"
#include "policy/compiler/hull.h"

static void pack_rule(struct tb_packer *packer, const struct tb_resolved_rule *rule)
{
    tb_pack_key(packer, "rule");
    tb_pack_map(packer, 4);
    tb_pack_key_str(packer, "capability", rule->capability->identifier);
    tb_pack_key_str(packer, "permission", rule->permission);
    tb_pack_key_str(packer, "file", rule->capability->file);
    tb_pack_key_uint(packer, "line", rule->line);
}

/* Where each plugin of the snapshot stands in the grant, and the app's own commands behind them. */
struct places {
    uint32_t *of_plugin;
    uint32_t of_app;
    size_t n;
};

static uint32_t *place_of(struct places *places, const struct tb_snap_command *command)
{
    return command->plugin == TB_NO_INDEX ? &places->of_app : &places->of_plugin[command->plugin];
}

/* NULL: its arguments are no secrets. */
static const msgpack_object *record_of(const struct tb_snapshot *snapshot,
                                       const struct tb_snap_command *command)
{
    return command->plugin == TB_NO_INDEX ? NULL : snapshot->plugins[command->plugin].record;
}

static void pack_command(const struct tb_grant_parts *parts,
                         const struct tb_resolved_command *resolved, struct places *places)
{
    struct tb_packer *packer = parts->packer;
    const struct tb_snap_command *command = resolved->command;
    bool scoped = resolved->scope != TB_NO_INDEX;
    const msgpack_object *record = record_of(parts->snapshot, command);
    tb_pack_map(packer, 6u + command->implemented + scoped + (record != NULL) +
                            tb_grant_filters_count(resolved));
    tb_pack_key_str(packer, "name", command->name);
    if (command->implemented)
        tb_pack_key_uint(packer, "plugin", *place_of(places, command));
    tb_pack_key_str(packer, "local", command->local);
    if (scoped)
        tb_pack_key_uint(packer, "scope", resolved->scope);
    tb_pack_key_uint(packer, "in_flight", command->limits[TB_LIMIT_IN_FLIGHT]);
    tb_pack_key_uint(packer, "deadline_ms", command->limits[TB_LIMIT_DEADLINE_MS]);
    tb_pack_key_str(packer, "args", command->args);
    if (record) {
        tb_pack_key(packer, "record");
        tb_pack_object(packer, record);
    }
    tb_grant_filters_pack(parts, resolved);
    pack_rule(packer, &resolved->rule);
}

/* Nothing holds the host: what its plugin's sandbox says is not passed on. */
static void pack_sandbox(struct tb_packer *packer, const struct tb_snap_plugin *plugin,
                         const struct tb_hull *hull)
{
    bool held = !plugin->host;
    tb_pack_key_bool(packer, "network", held && hull->network);
    tb_pack_key_bool(packer, "jit", held && hull->jit);
    tb_pack_key_bool(packer, "audit", held && plugin->audit);
    tb_pack_key_str(packer, "state", held ? plugin->state : (struct tb_bytes){0});
    tb_pack_key_bool(packer, "secrets", held && plugin->secrets);
    tb_pack_key_bool(packer, "launcher", held && plugin->launcher);
    tb_pack_key_bool(packer, "picks", held && plugin->picks);
    tb_path_list_pack(packer, "exec", &hull->exec);
    tb_pack_key_uint(packer, "memory_mib", held ? hull->memory_mib : 0);
    tb_pack_key_uint(packer, "cpu_s", held ? plugin->cpu_s : 0);
}

static void pack_plugin(struct tb_packer *packer, const struct tb_snap_plugin *plugin,
                        const struct tb_hull *hull)
{
    tb_pack_map(packer, 18);
    tb_pack_key_str(packer, "name", plugin->name);
    tb_pack_key_bool(packer, "host", plugin->host);
    tb_pack_key_str(packer, "program", plugin->program);
    tb_pack_key_bool(packer, "resources", plugin->resources);
    tb_path_list_pack(packer, "read", &hull->read);
    tb_path_list_pack(packer, "write", &hull->write);
    tb_path_list_pack(packer, "make", &hull->make);
    tb_path_list_pack(packer, "mask", &hull->mask);
    pack_sandbox(packer, plugin, hull);
}

void tb_scope_side_pack(struct tb_packer *packer, const struct tb_resolved_scope *scope, bool deny)
{
    size_t n = 0;
    for (size_t i = 0; i < scope->n; i++) {
        const struct tb_scope_part *part = &scope->parts[i];
        if (deny || !part->deny_only)
            n += (deny ? part->scope->deny : part->scope->allow)->via.array.size;
    }
    tb_pack_array(packer, n);
    for (size_t i = 0; i < scope->n && !packer->failed; i++) {
        const struct tb_scope_part *part = &scope->parts[i];
        const msgpack_object *list = deny ? part->scope->deny : part->scope->allow;
        for (uint32_t k = 0; (deny || !part->deny_only) && k < list->via.array.size; k++)
            tb_pack_object(packer, &list->via.array.ptr[k]);
    }
}

/* Those that have a command in the grant. */
static struct places place_plugins(struct tb_arena *arena, const struct tb_snapshot *snapshot,
                                   const struct tb_resolved *resolved)
{
    struct places places = {.of_app = TB_NO_INDEX};
    places.of_plugin = tb_arena_get(arena, snapshot->n_plugins + 1, sizeof *places.of_plugin);
    for (size_t i = 0; i < snapshot->n_plugins; i++)
        places.of_plugin[i] = TB_NO_INDEX;
    for (size_t i = 0; i < resolved->n_commands; i++)
        if (resolved->commands[i].command->implemented)
            *place_of(&places, resolved->commands[i].command) = 0;
    for (size_t i = 0; i < snapshot->n_plugins; i++)
        if (places.of_plugin[i] != TB_NO_INDEX)
            places.of_plugin[i] = (uint32_t)places.n++;
    if (places.of_app != TB_NO_INDEX)
        places.of_app = (uint32_t)places.n++;
    return places;
}

static int pack_plugins(struct tb_arena *arena, struct tb_packer *packer,
                        const struct tb_snapshot *snapshot, const struct tb_resolved *resolved,
                        const struct places *places)
{
    static const struct tb_hull no_hull;
    static const struct tb_snap_plugin app = {.host = true};
    tb_pack_key(packer, "plugins");
    tb_pack_array(packer, places->n);
    for (uint32_t i = 0; i < snapshot->n_plugins; i++) {
        const struct tb_snap_plugin *plugin = &snapshot->plugins[i];
        struct tb_hull hull = no_hull;
        if (places->of_plugin[i] == TB_NO_INDEX)
            continue;
        int r = plugin->host ? TB_OK : tb_hull_of(arena, snapshot, resolved, i, &hull);
        if (r != TB_OK)
            return r;
        pack_plugin(packer, plugin, &hull);
    }
    if (places->of_app != TB_NO_INDEX)
        pack_plugin(packer, &app, &no_hull);
    return TB_OK;
}

static void pack_head(struct tb_packer *packer, const struct tb_snapshot *snapshot,
                      const struct tb_request *request)
{
    tb_pack_key_uint(packer, "v", 1);
    tb_pack_key_str(packer, "app", snapshot->app);
    tb_pack_key(packer, "digest");
    tb_pack_bin(packer, tb_bytes_of(snapshot->digest, sizeof snapshot->digest));
    tb_pack_key_str(packer, "view", request->view);
    tb_pack_key_str(packer, "webview", request->webview);
    tb_pack_key_str(packer, "origin", request->origin);
    tb_pack_key_text(packer, "events", snapshot->mode == TB_TAURI ? "all" : "scope");
}

static void pack_scopes(struct tb_packer *packer, const struct tb_resolved *resolved)
{
    tb_pack_key(packer, "scopes");
    tb_pack_array(packer, resolved->n_scopes);
    for (size_t i = 0; i < resolved->n_scopes && !packer->failed; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key(packer, "allow");
        tb_scope_side_pack(packer, &resolved->scopes[i], false);
        tb_pack_key(packer, "deny");
        tb_scope_side_pack(packer, &resolved->scopes[i], true);
    }
}

static void pack_denied(struct tb_packer *packer, const struct tb_resolved *resolved)
{
    tb_pack_key(packer, "denied");
    tb_pack_array(packer, resolved->n_denied);
    for (size_t i = 0; i < resolved->n_denied; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key_str(packer, "name", resolved->denied[i].name);
        pack_rule(packer, &resolved->denied[i].rule);
    }
}

/* What is written must be readable again: the reader's own limits decide. */
static bool readable(struct tb_bytes text)
{
    struct tb_scanner *scanner = tb_scanner_new(&tb_scan_grant);
    bool ok = scanner && tb_scan(scanner, &tb_scan_grant, text) == TB_OK;
    tb_scanner_free(scanner);
    return ok;
}

int tb_grant_write(struct tb_arena *arena, const struct tb_snapshot *snapshot,
                   const struct tb_request *request, const struct tb_resolved *resolved,
                   struct tb_buffer *out)
{
    struct tb_packer packer;
    struct places places = place_plugins(arena, snapshot, resolved);
    const struct tb_grant_parts parts = {arena, &packer, snapshot, request, resolved};
    tb_packer_init(&packer, out);
    tb_pack_map(&packer, 12 + tb_grant_rules_count(&parts));
    pack_head(&packer, snapshot, request);
    tb_pack_key(&packer, "commands");
    tb_pack_array(&packer, resolved->n_commands);
    for (size_t i = 0; i < resolved->n_commands; i++)
        pack_command(&parts, &resolved->commands[i], &places);
    int r = pack_plugins(arena, &packer, snapshot, resolved, &places);
    if (r != TB_OK)
        return r;
    pack_scopes(&packer, resolved);
    pack_denied(&packer, resolved);
    tb_grant_rules_pack(&parts);
    tb_pack_key(&packer, "vars");
    tb_pack_object(&packer, snapshot->vars);
    return !packer.failed && resolved->n_commands <= TB_COMMANDS_MAX &&
                   readable(tb_buffer_bytes(out))
               ? TB_OK
               : TB_TOO_LARGE;
}
