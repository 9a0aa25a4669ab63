/* plugin:opener|…, and plugin:shell|open: URLs and files for the programs of the desktop, if [open]
 * of the manifest and the command's scope allow it. docs/opener.md. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

extern const struct tb_plugin tb_opener_plugin;
