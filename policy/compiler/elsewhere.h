/* `elsewhere` in a plugin.toml: commands of a plugin that another one, which the host serves,
 * carries out. They keep their names for permissions, limits and log; only the call goes there,
 * as the command PLUGIN_COMMAND: `open = "opener"` of shell is `shell_open` of opener. */
#pragma once

#include "policy/compiler/compile.h"

/* Sets who carries the command out; what is wrong is told. */
void tb_elsewhere_find(struct tb_policy *policy, struct tb_command *command);
