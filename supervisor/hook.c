/* The program that runs hooks comes with a JavaScript engine, which not every Trollbridge is built
 * with. All others do without; an app that has a hook does not start without it. */
#include "supervisor/links.h"
#include "supervisor/supervisor.h"

#include "base/fd.h"
#include "base/place.h"

#include <errno.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

#define HOOK_PROGRAM "libexec/trollbridge/hook"

enum { EXIT_FILES = 3, EXIT_PART = 4 };

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

struct child *supervisor_start_hook_check(struct supervisor *supervisor,
                                          const struct tb_settings *settings)
{
    char file[TB_HOOK_FILE_MAX + 1];
    const char *const argv[] = {
        "hook", "--check", file, supervisor->namespace_names, supervisor->require_names, NULL,
    };
    (void)snprintf(file, sizeof file, "%.*s", (int)settings->hook_file.n,
                   (const char *)settings->hook_file.data);
    /* As a file of its own: the process that looks at it is given no other part of the settings. */
    tb_fd text = tb_fd_sealed("trollbridge-hook", settings->hook);
    if (text < 0)
        return NULL;
    return supervisor_spawn(supervisor, CHILD_COMPILE, supervisor->programs.hook, argv, &text, 1,
                            0);
}

int supervisor_check_hook(struct supervisor *supervisor, const struct tb_settings *settings)
{
    if (!supervisor_has_hook_for(supervisor, settings))
        return EXIT_PART;
    if (settings->hook.n == 0)
        return 0;
    struct child *child = supervisor_start_hook_check(supervisor, settings);
    int status = child ? child_reap(child) : -1;
    if (!WIFEXITED(status)) {
        dprintf(STDERR_FILENO, "trollbridge: part_missing: " HOOK_PROGRAM
                               " did not start, or was killed by the text of the hook\n");
        return EXIT_PART;
    }
    return WEXITSTATUS(status) == 0 || WEXITSTATUS(status) == EXIT_PART ? WEXITSTATUS(status)
                                                                        : EXIT_FILES;
}

static struct child *spawn(struct supervisor *supervisor, const struct links *links)
{
    const char *const argv[] = {"hook", supervisor->namespace_names, supervisor->require_names,
                                NULL};
    const int fds[] = {links->own_link, links->own_report};
    if (supervisor->programs.hook[0] == 0)
        return NULL;
    return supervisor_spawn(supervisor, CHILD_HOOK, supervisor->programs.hook, argv, fds,
                            TB_ARRAY_LEN(fds), links->own_log);
}

int supervisor_start_hook(struct supervisor *supervisor, const struct tb_inner *request,
                          int *ret_link_fd)
{
    tb_cleanup(links_deinit) struct links links = LINKS_NONE;
    int r = links_open(&links);
    if (r < 0)
        return r;
    struct child *child = spawn(supervisor, &links);
    if (!child)
        return -ECHILD;
    *ret_link_fd = links_hand_over(&links, request, child);
    return 0;
}
