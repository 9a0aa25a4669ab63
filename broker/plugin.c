#include "broker/plugin.h"

#include "base/clock.h"
#include "proto/plugin.h"

#define BACK_OFF_FIRST_NS (100 * TB_MS_NS)
#define BACK_OFF_MOST_NS  (5 * TB_S_NS)
#define STEADY_NS         (60 * TB_S_NS) /* having run this long ends a row of crashes */

static void pack_commands(struct tb_packer *packer, const struct tb_plugin *plugin,
                          const struct tb_grant *grant, struct tb_random *random, uint32_t *numbers)
{
    size_t n = 0;
    for (size_t i = 0; i < grant->n_commands; i++)
        n += grant->commands[i].plugin == plugin->index;
    tb_pack_array(packer, n);
    for (size_t i = 0; i < grant->n_commands; i++) {
        if (grant->commands[i].plugin != plugin->index)
            continue;
        tb_random_bytes(random, (uint8_t *)&numbers[i], sizeof numbers[i]);
        tb_pack_map(packer, 2);
        tb_pack_key(packer, "number");
        tb_pack_uint(packer, numbers[i]);
        tb_pack_key(packer, "name");
        tb_pack_str(packer, grant->commands[i].local);
    }
}

/* Scopes of other plugins are none of this one's business: they stay empty, so that indexes keep
 * their meaning. */
static bool uses_scope(const struct tb_plugin *plugin, const struct tb_grant *grant, size_t scope)
{
    for (size_t i = 0; i < grant->n_commands; i++)
        if (grant->commands[i].plugin == plugin->index && grant->commands[i].scope == scope)
            return true;
    return false;
}

static void pack_scopes(struct tb_packer *packer, const struct tb_plugin *plugin,
                        const struct tb_grant *grant)
{
    tb_pack_array(packer, grant->n_scopes);
    for (size_t i = 0; i < grant->n_scopes; i++) {
        bool own = uses_scope(plugin, grant, i);
        tb_pack_map(packer, 2);
        tb_pack_key(packer, "allow");
        own ? tb_pack_object(packer, grant->scopes[i].allow) : tb_pack_array(packer, 0);
        tb_pack_key(packer, "deny");
        own ? tb_pack_object(packer, grant->scopes[i].deny) : tb_pack_array(packer, 0);
    }
}

int tb_plugin_write_init(struct tb_plugin *plugin, const struct tb_grant *grant,
                         struct tb_random *random, uint32_t *numbers)
{
    struct tb_packer packer;
    struct tb_plain plain = tb_plain_begin(&packer, &plugin->link.out, TB_PLUGIN_INIT);
    tb_pack_map(&packer, 6);
    tb_pack_key(&packer, "v");
    tb_pack_uint(&packer, TB_PROTOCOL_VERSION);
    tb_pack_key(&packer, "plugin");
    tb_pack_str(&packer, grant->plugins[plugin->index].name);
    tb_pack_key(&packer, "view");
    tb_pack_str(&packer, grant->view);
    tb_pack_key(&packer, "commands");
    pack_commands(&packer, plugin, grant, random, numbers);
    tb_pack_key(&packer, "scopes");
    pack_scopes(&packer, plugin, grant);
    tb_pack_key(&packer, "vars");
    tb_pack_object(&packer, grant->vars);
    return tb_plain_finish(&plain, &packer, (struct tb_bytes){0});
}

void tb_plugin_back_off(struct tb_plugin *plugin, uint64_t now_ns)
{
    if (now_ns - plugin->started_ns > STEADY_NS)
        plugin->n_crashes = 0;
    uint64_t wait_ns = 0;
    if (plugin->n_crashes > 0) {
        uint32_t doublings = plugin->n_crashes - 1 < 6 ? plugin->n_crashes - 1 : 6;
        wait_ns = BACK_OFF_FIRST_NS << doublings;
    }
    plugin->n_crashes++;
    plugin->not_before_ns = now_ns + (wait_ns < BACK_OFF_MOST_NS ? wait_ns : BACK_OFF_MOST_NS);
}
