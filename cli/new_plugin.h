/* `trollbridge new --plugin`. */
#pragma once

#include "base/compiler.h"

/* Makes the folder a plugin's, from the files in share/trollbridge/templates/plugin. An exit
 * status. */
tb_must_check int new_plugin(const char *folder);
