/* The program that runs hooks comes with a JavaScript engine, which not every Trollbridge is built
 * with. All others do without; an app that has a hook does not start without it. */
#include "supervisor/supervisor.h"

#include "base/place.h"

#include <stdio.h>
#include <unistd.h>

#define HOOK_PROGRAM "libexec/trollbridge/hook"

void supervisor_find_hook(struct supervisor *supervisor)
{
    if (tb_place_of(HOOK_PROGRAM, supervisor->programs.hook) != 0)
        supervisor->programs.hook[0] = 0;
}

bool supervisor_has_hook_for(const struct supervisor *supervisor,
                             const struct tb_settings *settings)
{
    if (settings->hook.n == 0 || supervisor->programs.hook[0] != 0)
        return true;
    dprintf(STDERR_FILENO,
            "trollbridge: part_missing: " HOOK_PROGRAM
            " is not there, and the app has a hook, %.*s: install a Trollbridge that was built "
            "with JavaScriptCore, or leave out [hook] (trollbridge.toml)\n",
            (int)settings->hook_file.n, (const char *)settings->hook_file.data);
    return false;
}
