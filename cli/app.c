#include "cli/app.h"

#include "base/fd.h"
#include "base/place.h"
#include "base/user.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { SNAPSHOT_FD = 3, SETTINGS_FD = 4, ABOVE_FDS = 10, ARGS_MAX = 40 };

struct places {
    char policy[PATH_MAX];
    char libexec[PATH_MAX];
    char plugins[PATH_MAX];
};

static int find(struct places *places)
{
    if (tb_place_of("libexec/trollbridge/policy", places->policy) == 0 &&
        tb_place_of("libexec/trollbridge", places->libexec) == 0 &&
        tb_place_of("share/trollbridge/plugins", places->plugins) == 0)
        return CLI_DONE;
    return cli_error(CLI_PART, "part_missing", "libexec/trollbridge is not beside this program");
}

static int run(const struct places *places, const char *app, int snapshot, int settings)
{
    char *variables[TB_USER_VARIABLES];
    size_t n_variables = tb_user_variables(variables);
    const char *argv[ARGS_MAX] = {
        "policy",    "compile",       "--app",         app, "--plugins",     places->plugins,
        "--libexec", places->libexec, "--snapshot-fd", "3", "--settings-fd", "4",
    };
    size_t n = 12;
    for (size_t i = 0; i < n_variables; i++) {
        argv[n++] = "--var";
        argv[n++] = variables[i];
    }
    char *empty[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = 0;
    int r = posix_spawn_file_actions_init(&actions);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, snapshot, SNAPSHOT_FD);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, settings, SETTINGS_FD);
    if (r == 0)
        r = posix_spawn(&pid, places->policy, &actions, NULL, (char *const *)(uintptr_t)argv,
                        empty);
    posix_spawn_file_actions_destroy(&actions);
    tb_user_free(variables, n_variables);
    if (r != 0 || waitpid(pid, &status, 0) != pid)
        return cli_error(CLI_PART, "part_missing", "the policy compiler did not start");
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : cli_error(CLI_PART, "io", "the policy compiler was killed");
}

/* Above the numbers that the child's descriptors get, so that none is overwritten before it is
 * copied. */
static int memory_above(const char *name)
{
    tb_fd fd = tb_fd_memory(name);
    return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_FDS);
}

int cli_app_settings(const char *app, struct tb_settings *ret_settings)
{
    struct places places;
    tb_fd snapshot = memory_above("trollbridge-snapshot");
    tb_fd settings = memory_above("trollbridge-settings");
    if (snapshot < 0 || settings < 0)
        return cli_error(CLI_PART, "io", "no memory file: %s", strerror(errno));
    int status = find(&places);
    if (status == CLI_DONE)
        status = run(&places, app, snapshot, settings);
    if (status != CLI_DONE)
        return status;
    if (tb_settings_read(settings, ret_settings) != TB_OK)
        return cli_error(CLI_PART, "io", "the policy compiler's result cannot be read");
    return CLI_DONE;
}
