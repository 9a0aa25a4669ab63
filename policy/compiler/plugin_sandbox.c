/* The table `sandbox`, of a plugin.toml and of [plugins.NAME] in the manifest. */
#include "policy/compiler/plugin_parts.h"

#include "policy/compiler/data/value.h"

enum { NUMBER_MAX = 1024 * 1024 };

static uint32_t number(struct tb_policy *policy, const struct tb_value *value, uint32_t otherwise)
{
    if (!value)
        return otherwise;
    if (value->integer >= 0 && value->integer <= NUMBER_MAX)
        return (uint32_t)value->integer;
    tb_report_error(policy->report, "value", value->place, "`%.*s` must be from 0 to %d",
                    TB_SHOWN(value->key), NUMBER_MAX);
    return otherwise;
}

static const struct tb_value *list(struct tb_policy *policy, const struct tb_value *value,
                                   const struct tb_value *otherwise)
{
    if (!value)
        return otherwise;
    return tb_value_strings(policy->report, value, "a list of paths") ? value : otherwise;
}

/* What is a plugin's own to say; NULL: it is not said. */
struct own {
    const struct tb_value *state;
    const struct tb_value *picks;
};

/* What a sandbox table says replaces what was there, key by key, but for *ret_own. */
static void read_table(struct tb_policy *policy, const struct tb_value *map,
                       struct tb_sandbox *sandbox, struct own *ret_own)
{
    const struct tb_value *read, *write, *network, *jit, *audit, *exec, *memory_mib, *cpu_s;
    const struct tb_want wants[] = {
        {"read", TB_VALUE_LIST, &read, false},
        {"write", TB_VALUE_LIST, &write, false},
        {"network", TB_VALUE_BOOL, &network, false},
        {"jit", TB_VALUE_BOOL, &jit, false},
        {"audit", TB_VALUE_BOOL, &audit, false},
        {"state", TB_VALUE_BOOL, &ret_own->state, false},
        {"picks", TB_VALUE_BOOL, &ret_own->picks, false},
        {"exec", TB_VALUE_LIST, &exec, false},
        {"memory_mib", TB_VALUE_INT, &memory_mib, false},
        {"cpu_s", TB_VALUE_INT, &cpu_s, false},
    };
    if (!map || !tb_value_fields(policy->report, map, "`sandbox`", wants, TB_ARRAY_LEN(wants),
                                 TB_UNKNOWN_ERROR)) {
        *ret_own = (struct own){0};
        return;
    }
    sandbox->read = list(policy, read, sandbox->read);
    sandbox->write = list(policy, write, sandbox->write);
    sandbox->exec = list(policy, exec, sandbox->exec);
    sandbox->network = network ? network->boolean : sandbox->network;
    sandbox->jit = jit ? jit->boolean : sandbox->jit;
    sandbox->audit = audit ? audit->boolean : sandbox->audit;
    sandbox->memory_mib = number(policy, memory_mib, sandbox->memory_mib);
    sandbox->cpu_s = number(policy, cpu_s, sandbox->cpu_s);
}

static bool is_true(const struct tb_value *value)
{
    return value && value->boolean;
}

void tb_plugin_sandbox_read(struct tb_policy *policy, const struct tb_value *map,
                            struct tb_sandbox *sandbox)
{
    struct own own;
    read_table(policy, map, sandbox, &own);
    sandbox->state = is_true(own.state);
    sandbox->picks = is_true(own.picks);
}

/* A plugin that was not written to keep secrets there has no use for a folder that is kept from all
 * others, the log's readers too; nor one that does not know of picks for them. */
static void take_away(struct tb_policy *policy, const struct tb_value *value, const char *message,
                      bool *has)
{
    if (value && value->boolean && !*has)
        tb_report_error(policy->report, "value", value->place, "%s", message);
    *has = *has && (!value || value->boolean);
}

void tb_plugin_sandbox_override(struct tb_policy *policy, const struct tb_value *map,
                                struct tb_sandbox *sandbox)
{
    struct own own;
    read_table(policy, map, sandbox, &own);
    take_away(policy, own.state,
              "`state` can only be taken away here: a plugin that needs a folder of its own says "
              "`state = true` in [sandbox] of its plugin.toml; leave it out, or name folders in "
              "`read` and `write`",
              &sandbox->state);
    take_away(policy, own.picks,
              "`picks` can only be taken away here: a plugin that serves what people pick says "
              "`picks = true` in [sandbox] of its plugin.toml; leave it out, or name folders in "
              "`read` and `write`",
              &sandbox->picks);
}
