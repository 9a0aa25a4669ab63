#include "policy/compiler/elsewhere.h"

#include "policy/compiler/identifier.h"
#include "policy/compiler/plugin.h"
#include "policy/compiler/plugin_parts.h"

/* False: told. */
static bool check_one(struct tb_policy *policy, const struct tb_plugin *plugin,
                      const struct tb_value *item)
{
    const char *wrong = NULL;
    if (item->type != TB_VALUE_STRING || !tb_plugin_name_valid(item->string))
        wrong = "is not told by a plugin's name";
    else if (!tb_table_find(&plugin->command_of, item->key))
        wrong = "is not in `commands`: add it there, as pages call it by that name";
    else if (tb_bytes_equal(item->string, plugin->name))
        wrong = "is the plugin's own already: leave it out here";
    if (wrong)
        tb_report_error(policy->report, "value", item->place, "`%.*s` in `elsewhere` %s",
                        TB_SHOWN(item->key), wrong);
    return !wrong;
}

void tb_plugin_check_elsewhere(struct tb_policy *policy, struct tb_plugin *plugin)
{
    bool ok = true;
    const struct tb_value *map = plugin->elsewhere;
    for (const struct tb_value *item = map ? map->child : NULL; item; item = item->next)
        ok = check_one(policy, plugin, item) && ok;
    if (!ok)
        plugin->elsewhere = NULL;
}

static const struct tb_value *find(const struct tb_plugin *plugin, struct tb_bytes local)
{
    const struct tb_value *map = plugin ? plugin->elsewhere : NULL;
    for (const struct tb_value *item = map ? map->child : NULL; item; item = item->next)
        if (tb_bytes_equal(item->key, local))
            return item;
    return NULL;
}

static struct tb_bytes served_name(struct tb_policy *policy, const struct tb_command *command)
{
    struct tb_bytes plugin = tb_plugin_short_name(command->plugin->name);
    return tb_bytes_of_string(tb_arena_format(policy->arena, "%.*s_%.*s", (int)plugin.n,
                                              (const char *)plugin.data, (int)command->local.n,
                                              (const char *)command->local.data));
}

/* The sandbox around a program is the one that its own scopes make: only a host, which has none,
 * can take commands over from a plugin with other scopes. */
void tb_elsewhere_find(struct tb_policy *policy, struct tb_command *command)
{
    const struct tb_value *item = find(command->plugin, command->local);
    if (!item)
        return;
    struct tb_acl *acl = tb_plugin_acl(policy, item->string);
    struct tb_bytes served = served_name(policy, command);
    if (acl && acl->plugin->host && tb_table_find(&acl->plugin->command_of, served)) {
        command->server = acl->plugin;
        command->served = served;
        return;
    }
    tb_report_error(policy->report, "value", item->place,
                    "`%.*s` is carried out by no plugin: `%.*s` must be one with `host = true` "
                    "that has `%.*s` in its `commands`",
                    TB_SHOWN(item->key), TB_SHOWN(item->string), TB_SHOWN(served));
}
