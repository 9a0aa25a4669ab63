/* In place of host/webkitgtk/sandbox.c: web processes that are not in the sandbox that the try
 * before them found. */
#include "host/webkitgtk/sandbox.h"

bool tb_sandbox_works(const char **ret_message)
{
    *ret_message = "";
    return true;
}

bool tb_sandbox_holds(pid_t pid)
{
    (void)pid;
    return false;
}
