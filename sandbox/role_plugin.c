/* Plugins, in any language: list_plugin.c has what each may ask of the kernel. Whether one has the
 * network and starts programs is for policy. */
#include "sandbox/rules.h"

#define ONLINE_LAYERS (TB_LAYERS_ALL & ~TB_LAYER_BIT(TB_LAYER_NET))

const struct tb_role tb_role_plugin = {
    .name = "plugin",
    .purpose = "a plugin in any language",
    .layers = TB_LAYERS_ALL,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_offline), LIST(tb_plugin_alone)},
};

const struct tb_role tb_role_plugin_network = {
    .name = "plugin-network",
    .purpose = "a plugin with `network`",
    .layers = ONLINE_LAYERS,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_online), LIST(tb_plugin_alone)},
};

const struct tb_role tb_role_plugin_exec = {
    .name = "plugin-exec",
    .purpose = "a plugin with `exec`",
    .layers = TB_LAYERS_ALL,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_offline), LIST(tb_plugin_programs)},
};

const struct tb_role tb_role_plugin_network_exec = {
    .name = "plugin-network-exec",
    .purpose = "a plugin with `network` and `exec`",
    .layers = ONLINE_LAYERS,
    .execs = true,
    .lists = {LIST(tb_plugin_needs), LIST(tb_plugin_online), LIST(tb_plugin_programs)},
};

const struct tb_role *tb_role_of_plugin(bool network, enum tb_plugin_starts starts)
{
    switch (starts) {
    case TB_STARTS_CONFINED:
        return network ? &tb_role_plugin_network_launcher : &tb_role_plugin_launcher;
    case TB_STARTS_PROGRAMS:
        return network ? &tb_role_plugin_network_exec : &tb_role_plugin_exec;
    case TB_STARTS_NOTHING:
        break;
    }
    return network ? &tb_role_plugin_network : &tb_role_plugin;
}
