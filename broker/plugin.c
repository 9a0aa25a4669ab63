#include "broker/plugin.h"

#include "proto/plugin.h"

#include <stdlib.h>

static bool has(const struct tb_plugin *plugin, const struct tb_named *command)
{
    return command->granted && command->plugin == plugin->index;
}

static void pack_command(struct tb_packer *packer, uint32_t number, struct tb_bytes name)
{
    tb_pack_map(packer, 2);
    tb_pack_key_uint(packer, "number", number);
    tb_pack_key_str(packer, "name", name);
}

/* Counted up from a random number: of some thousand drawn one by one, two would now and then be the
 * same, which a plugin must refuse. */
static void pack_commands(struct tb_packer *packer, struct tb_plugin *plugin,
                          struct tb_random *random, struct tb_named *commands, uint32_t n_commands)
{
    uint32_t number;
    size_t n = 0;
    tb_random_bytes(random, (uint8_t *)&number, sizeof number);
    for (uint32_t i = 0; i < n_commands; i++)
        n += has(plugin, &commands[i]);
    tb_pack_array(packer, n + plugin->granted->resources);
    for (uint32_t i = 0; i < n_commands; i++) {
        struct tb_named *command = &commands[i];
        if (!has(plugin, command))
            continue;
        command->number = number++;
        command->scope = command->granted->scope;
        pack_command(packer, command->number, command->granted->local);
    }
    plugin->close = number;
    if (plugin->granted->resources)
        pack_command(packer, plugin->close, tb_bytes_of_string("resources|close"));
}

static void free_marks(bool **marks)
{
    free(*marks);
}

/* By scope: whether a command of this plugin has it. Both may be thousands, so that neither is
 * searched for the other. NULL when out of memory. */
static bool *mark_scopes(const struct tb_plugin *plugin, const struct tb_grant *grant,
                         const struct tb_named *commands, uint32_t n_commands)
{
    bool *marks = calloc(grant->n_scopes + 1, sizeof *marks);
    for (uint32_t i = 0; marks && i < n_commands; i++)
        if (has(plugin, &commands[i]) && commands[i].scope != TB_NO_INDEX)
            marks[commands[i].scope] = true;
    return marks;
}

/* Scopes of other plugins are none of this one's business: they stay empty, so that indexes keep
 * their meaning. */
static void pack_scopes(struct tb_packer *packer, const struct tb_grant *grant, const bool *own)
{
    tb_pack_array(packer, grant->n_scopes);
    for (size_t i = 0; i < grant->n_scopes; i++) {
        tb_pack_map(packer, 2);
        tb_pack_key(packer, "allow");
        own[i] ? tb_pack_object(packer, grant->scopes[i].allow) : tb_pack_array(packer, 0);
        tb_pack_key(packer, "deny");
        own[i] ? tb_pack_object(packer, grant->scopes[i].deny) : tb_pack_array(packer, 0);
    }
}

static bool has_ids(const struct tb_plugin *plugins, uint32_t n_plugins, uint64_t ids)
{
    for (uint32_t i = 0; i < n_plugins; i++)
        if (plugins[i].ids == ids)
            return true;
    return false;
}

uint64_t tb_plugin_draw_ids(const struct tb_plugin *plugins, uint32_t n_plugins,
                            struct tb_random *random)
{
    uint16_t tag;
    uint64_t ids;
    do {
        tb_random_bytes(random, (uint8_t *)&tag, sizeof tag);
        ids = (uint64_t)tag << 32;
    } while (tag == 0 || has_ids(plugins, n_plugins, ids));
    return ids;
}

static void pack_pool(struct tb_packer *packer, const struct tb_plugin *plugin)
{
    tb_pack_key(packer, "pool");
    tb_pack_map(packer, 2);
    tb_pack_key_uint(packer, "in", plugin->hosted ? 0 : TB_BULK_IN);
    tb_pack_key_uint(packer, "out", plugin->hosted ? 0 : TB_BULK_OUT);
}

int tb_plugin_write_init(struct tb_plugin *plugin, const struct tb_grant *grant,
                         struct tb_random *random, struct tb_named *commands, uint32_t n_commands)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, &plugin->link.out, TB_PLUGIN_INIT);
    tb_pack_map(&packer, 11);
    tb_pack_key(&packer, "v");
    tb_pack_uint(&packer, TB_PROTOCOL_VERSION);
    tb_pack_key(&packer, "plugin");
    tb_pack_str(&packer, plugin->name);
    tb_pack_key_str(&packer, "app", grant->app);
    tb_pack_key(&packer, "view");
    tb_pack_str(&packer, grant->view);
    tb_pack_key_str(&packer, "origin", grant->origin);
    tb_pack_key(&packer, "commands");
    pack_commands(&packer, plugin, random, commands, n_commands);
    tb_pack_key(&packer, "scopes");
    tb_cleanup(free_marks) bool *own = mark_scopes(plugin, grant, commands, n_commands);
    if (own)
        pack_scopes(&packer, grant, own);
    else
        packer.failed = true;
    tb_pack_key(&packer, "vars");
    tb_pack_object(&packer, grant->vars);
    tb_pack_key_str(&packer, "state", plugin->granted->state);
    tb_pack_key_uint(&packer, "ids", plugin->ids);
    pack_pool(&packer, plugin);
    return tb_plain_finish(&plain, &packer, (struct tb_bytes){0});
}

void tb_plugin_drop_bulk(struct tb_plugin *plugin)
{
    if (plugin->bulk)
        plugin->bulk->plugin = NULL;
    tb_bulk_unref(plugin->bulk);
    plugin->bulk = NULL;
}
