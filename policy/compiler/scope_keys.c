/* `scope_keys`: what the entries of a plugin's opaque scopes are made of, so that a misspelt one is
 * seen here and not when it is needed. */
#include "policy/compiler/scope_entry.h"

#include "policy/compiler/data/value.h"
#include "policy/compiler/open.h"
#include "policy/compiler/plugin_parts.h"

enum { SCOPE_KEYS_MAX = 32 };

enum text { ANY_TEXT, PATH_PATTERN, URL_PATTERN };

struct type {
    const char *name;
    unsigned types; /* a mask */
    enum text text; /* what a string has to be */
};

static const struct type types[] = {
    {"str", TB_VALUE_STRING, ANY_TEXT},
    {"uint", TB_VALUE_INT, ANY_TEXT},
    {"bool", TB_VALUE_BOOL, ANY_TEXT},
    {"strs", TB_VALUE_LIST, ANY_TEXT},
    {"path", TB_VALUE_STRING, PATH_PATTERN},
    {"url", TB_VALUE_STRING, URL_PATTERN},
    {"bool or str", TB_VALUE_BOOL | TB_VALUE_STRING, ANY_TEXT},
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
            tb_report_error(
                policy->report, "value", key->place,
                "the type of `%.*s` must be one of str, uint, bool, strs, path, url and "
                "`bool or str`",
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
    if (!type || !(value->type & type->types))
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

/* Text that is not of its kind closes the scope, as a field of another type does. */
static enum tb_pattern_result read_field(struct tb_policy *policy, const struct tb_plugin *plugin,
                                         bool deny, struct tb_value *field)
{
    if (!check_field(policy, plugin, field))
        return TB_PATTERN_WRONG;
    const struct type *type = type_of(find(plugin->scope_keys, field->key));
    const char *wrong = type->text == URL_PATTERN ? tb_open_pattern_wrong(field->string) : NULL;
    if (type->text == PATH_PATTERN)
        return tb_scope_path_expand(policy, field, deny, &field->string);
    if (wrong)
        tb_scope_tell_wrong(policy, field->place, wrong);
    return wrong ? TB_PATTERN_WRONG : TB_PATTERN_OK;
}

/* A copy, as values never change. */
static struct tb_value *copy_field(struct tb_policy *policy, struct tb_value *entry,
                                   const struct tb_value *field)
{
    struct tb_value *copy = TB_NEW(policy->arena, struct tb_value);
    *copy = *field;
    copy->next = NULL;
    if (entry->last)
        entry->last->next = copy;
    else
        entry->child = copy;
    entry->last = copy;
    return copy;
}

enum tb_pattern_result tb_scope_entry_read(struct tb_policy *policy, const struct tb_plugin *plugin,
                                           bool deny, const struct tb_value *entry,
                                           const struct tb_value **ret_entry)
{
    enum tb_pattern_result result = TB_PATTERN_OK;
    *ret_entry = entry;
    if (!plugin || !plugin->scope_keys)
        return TB_PATTERN_OK;
    if (entry->type != TB_VALUE_MAP || entry->n == 0) {
        refuse(policy, plugin, entry->place, "");
        return TB_PATTERN_WRONG;
    }
    struct tb_value *read = TB_NEW(policy->arena, struct tb_value);
    *read = *entry;
    read->child = read->last = NULL;
    for (const struct tb_value *field = entry->child; field; field = field->next) {
        enum tb_pattern_result one =
            read_field(policy, plugin, deny, copy_field(policy, read, field));
        if (one != TB_PATTERN_OK && result != TB_PATTERN_WRONG)
            result = one;
    }
    *ret_entry = read;
    return result;
}
