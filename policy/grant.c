#include "policy/grant.h"

#include "base/fd.h"
#include "base/result.h"
#include "policy/filter/zone.h"
#include "policy/grant_command.h"
#include "proto/hook.h"

#include <errno.h>
#include <stdlib.h>

enum { PLUGINS_MAX = 257 /* a snapshot's, and the app itself */ };

static bool all_paths(const msgpack_object *array)
{
    for (uint32_t i = 0; i < array->via.array.size; i++) {
        const msgpack_object *path = &array->via.array.ptr[i];
        if (path->type != MSGPACK_OBJECT_STR || !tb_path_valid(tb_object_bytes(path)))
            return false;
    }
    return true;
}

static bool ends_with(struct tb_bytes *path, struct tb_bytes name)
{
    if (path->n <= name.n || path->data[path->n - name.n - 1] != '/' ||
        !tb_bytes_equal(tb_bytes_of(path->data + path->n - name.n, name.n), name))
        return false;
    path->n -= name.n + 1;
    return true;
}

/* It is the plugin's of that name in the app of that id, and nobody else's: the launcher opens it
 * to that one plugin alone. */
static bool state_valid(struct tb_bytes app, const struct tb_grant_plugin *plugin)
{
    struct tb_bytes path = plugin->state;
    if (path.n == 0)
        return true;
    return !plugin->host && tb_path_valid(path) && ends_with(&path, plugin->name) &&
           ends_with(&path, tb_bytes_of_string("plugins")) && ends_with(&path, app) &&
           ends_with(&path, tb_bytes_of_string("trollbridge"));
}

static int read_plugin(const msgpack_object *map, struct tb_bytes app,
                       struct tb_grant_plugin *plugin)
{
    uint64_t memory_mib;
    uint64_t cpu_s;
    const struct tb_field fields[] = {
        {"name", TB_STR, &plugin->name, TB_COMMAND_MAX, NULL},
        {"host", TB_BOOL, &plugin->host, 0, NULL},
        {"program", TB_STR, &plugin->program, 0, NULL},
        {"read", TB_ARRAY, &plugin->read, 0, NULL},
        {"write", TB_ARRAY, &plugin->write, 0, NULL},
        {"make", TB_ARRAY, &plugin->make, 0, NULL},
        {"mask", TB_ARRAY, &plugin->mask, 0, NULL},
        {"network", TB_BOOL, &plugin->network, 0, NULL},
        {"jit", TB_BOOL, &plugin->jit, 0, NULL},
        {"audit", TB_BOOL, &plugin->audit, 0, NULL},
        {"state", TB_STR, &plugin->state, 0, NULL},
        {"secrets", TB_BOOL, &plugin->secrets, 0, NULL},
        {"launcher", TB_BOOL, &plugin->launcher, 0, NULL},
        {"picks", TB_BOOL, &plugin->picks, 0, NULL},
        {"resources", TB_BOOL, &plugin->resources, 0, NULL},
        {"exec", TB_ARRAY, &plugin->exec, 0, NULL},
        {"memory_mib", TB_UINT, &memory_mib, UINT32_MAX, NULL},
        {"cpu_s", TB_UINT, &cpu_s, UINT32_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    bool runs = plugin->name.n > 0 && tb_path_valid(plugin->program);
    if (!(plugin->host ? plugin->program.n == 0 : runs) || !all_paths(plugin->read) ||
        !all_paths(plugin->write) || !all_paths(plugin->make) || !all_paths(plugin->mask) ||
        !all_paths(plugin->exec) || !state_valid(app, plugin) ||
        (plugin->host && (plugin->secrets || plugin->picks || plugin->launcher)))
        return TB_MALFORMED;
    plugin->memory_mib = (uint32_t)memory_mib;
    plugin->cpu_s = (uint32_t)cpu_s;
    return TB_OK;
}

static int read_scope(const msgpack_object *map, struct tb_grant_scope *scope)
{
    const struct tb_field fields[] = {
        {"allow", TB_ARRAY, &scope->allow, 0, NULL},
        {"deny", TB_ARRAY, &scope->deny, 0, NULL},
    };
    return tb_map_read(map, fields, TB_ARRAY_LEN(fields));
}

static int read_denied(const msgpack_object *map, struct tb_grant_denied *denied)
{
    const msgpack_object *rule;
    const struct tb_field fields[] = {
        {"name", TB_STR, &denied->name, TB_COMMAND_MAX, NULL},
        {"rule", TB_MAP, &rule, 0, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    return r == TB_OK ? tb_grant_rule_read(rule, &denied->rule) : r;
}

/* Memory for as many items as the array has: the scan has bound that by the bytes of the file. */
static int make_items(const msgpack_object *array, size_t size, void **ret_items, size_t *ret_n)
{
    void *items = calloc((size_t)array->via.array.size + 1, size);
    if (!items)
        return -ENOMEM;
    *ret_items = items;
    *ret_n = array->via.array.size;
    return TB_OK;
}

static int read_plugins(struct tb_grant *grant, const msgpack_object *array)
{
    void *items;
    int r = make_items(array, sizeof *grant->plugins, &items, &grant->n_plugins);
    if (r != TB_OK)
        return r;
    grant->plugins = items;
    for (size_t i = 0; r == TB_OK && i < grant->n_plugins; i++)
        r = read_plugin(&array->via.array.ptr[i], grant->app, &grant->plugins[i]);
    return r;
}

static int read_scopes(struct tb_grant *grant, const msgpack_object *array)
{
    void *items;
    int r = make_items(array, sizeof *grant->scopes, &items, &grant->n_scopes);
    if (r != TB_OK)
        return r;
    grant->scopes = items;
    for (size_t i = 0; r == TB_OK && i < grant->n_scopes; i++)
        r = read_scope(&array->via.array.ptr[i], &grant->scopes[i]);
    return r;
}

static int read_commands(struct tb_grant *grant, const msgpack_object *array)
{
    void *items;
    int r = make_items(array, sizeof *grant->commands, &items, &grant->n_commands);
    if (r != TB_OK)
        return r;
    grant->commands = items;
    for (size_t i = 0; r == TB_OK && i < grant->n_commands; i++) {
        r = tb_grant_command_read(grant, &array->via.array.ptr[i], &grant->commands[i]);
        if (r == TB_OK && i > 0 &&
            tb_bytes_compare(grant->commands[i - 1].name, grant->commands[i].name) >= 0)
            return TB_MALFORMED;
    }
    return r;
}

static int read_denieds(struct tb_grant *grant, const msgpack_object *array)
{
    void *items;
    int r = make_items(array, sizeof *grant->denied, &items, &grant->n_denied);
    if (r != TB_OK)
        return r;
    grant->denied = items;
    for (size_t i = 0; r == TB_OK && i < grant->n_denied; i++) {
        r = read_denied(&array->via.array.ptr[i], &grant->denied[i]);
        if (r == TB_OK && i > 0 &&
            tb_bytes_compare(grant->denied[i - 1].name, grant->denied[i].name) >= 0)
            return TB_MALFORMED;
    }
    return r;
}

/* Sorted, so that a name is found among many without going through them. */
static int read_tripwires(struct tb_grant *grant, const msgpack_object *array)
{
    void *items;
    int r = make_items(array, sizeof *grant->tripwires, &items, &grant->n_tripwires);
    if (r != TB_OK)
        return r;
    grant->tripwires = items;
    for (size_t i = 0; i < grant->n_tripwires; i++) {
        const msgpack_object *name = &array->via.array.ptr[i];
        if (name->type != MSGPACK_OBJECT_STR || name->via.str.size == 0 ||
            name->via.str.size > TB_COMMAND_MAX)
            return TB_MALFORMED;
        grant->tripwires[i] = tb_object_bytes(name);
        if (i > 0 && tb_bytes_compare(grant->tripwires[i - 1], grant->tripwires[i]) >= 0)
            return TB_MALFORMED;
    }
    return TB_OK;
}

static int read_hook(const msgpack_object *map, struct tb_grant_hook *hook)
{
    uint64_t time_ms;
    uint64_t memory_mib;
    const struct tb_field fields[] = {
        {"file", TB_STR, &hook->file, TB_HOOK_FILE_MAX, NULL},
        {"text", TB_BIN, &hook->text, TB_HOOK_TEXT_MAX, NULL},
        {"time_ms", TB_UINT, &time_ms, TB_HOOK_TIME_MS_MAX, NULL},
        {"memory_mib", TB_UINT, &memory_mib, TB_HOOK_MEMORY_MIB_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (hook->file.n == 0 || hook->text.n == 0 || time_ms == 0 || memory_mib == 0)
        return TB_MALFORMED;
    hook->time_ms = (uint32_t)time_ms;
    hook->memory_mib = (uint32_t)memory_mib;
    return TB_OK;
}

static bool all_vars(const msgpack_object *map)
{
    for (uint32_t i = 0; i < map->via.map.size; i++) {
        const msgpack_object *path = &map->via.map.ptr[i].val;
        if (path->type != MSGPACK_OBJECT_STR || !tb_path_valid(tb_object_bytes(path)))
            return false;
    }
    return true;
}

struct parts {
    const msgpack_object *commands;
    const msgpack_object *plugins;
    const msgpack_object *scopes;
    const msgpack_object *denied;
    const msgpack_object *hook;
    const msgpack_object *rules;
    const msgpack_object *tripwires;
    bool has_hook;
    bool has_rules;
    bool has_tripwires;
};

static int read_root(struct tb_grant *grant, const msgpack_object *root, struct parts *ret_parts)
{
    uint64_t version;
    struct tb_bytes digest;
    struct tb_bytes events;
    const struct tb_field fields[] = {
        {"v", TB_UINT, &version, 0, NULL},
        {"app", TB_STR, &grant->app, TB_APP_MAX, NULL},
        {"digest", TB_BIN, &digest, TB_DIGEST_SIZE, NULL},
        {"view", TB_STR, &grant->view, TB_LABEL_MAX, NULL},
        {"webview", TB_STR, &grant->webview, TB_LABEL_MAX, NULL},
        {"origin", TB_STR, &grant->origin, TB_ORIGIN_MAX, NULL},
        {"events", TB_STR, &events, 0, NULL},
        {"commands", TB_ARRAY, &ret_parts->commands, TB_COMMANDS_MAX, NULL},
        {"plugins", TB_ARRAY, &ret_parts->plugins, PLUGINS_MAX, NULL},
        {"scopes", TB_ARRAY, &ret_parts->scopes, 0, NULL},
        {"denied", TB_ARRAY, &ret_parts->denied, 0, NULL},
        {"hook", TB_MAP, &ret_parts->hook, 0, &ret_parts->has_hook},
        {"rules", TB_ARRAY, &ret_parts->rules, TB_FILTER_RULES_MAX, &ret_parts->has_rules},
        {"tripwires", TB_ARRAY, &ret_parts->tripwires, 0, &ret_parts->has_tripwires},
        {"vars", TB_MAP, &grant->vars, 0, NULL},
    };
    int r = tb_map_read(root, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    if (version != 1 || grant->app.n == 0 || digest.n != TB_DIGEST_SIZE || grant->view.n == 0 ||
        grant->webview.n == 0 || grant->origin.n == 0 || !all_vars(grant->vars) ||
        !(tb_bytes_are(events, "all") || tb_bytes_are(events, "scope")))
        return TB_MALFORMED;
    grant->events_reach_all = tb_bytes_are(events, "all");
    memcpy(grant->digest, digest.data, TB_DIGEST_SIZE);
    return TB_OK;
}

/* They live in the unpacker's zone, as all that a rule holds. */
static int read_rules(struct tb_grant *grant, const msgpack_object *array)
{
    msgpack_zone *zone = &grant->unpacker.zone;
    grant->rules = tb_filter_get(zone, array->via.array.size, sizeof *grant->rules);
    if (!grant->rules)
        return -ENOMEM;
    grant->n_rules = array->via.array.size;
    int r = TB_OK;
    for (size_t i = 0; r == TB_OK && i < grant->n_rules; i++)
        r = tb_filter_rule_read(&array->via.array.ptr[i], zone, &grant->rules[i]);
    return r;
}

static int read_filters(struct tb_grant *grant, const struct parts *parts)
{
    int r = parts->has_hook ? read_hook(parts->hook, &grant->hook) : TB_OK;
    grant->has_hook = parts->has_hook;
    if (r == TB_OK && parts->has_rules)
        r = read_rules(grant, parts->rules);
    return r == TB_OK && parts->has_tripwires ? read_tripwires(grant, parts->tripwires) : r;
}

/* Plugins, scopes and filters first: the commands' indexes are checked against their numbers. */
static int read_parts(struct tb_grant *grant, const msgpack_object *root)
{
    struct parts parts;
    int r = read_root(grant, root, &parts);
    if (r == TB_OK)
        r = read_plugins(grant, parts.plugins);
    if (r == TB_OK)
        r = read_scopes(grant, parts.scopes);
    if (r == TB_OK)
        r = read_filters(grant, &parts);
    if (r == TB_OK)
        r = read_commands(grant, parts.commands);
    return r == TB_OK ? read_denieds(grant, parts.denied) : r;
}

static void drop(struct tb_grant **grant)
{
    tb_grant_free(*grant);
}

int tb_grant_read(int fd, struct tb_grant **ret_grant)
{
    tb_cleanup(drop) struct tb_grant *grant = calloc(1, sizeof *grant);
    size_t n;
    const msgpack_object *root;
    if (!grant)
        return -ENOMEM;
    int r = tb_fd_read_all(fd, TB_GRANT_MAX, &grant->memory, &n);
    if (r == TB_OK)
        r = tb_unpacker_init(&grant->unpacker, &tb_scan_grant);
    if (r == TB_OK)
        r = tb_unpack(&grant->unpacker, &tb_scan_grant, tb_bytes_of(grant->memory, n), &root);
    if (r == TB_OK)
        r = read_parts(grant, root);
    if (r != TB_OK)
        return r;
    *ret_grant = grant;
    grant = NULL;
    return TB_OK;
}

void tb_grant_free(struct tb_grant *grant)
{
    if (!grant)
        return;
    free(grant->commands);
    free(grant->plugins);
    free(grant->scopes);
    free(grant->denied);
    free(grant->tripwires);
    tb_unpacker_deinit(&grant->unpacker);
    free(grant->memory);
    free(grant);
}

static bool has_root(const msgpack_object *paths)
{
    bool found = false;
    for (uint32_t i = 0; i < paths->via.array.size; i++)
        found |= tb_bytes_are(tb_object_bytes(&paths->via.array.ptr[i]), "/");
    return found;
}

bool tb_grant_has_root(const struct tb_grant_plugin *plugin)
{
    return has_root(plugin->read) || has_root(plugin->write) || has_root(plugin->exec);
}

const struct tb_grant_denied *tb_grant_find_denied(const struct tb_grant *grant,
                                                   struct tb_bytes name)
{
    size_t low = 0;
    size_t high = grant->n_denied;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int side = tb_bytes_compare(name, grant->denied[middle].name);
        if (side == 0)
            return &grant->denied[middle];
        *(side < 0 ? &high : &low) = side < 0 ? middle : middle + 1;
    }
    return NULL;
}

bool tb_grant_is_tripwire(const struct tb_grant *grant, struct tb_bytes name)
{
    size_t low = 0;
    size_t high = grant->n_tripwires;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int side = tb_bytes_compare(name, grant->tripwires[middle]);
        if (side == 0)
            return true;
        *(side < 0 ? &high : &low) = side < 0 ? middle : middle + 1;
    }
    return false;
}
