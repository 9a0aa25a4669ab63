/* plugin:app|…: what the manifest says of the app, for hosts with and without a toolkit. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

/* Its data is a `struct trollbridge *const *`: where the bridge is by the time that a page calls.
 */
extern const struct tb_plugin tb_app_plugin;
