/* Whether WebKitGTK's sandbox for web processes works here. It must be known before one starts:
 * WebKitGTK takes a sandbox that cannot be made for a reason to abort the host. */
#pragma once

#include <stdbool.h>
#include <sys/types.h>

/* Tries it in a child of its own. *ret_message is a constant sentence. */
bool tb_sandbox_works(const char **ret_message);

/* Whether that process is in a namespace of processes that is not ours, as all in the sandbox are.
 */
bool tb_sandbox_holds(pid_t pid);
