#include "policy/grant_command.h"

#include "base/clock.h"
#include "base/result.h"
#include "policy/filter/zone.h"

#include <errno.h>

enum {
    RULE_MAX = TB_RECORD_STRING_MAX,
    MS_MAX = 24 * 60 * 60 * 1000,
};

int tb_grant_rule_read(const msgpack_object *map, struct tb_rule *ret_rule)
{
    struct tb_rule rule;
    uint64_t line;
    const struct tb_field fields[] = {
        {"capability", TB_STR, &rule.capability, RULE_MAX, NULL},
        {"permission", TB_STR, &rule.permission, RULE_MAX, NULL},
        {"file", TB_STR, &rule.file, RULE_MAX, NULL},
        {"line", TB_UINT, &line, UINT32_MAX, NULL},
    };
    int r = tb_map_read(map, fields, TB_ARRAY_LEN(fields));
    if (r != TB_OK)
        return r;
    rule.line = (uint32_t)line;
    *ret_rule = rule;
    return TB_OK;
}

/* An optional index below n: TB_NO_INDEX where it is absent. */
static bool take_index(bool has, uint64_t index, size_t n, uint32_t *ret_index)
{
    if (has && index >= n)
        return false;
    *ret_index = has ? (uint32_t)index : TB_NO_INDEX;
    return true;
}

/* What the map has beside the command's own fields, before it is checked. */
struct raw {
    uint64_t plugin, scope, in_flight, deadline_ms, calls_per_s, burst, remember_days;
    struct tb_bytes args, ask_key, rules;
    bool has_record;
    const msgpack_object *rule, *schema;
    bool has_plugin, has_scope, has_remember_days;
    bool has_rules, has_schema;
    bool has; /* of a key whose value says enough by itself */
};

static int read_map(const msgpack_object *map, struct tb_grant_command *command, struct raw *raw)
{
    struct tb_grant_rates *rates = &command->rates;
    const struct tb_field fields[] = {
        {"name", TB_STR, &command->name, TB_COMMAND_MAX, NULL},
        {"plugin", TB_UINT, &raw->plugin, 0, &raw->has_plugin},
        {"local", TB_STR, &command->local, TB_COMMAND_MAX, NULL},
        {"scope", TB_UINT, &raw->scope, 0, &raw->has_scope},
        {"in_flight", TB_UINT, &raw->in_flight, TB_HANDLES_MAX, NULL},
        {"deadline_ms", TB_UINT, &raw->deadline_ms, MS_MAX, NULL},
        {"args", TB_STR, &raw->args, 0, NULL},
        {"record", TB_ARRAY, &command->record, TB_RECORD_NAMES_MAX, &raw->has_record},
        {"calls_per_s", TB_UINT, &raw->calls_per_s, TB_CALLS_PER_S_MAX, &raw->has},
        {"burst", TB_UINT, &raw->burst, TB_CALLS_PER_S_MAX, &raw->has},
        {"bytes_in", TB_UINT, &rates->bytes_in, TB_BYTES_PER_S_MAX, &raw->has},
        {"bytes_out", TB_UINT, &rates->bytes_out, TB_BYTES_PER_S_MAX, &raw->has},
        {"hook", TB_BOOL, &command->hook, 0, &raw->has},
        {"ask", TB_BOOL, &command->ask, 0, &raw->has},
        {"tripwire", TB_BOOL, &command->tripwire, 0, &raw->has},
        {"rules", TB_BIN, &raw->rules, TB_FILTER_RULES_MAX, &raw->has_rules},
        {"schema", TB_ANY, &raw->schema, 0, &raw->has_schema},
        {"ask_key", TB_BIN, &raw->ask_key, TB_ASK_KEY_SIZE, &command->has_ask_key},
        {"remember_days", TB_UINT, &raw->remember_days, UINT32_MAX, &raw->has_remember_days},
        {"rule", TB_MAP, &raw->rule, 0, NULL},
    };
    return tb_map_read(map, fields, TB_ARRAY_LEN(fields));
}

static bool all_names(const msgpack_object *array)
{
    for (uint32_t i = 0; i < array->via.array.size; i++) {
        const msgpack_object *name = &array->via.array.ptr[i];
        if (name->type != MSGPACK_OBJECT_STR || name->via.str.size == 0 ||
            name->via.str.size > TB_RECORD_NAME_MAX)
            return false;
    }
    return true;
}

static int check_base(const struct tb_grant *grant, const struct raw *raw,
                      struct tb_grant_command *command)
{
    if (command->name.n == 0 || command->local.n == 0 || raw->in_flight < TB_HANDLES_MIN ||
        !take_index(raw->has_plugin, raw->plugin, grant->n_plugins, &command->plugin) ||
        !take_index(raw->has_scope, raw->scope, grant->n_scopes, &command->scope) ||
        !tb_args_of(raw->args, &command->args) || (raw->has_record && !all_names(command->record)))
        return TB_MALFORMED;
    command->in_flight = (uint32_t)raw->in_flight;
    command->deadline_ns = raw->deadline_ms == 0 ? TB_NEVER : raw->deadline_ms * TB_MS_NS;
    return TB_OK;
}

/* In their order and each once, which is that in which they are applied. A byte each: many commands
 * may have many. */
static int take_rules(struct tb_grant *grant, struct tb_bytes bytes,
                      struct tb_grant_command *command)
{
    _Static_assert(TB_FILTER_RULES_MAX <= UINT8_MAX + 1, "a byte names each");
    uint32_t *indexes = tb_filter_get(&grant->unpacker.zone, bytes.n, sizeof *indexes);
    if (!indexes)
        return -ENOMEM;
    for (size_t i = 0; i < bytes.n; i++) {
        indexes[i] = bytes.data[i];
        if (indexes[i] >= grant->n_rules || (i > 0 && indexes[i] <= indexes[i - 1]))
            return TB_MALFORMED;
    }
    command->rules = indexes;
    command->n_rules = bytes.n;
    return TB_OK;
}

static int take_schema(struct tb_grant *grant, const msgpack_object *object,
                       struct tb_grant_command *command)
{
    msgpack_zone *zone = &grant->unpacker.zone;
    struct tb_filter_schema *schema = tb_filter_get(zone, 1, sizeof *schema);
    if (!schema)
        return -ENOMEM;
    command->schema = schema;
    return tb_filter_schema_read(object, zone, schema);
}

static int check_filters(struct tb_grant *grant, const struct raw *raw,
                         struct tb_grant_command *command)
{
    bool key = command->has_ask_key;
    if ((command->hook && !grant->has_hook) || (raw->calls_per_s != 0) != (raw->burst != 0) ||
        (command->ask && !key) || key != raw->has_remember_days ||
        (key && raw->ask_key.n != TB_ASK_KEY_SIZE))
        return TB_MALFORMED;
    command->rates.calls_per_s = (uint32_t)raw->calls_per_s;
    command->rates.burst = (uint32_t)raw->burst;
    command->remember_days = (uint32_t)raw->remember_days;
    if (key)
        memcpy(command->ask_key, raw->ask_key.data, TB_ASK_KEY_SIZE);
    int r = raw->has_rules ? take_rules(grant, raw->rules, command) : TB_OK;
    if (r == TB_OK && raw->has_schema)
        r = take_schema(grant, raw->schema, command);
    command->filtered = command->hook || command->ask || command->tripwire ||
                        command->n_rules > 0 || command->schema;
    return r;
}

int tb_grant_command_read(struct tb_grant *grant, const msgpack_object *map,
                          struct tb_grant_command *ret_command)
{
    struct tb_grant_command command = {0};
    struct raw raw = {0};
    int r = read_map(map, &command, &raw);
    if (r == TB_OK)
        r = check_base(grant, &raw, &command);
    if (r == TB_OK)
        r = check_filters(grant, &raw, &command);
    if (r == TB_OK)
        r = tb_grant_rule_read(raw.rule, &command.rule);
    if (r == TB_OK)
        *ret_command = command;
    return r;
}
