/* The reading side: the file may be anything, so every index, count and name is checked here, and
 * what comes out needs no second look. */
#include "policy/compiler/snapshot.h"

#include "base/result.h"
#include "policy/compiler/manifest.h"
#include "policy/compiler/snapshot_filters.h"

#include <sodium.h>

enum { SNAPSHOT_NODES = 2 * 1024 * 1024, SNAPSHOT_KEY = 4096, SNAPSHOT_COMMANDS = 65536 };

const struct tb_scan_limits tb_scan_snapshot = {TB_MSGPACK_DEPTH, SNAPSHOT_NODES, SNAPSHOT_KEY};

struct context {
    struct tb_arena *arena;
    struct tb_snapshot *snapshot;
};

static bool take_index(bool has, uint64_t index, size_t n, uint32_t *ret_index)
{
    if (has && index >= n)
        return false;
    *ret_index = has ? (uint32_t)index : TB_NO_INDEX;
    return true;
}

static bool all_strings(const msgpack_object *array)
{
    for (uint32_t i = 0; i < array->via.array.size; i++)
        if (array->via.array.ptr[i].type != MSGPACK_OBJECT_STR)
            return false;
    return true;
}

/* Calls `read` for each element, with the item that it fills. */
static int each(struct context *context, const msgpack_object *array, size_t size, void **ret_items,
                size_t *ret_n, int (*read)(struct context *, const msgpack_object *, void *))
{
    uint8_t *items = tb_arena_get(context->arena, (size_t)array->via.array.size + 1, size);
    for (uint32_t i = 0; i < array->via.array.size; i++) {
        int r = read(context, &array->via.array.ptr[i], items + i * size);
        if (r != TB_OK)
            return r;
    }
    *ret_items = items;
    *ret_n = array->via.array.size;
    return TB_OK;
}

static int read_plugin(struct context *context, const msgpack_object *map, void *item)
{
    (void)context;
    struct tb_snap_plugin *plugin = item;
    bool has_record;
    const struct tb_field fields[] = {
        {"name", TB_STR, &plugin->name, TB_COMMAND_MAX, NULL},
        {"program", TB_STR, &plugin->program, 0, NULL},
        {"host", TB_BOOL, &plugin->host, 0, NULL},
        {"path", TB_BOOL, &plugin->path, 0, NULL},
        {"launcher", TB_BOOL, &plugin->launcher, 0, NULL},
        {"read", TB_ARRAY, &plugin->read, 0, NULL},
        {"write", TB_ARRAY, &plugin->write, 0, NULL},
        {"exec", TB_ARRAY, &plugin->exec, 0, NULL},
        {"network", TB_BOOL, &plugin->network, 0, NULL},
        {"jit", TB_BOOL, &plugin->jit, 0, NULL},
        {"audit", TB_BOOL, &plugin->audit, 0, NULL},
        {"state", TB_STR, &plugin->state, 0, NULL},
        {"resources", TB_BOOL, &plugin->resources, 0, NULL},
        {"secrets", TB_BOOL, &plugin->secrets, 0, NULL},
        {"picks", TB_BOOL, &plugin->picks, 0, NULL},
        {"record", TB_ARRAY, &plugin->record, 0, &has_record},
        {"memory_mib", TB_UINT, &plugin->memory_mib, UINT32_MAX, NULL},
        {"cpu_s", TB_UINT, &plugin->cpu_s, UINT32_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    bool program = plugin->program.n == 0 || (!plugin->host && tb_path_valid(plugin->program));
    bool state = plugin->state.n == 0 || tb_path_valid(plugin->state);
    return plugin->name.n > 0 && program && state && all_strings(plugin->read) &&
                   all_strings(plugin->write) && all_strings(plugin->exec) &&
                   (!has_record || all_strings(plugin->record))
               ? TB_OK
               : TB_MALFORMED;
}

/* Only a program implements commands, or the host, whose are the app's own. */
static bool can_run(const struct tb_snapshot *snapshot, const struct tb_snap_command *command)
{
    if (command->plugin == TB_NO_INDEX)
        return true;
    const struct tb_snap_plugin *plugin = &snapshot->plugins[command->plugin];
    return plugin->program.n > 0 || plugin->host;
}

static int read_command(struct context *context, const msgpack_object *map, void *item)
{
    struct tb_snap_command *command = item;
    uint64_t plugin = 0;
    bool has_plugin;
    bool absent; /* nothing of it, then */
    uint64_t *limits = command->limits;
    enum tb_args args;
    const struct tb_field fields[] = {
        {"name", TB_STR, &command->name, TB_COMMAND_MAX, NULL},
        {"local", TB_STR, &command->local, TB_COMMAND_MAX, NULL},
        {"plugin", TB_UINT, &plugin, 0, &has_plugin},
        {"implemented", TB_BOOL, &command->implemented, 0, NULL},
        {"reads", TB_BOOL, &command->reads, 0, NULL},
        {"writes", TB_BOOL, &command->writes, 0, NULL},
        {"in_flight", TB_UINT, &limits[TB_LIMIT_IN_FLIGHT], TB_HANDLES_MAX, NULL},
        {"deadline_ms", TB_UINT, &limits[TB_LIMIT_DEADLINE_MS], UINT32_MAX, NULL},
        {"calls_per_s", TB_UINT, &limits[TB_LIMIT_CALLS_PER_S], TB_CALLS_PER_S_MAX, &absent},
        {"burst", TB_UINT, &limits[TB_LIMIT_BURST], TB_CALLS_PER_S_MAX, &absent},
        {"bytes_in", TB_UINT, &limits[TB_LIMIT_BYTES_IN], TB_BYTES_PER_S_MAX, &absent},
        {"bytes_out", TB_UINT, &limits[TB_LIMIT_BYTES_OUT], TB_BYTES_PER_S_MAX, &absent},
        {"args", TB_STR, &command->args, 0, NULL},
        {"hook", TB_BOOL, &command->hook, 0, &absent},
        {"ask", TB_BOOL, &command->ask, 0, &absent},
        {"tripwire", TB_BOOL, &command->tripwire, 0, &absent},
        {"schema", TB_ANY, &command->schema, 0, &absent},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    bool ok = take_index(has_plugin, plugin, context->snapshot->n_plugins, &command->plugin) &&
              command->name.n > 0 && command->local.n > 0 &&
              limits[TB_LIMIT_IN_FLIGHT] >= TB_HANDLES_MIN &&
              (can_run(context->snapshot, command) || !command->implemented) &&
              (command->plugin != TB_NO_INDEX || command->implemented) &&
              tb_args_of(command->args, &args);
    return ok ? TB_OK : TB_MALFORMED;
}

static int read_scope(struct context *context, const msgpack_object *map, void *item)
{
    (void)context;
    struct tb_snap_scope *scope = item;
    const struct tb_field fields[] = {
        {"allow", TB_ARRAY, &scope->allow, 0, NULL},
        {"deny", TB_ARRAY, &scope->deny, 0, NULL},
    };
    return tb_map_read(map, fields, TB_ARRAY_LEN(fields));
}

static int read_allow(struct context *context, const msgpack_object *map, void *item)
{
    struct tb_snap_use *use = item;
    uint64_t command;
    uint64_t scope = 0;
    bool has_scope;
    const struct tb_field fields[] = {
        {"command", TB_UINT, &command, 0, NULL},
        {"scope", TB_UINT, &scope, 0, &has_scope},
        {"permission", TB_STR, &use->permission, TB_RECORD_STRING_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!take_index(true, command, context->snapshot->n_commands, &use->command) ||
        !take_index(has_scope, scope, context->snapshot->n_scopes, &use->scope))
        return TB_MALFORMED;
    use->name = context->snapshot->commands[use->command].name;
    return TB_OK;
}

static uint32_t find_command(const struct tb_snapshot *snapshot, struct tb_bytes name)
{
    size_t low = 0;
    size_t high = snapshot->n_commands;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = tb_bytes_compare(snapshot->commands[middle].name, name);
        if (order == 0)
            return (uint32_t)middle;
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return TB_NO_INDEX;
}

static int read_deny(struct context *context, const msgpack_object *map, void *item)
{
    struct tb_snap_use *use = item;
    const struct tb_field fields[] = {
        {"name", TB_STR, &use->name, TB_COMMAND_MAX, NULL},
        {"permission", TB_STR, &use->permission, TB_RECORD_STRING_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    use->command = find_command(context->snapshot, use->name);
    use->scope = TB_NO_INDEX;
    return TB_OK;
}

static int read_shared(struct context *context, const msgpack_object *map, void *item)
{
    struct tb_snap_shared *shared = item;
    uint64_t plugin = 0;
    uint64_t scope;
    bool has_plugin;
    const struct tb_field fields[] = {
        {"plugin", TB_UINT, &plugin, 0, &has_plugin},
        {"scope", TB_UINT, &scope, 0, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    return take_index(has_plugin, plugin, context->snapshot->n_plugins, &shared->plugin) &&
                   take_index(true, scope, context->snapshot->n_scopes, &shared->scope)
               ? TB_OK
               : TB_MALFORMED;
}

static int read_bundle(struct context *context, const msgpack_object *map, void *item)
{
    struct tb_snap_bundle *bundle = item;
    const msgpack_object *allow;
    const msgpack_object *deny;
    const msgpack_object *shared;
    void *items;
    const struct tb_field fields[] = {
        {"allow", TB_ARRAY, &allow, 0, NULL},
        {"deny", TB_ARRAY, &deny, 0, NULL},
        {"shared", TB_ARRAY, &shared, 0, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r == TB_OK)
        r = each(context, allow, sizeof *bundle->allow, &items, &bundle->n_allow, read_allow);
    if (r != TB_OK)
        return r;
    bundle->allow = items;
    r = each(context, deny, sizeof *bundle->deny, &items, &bundle->n_deny, read_deny);
    if (r != TB_OK)
        return r;
    bundle->deny = items;
    r = each(context, shared, sizeof *bundle->shared, &items, &bundle->n_shared, read_shared);
    if (r == TB_OK)
        bundle->shared = items;
    return r;
}

static int read_entry(struct context *context, const msgpack_object *map, void *item)
{
    struct tb_snap_entry *entry = item;
    uint64_t bundle;
    uint64_t line;
    const struct tb_field fields[] = {
        {"bundle", TB_UINT, &bundle, 0, NULL},
        {"line", TB_UINT, &line, UINT32_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    entry->line = (uint32_t)line;
    return take_index(true, bundle, context->snapshot->n_bundles, &entry->bundle) ? TB_OK
                                                                                  : TB_MALFORMED;
}

static int read_capability(struct context *context, const msgpack_object *map, void *item)
{
    struct tb_snap_capability *capability = item;
    const msgpack_object *entries;
    void *items;
    const struct tb_field fields[] = {
        {"identifier", TB_STR, &capability->identifier, TB_RECORD_STRING_MAX, NULL},
        {"file", TB_STR, &capability->file, TB_RECORD_STRING_MAX, NULL},
        {"local", TB_BOOL, &capability->local, 0, NULL},
        {"urls", TB_ARRAY, &capability->urls, 0, NULL},
        {"windows", TB_ARRAY, &capability->windows, 0, NULL},
        {"webviews", TB_ARRAY, &capability->webviews, 0, NULL},
        {"entries", TB_ARRAY, &entries, 0, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (!all_strings(capability->urls) || !all_strings(capability->windows) ||
        !all_strings(capability->webviews))
        return TB_MALFORMED;
    r = each(context, entries, sizeof *capability->entries, &items, &capability->n_entries,
             read_entry);
    if (r == TB_OK)
        capability->entries = items;
    return r;
}

struct parts {
    const msgpack_object *plugins;
    const msgpack_object *commands;
    const msgpack_object *scopes;
    const msgpack_object *bundles;
    const msgpack_object *capabilities;
    struct tb_snapshot_filters filters;
};

static int read_root(const msgpack_object *root, struct tb_snapshot *snapshot,
                     struct parts *ret_parts)
{
    uint64_t version;
    struct tb_bytes mode;
    struct tb_snapshot_filters *filters = &ret_parts->filters;
    const struct tb_field fields[] = {
        {"v", TB_UINT, &version, 0, NULL},
        {"mode", TB_STR, &mode, 0, NULL},
        {"app", TB_STR, &snapshot->app, TB_APP_MAX, NULL},
        {"vars", TB_MAP, &snapshot->vars, 0, NULL},
        {"plugins", TB_ARRAY, &ret_parts->plugins, 256, NULL},
        {"commands", TB_ARRAY, &ret_parts->commands, SNAPSHOT_COMMANDS, NULL},
        {"scopes", TB_ARRAY, &ret_parts->scopes, 0, NULL},
        {"bundles", TB_ARRAY, &ret_parts->bundles, 0, NULL},
        {"capabilities", TB_ARRAY, &ret_parts->capabilities, 0, NULL},
        {"hook", TB_MAP, &filters->hook, 0, NULL},
        {"rules", TB_ARRAY, &filters->rules, TB_FILTER_RULES_MAX, NULL},
        {"tripwires", TB_ARRAY, &filters->tripwires, 0, NULL},
        {"remember_days", TB_UINT, &filters->remember_days, UINT32_MAX, NULL},
    };
    int r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    return version == 6 && tb_semantics_of(mode, &snapshot->mode) && snapshot->app.n > 0
               ? TB_OK
               : TB_MALFORMED;
}

static bool sorted(const struct tb_snapshot *snapshot)
{
    for (size_t i = 1; i < snapshot->n_commands; i++)
        if (tb_bytes_compare(snapshot->commands[i - 1].name, snapshot->commands[i].name) >= 0)
            return false;
    return true;
}

/* In the order in which the parts refer to each other. */
static int read_parts(struct context *context, const msgpack_object *root)
{
    struct tb_snapshot *snapshot = context->snapshot;
    struct parts parts;
    void *items = NULL;
    int r = read_root(root, snapshot, &parts);
    if (r == TB_OK)
        r = each(context, parts.plugins, sizeof *snapshot->plugins, &items, &snapshot->n_plugins,
                 read_plugin);
    snapshot->plugins = items;
    if (r == TB_OK)
        r = each(context, parts.commands, sizeof *snapshot->commands, &items, &snapshot->n_commands,
                 read_command);
    snapshot->commands = items;
    if (r == TB_OK && !sorted(snapshot))
        return TB_MALFORMED;
    if (r == TB_OK)
        r = each(context, parts.scopes, sizeof *snapshot->scopes, &items, &snapshot->n_scopes,
                 read_scope);
    snapshot->scopes = items;
    if (r == TB_OK)
        r = each(context, parts.bundles, sizeof *snapshot->bundles, &items, &snapshot->n_bundles,
                 read_bundle);
    snapshot->bundles = items;
    if (r == TB_OK)
        r = each(context, parts.capabilities, sizeof *snapshot->capabilities, &items,
                 &snapshot->n_capabilities, read_capability);
    snapshot->capabilities = items;
    return r == TB_OK ? tb_snapshot_filters_read(context->arena, &parts.filters, snapshot) : r;
}

int tb_snapshot_read(struct tb_arena *arena, struct tb_unpacker *unpacker, struct tb_bytes text,
                     struct tb_snapshot *ret_snapshot)
{
    struct tb_snapshot snapshot = {0};
    struct context context = {arena, &snapshot};
    const msgpack_object *root;
    int r = tb_unpack(unpacker, &tb_scan_snapshot, text, &root);
    if (r == TB_OK)
        r = read_parts(&context, root);
    if (r != TB_OK)
        return r;
    crypto_generichash(snapshot.digest, sizeof snapshot.digest, text.data, text.n, NULL, 0);
    *ret_snapshot = snapshot;
    return TB_OK;
}
