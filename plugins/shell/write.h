/* stdin_write: bytes for a program's standard input, answered when it has taken them all. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

void shell_write(struct tb_call *call);
