/* Whether WebKitGTK's sandbox for web processes works here. It must be known before one starts:
 * WebKitGTK takes a sandbox that cannot be made for a reason to abort the host. */
#pragma once

#include <stdbool.h>

/* Tries it in a child of its own. *ret_message is a constant sentence. */
bool tb_sandbox_works(const char **ret_message);
