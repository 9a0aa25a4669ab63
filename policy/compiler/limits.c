/* [limits]: what each command may take, and what is left of it key by key. */
#include "policy/compiler/command_pattern.h"
#include "policy/compiler/manifest_parts.h"

#include "policy/grant.h"

enum { DEADLINE_MAX_MS = 24 * 60 * 60 * 1000 };

void tb_manifest_range(struct tb_manifest_context *context, const struct tb_value *value,
                       const char *what, int64_t least, int64_t most)
{
    if (value && value->integer != 0 && (value->integer < least || value->integer > most))
        tb_report_error(context->report, "value", value->place,
                        "`%s` must be from %lld to %lld, or 0 for none", what, (long long)least,
                        (long long)most);
}

void tb_manifest_command(struct tb_manifest_context *context, const struct tb_value *map, bool star)
{
    if ((star && tb_bytes_are(map->key, "*")) || tb_command_valid(map->key))
        return;
    tb_report_error(context->report, "value", map->place,
                    "`%.*s` is not a command: write `plugin:NAME|command`, or the bare name of a "
                    "command of the app",
                    TB_SHOWN(map->key));
}

void tb_limit_read(struct tb_manifest_context *context, const struct tb_value *map)
{
    struct tb_limit limit = {.command = map->key, .place = map->place};
    const struct tb_value **values = limit.values;
    const struct tb_want wants[] = {
        {"calls_per_s", TB_VALUE_INT, &values[TB_LIMIT_CALLS_PER_S], false},
        {"burst", TB_VALUE_INT, &values[TB_LIMIT_BURST], false},
        {"in_flight", TB_VALUE_INT, &values[TB_LIMIT_IN_FLIGHT], false},
        {"bytes_in", TB_VALUE_INT, &values[TB_LIMIT_BYTES_IN], false},
        {"bytes_out", TB_VALUE_INT, &values[TB_LIMIT_BYTES_OUT], false},
        {"deadline_ms", TB_VALUE_INT, &values[TB_LIMIT_DEADLINE_MS], false},
    };
    tb_manifest_fields(context, map, "a table of [limits]", wants, TB_ARRAY_LEN(wants));
    tb_manifest_command(context, map, true);
    tb_manifest_range(context, values[TB_LIMIT_CALLS_PER_S], "calls_per_s", 1, TB_CALLS_PER_S_MAX);
    tb_manifest_range(context, values[TB_LIMIT_BURST], "burst", 1, TB_CALLS_PER_S_MAX);
    tb_manifest_range(context, values[TB_LIMIT_IN_FLIGHT], "in_flight", TB_HANDLES_MIN,
                      TB_HANDLES_MAX);
    tb_manifest_range(context, values[TB_LIMIT_BYTES_IN], "bytes_in", 1, TB_BYTES_PER_S_MAX);
    tb_manifest_range(context, values[TB_LIMIT_BYTES_OUT], "bytes_out", 1, TB_BYTES_PER_S_MAX);
    tb_manifest_range(context, values[TB_LIMIT_DEADLINE_MS], "deadline_ms", 1, DEADLINE_MAX_MS);
    struct tb_limit *kept = TB_NEW(context->report->arena, struct tb_limit);
    *kept = limit;
    kept->next = context->manifest->limits;
    context->manifest->limits = kept;
    tb_table_put(context->report->arena, &context->manifest->limit_of, kept->command, kept);
}

/* ---- what they come to ---- */

static const struct tb_value *value_of(const struct tb_limit *limit, enum tb_limit_key key)
{
    return limit ? limit->values[key] : NULL;
}

/* Of the command's own table, else of `*`. `burst` belongs to a rate: that of `*` does not count
 * beside a rate of the command's own. */
static const struct tb_value *limit_value(const struct tb_manifest *manifest,
                                          struct tb_bytes command, enum tb_limit_key key)
{
    const struct tb_limit *own = tb_table_find(&manifest->limit_of, command);
    const struct tb_value *value = value_of(own, key);
    if (value || (key == TB_LIMIT_BURST && value_of(own, TB_LIMIT_CALLS_PER_S)))
        return value;
    return value_of(tb_table_find(&manifest->limit_of, tb_bytes_of_string("*")), key);
}

/* Who decides takes as long as that takes: what holds for all commands is not meant for these. */
uint64_t tb_manifest_patience(const struct tb_manifest *manifest, struct tb_bytes command)
{
    const struct tb_limit *own = tb_table_find(&manifest->limit_of, command);
    const struct tb_value *value = value_of(own, TB_LIMIT_DEADLINE_MS);
    return value ? (uint64_t)value->integer : 0;
}

uint64_t tb_manifest_limit(const struct tb_manifest *manifest, struct tb_bytes command,
                           enum tb_limit_key key)
{
    static const uint64_t defaults[TB_N_LIMIT_KEYS] = {
        [TB_LIMIT_IN_FLIGHT] = TB_HANDLES_DEFAULT,
        [TB_LIMIT_DEADLINE_MS] = TB_DEADLINE_DEFAULT_MS,
    };
    const struct tb_value *value = limit_value(manifest, command, key);
    uint64_t number = value ? (uint64_t)value->integer : defaults[key];
    uint64_t rate;
    switch (key) {
    case TB_LIMIT_IN_FLIGHT:
        return number == 0 ? TB_HANDLES_MAX : number;
    case TB_LIMIT_BURST:
        rate = tb_manifest_limit(manifest, command, TB_LIMIT_CALLS_PER_S);
        return rate == 0 || number == 0 ? rate : number;
    case TB_LIMIT_CALLS_PER_S:
    case TB_LIMIT_BYTES_IN:
    case TB_LIMIT_BYTES_OUT:
    case TB_LIMIT_DEADLINE_MS:
    case TB_N_LIMIT_KEYS:
        break;
    }
    return number;
}
