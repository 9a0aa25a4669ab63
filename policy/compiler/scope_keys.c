/* `scope_keys`: what the entries of a plugin's opaque scopes are made of, so that a misspelt one is
 * seen here and not when it is needed. */
#include "policy/compiler/scope.h"

#include "policy/compiler/data/value.h"
#include "policy/compiler/plugin_parts.h"

enum { SCOPE_KEYS_MAX = 32 };

struct type {
    const char *name;
    enum tb_value_type type;
};

static const struct type types[] = {
    {"str", TB_VALUE_STRING},
    {"uint", TB_VALUE_INT},
    {"bool", TB_VALUE_BOOL},
    {"strs", TB_VALUE_LIST},
};

/* NULL: there is no such type. */
static const struct type *type_of(const struct tb_value *value)
{
    for (size_t i = 0; value->type == TB_VALUE_STRING && i < TB_ARRAY_LEN(types); i++)
        if (tb_bytes_are(value->string, types[i].name))
            return &types[i];
    return NULL;
}

void tb_plugin_check_scope_keys(struct tb_policy *policy, struct tb_plugin *plugin)
{
    const struct tb_value *keys = plugin->scope_keys;
    if (!keys)
        return;
    if (plugin->scope != TB_SCOPE_OPAQUE)
        tb_report_error(policy->report, "value", keys->place,
                        "`scope_keys` says what entries of opaque scopes are made of: write "
                        "`scope = \"opaque\"`, or leave it out");
    if (keys->n == 0 || keys->n > SCOPE_KEYS_MAX)
        tb_report_error(policy->report, "value", keys->place, "`scope_keys` has 1 to %d keys",
                        SCOPE_KEYS_MAX);
    for (const struct tb_value *key = keys->child; key; key = key->next)
        if (!type_of(key))
            tb_report_error(policy->report, "value", key->place,
                            "the type of `%.*s` must be one of str, uint, bool and strs",
                            TB_SHOWN(key->key));
}

/* ---- entries ---- */

/* "key (str), unlock_s (uint)" */
static const char *all_keys(struct tb_policy *policy, const struct tb_value *keys)
{
    const char *all = "";
    for (const struct tb_value *key = keys->child; key; key = key->next)
        all = tb_arena_format(policy->arena, "%s%s%.*s (%.*s)", all, all[0] ? ", " : "",
                              TB_SHOWN(key->key), TB_SHOWN(key->string));
    return all;
}

static bool fits(const struct tb_value *value, const struct type *type)
{
    if (!type || value->type != type->type)
        return false;
    if (value->type == TB_VALUE_INT)
        return value->integer >= 0;
    for (const struct tb_value *item = value->child; item; item = item->next)
        if (item->type != TB_VALUE_STRING)
            return false;
    return true;
}

static const struct tb_value *find(const struct tb_value *keys, struct tb_bytes name)
{
    for (const struct tb_value *key = keys->child; key; key = key->next)
        if (tb_bytes_equal(key->key, name))
            return key;
    return NULL;
}

/* As of a pattern that is none: in mode `tauri` the scope is kept, and allows nothing. */
static bool refuse(struct tb_policy *policy, const struct tb_plugin *plugin, struct tb_place place,
                   const char *wrong)
{
    const char *text =
        tb_arena_format(policy->arena, "%san entry in a scope of `%.*s` is a table of %s", wrong,
                        TB_SHOWN(plugin->name), all_keys(policy, plugin->scope_keys));
    if (policy->manifest.mode == TB_TAURI)
        tb_report_warning(policy->report, "scope-entry", place,
                          "%s; the scope that this stands in allows nothing", text);
    else
        tb_report_error(policy->report, "scope-entry", place, "%s", text);
    return false;
}

static bool check_field(struct tb_policy *policy, const struct tb_plugin *plugin,
                        const struct tb_value *field)
{
    const struct tb_value *key = find(plugin->scope_keys, field->key);
    if (key && fits(field, type_of(key)))
        return true;
    const char *wrong =
        key ? tb_arena_format(policy->arena,
                              "`%.*s` must be of the type %.*s: ", TB_SHOWN(field->key),
                              TB_SHOWN(key->string))
            : tb_arena_format(policy->arena, "`%.*s` is not a key of it: ", TB_SHOWN(field->key));
    return refuse(policy, plugin, field->place, wrong);
}

bool tb_scope_entry_fits(struct tb_policy *policy, const struct tb_plugin *plugin,
                         const struct tb_value *entry)
{
    bool ok = true;
    if (!plugin || !plugin->scope_keys)
        return true;
    if (entry->type != TB_VALUE_MAP || entry->n == 0)
        return refuse(policy, plugin, entry->place, "");
    for (const struct tb_value *field = entry->child; field; field = field->next)
        ok = check_field(policy, plugin, field) && ok;
    return ok;
}
