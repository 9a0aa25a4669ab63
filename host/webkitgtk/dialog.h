/* plugin:dialog|…: messages of a page, and files and folders that a person picks for it. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

extern const struct tb_plugin tb_dialog_plugin;
