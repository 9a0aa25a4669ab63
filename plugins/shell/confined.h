/* The sandbox of one program, inside that of the plugin: its own part of the hull. */
#pragma once

#include "plugins/shell/request.h"

/* In the process that becomes the program, before it does. 0 or -errno. */
tb_must_check int shell_confine(const struct shell_request *request);
