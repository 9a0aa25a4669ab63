/* The commands that this host serves itself, without a toolkit: plugin:app|…, and of windows and
 * webviews which there are. What else is granted of them is answered `unimplemented`. */
#pragma once

#include "host/trollbridge.h"

struct dev;

enum { DEV_PLUGINS = 3 };

/* Their data is the program's own, as long as it runs. */
void dev_commands_list(struct dev *dev, struct trollbridge_plugin ret_list[static DEV_PLUGINS]);
