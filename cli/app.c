#include "cli/app.h"

#include "base/fd.h"
#include "base/place.h"
#include "base/user.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define COMPILER "libexec/trollbridge/policy"
#define HOOK     "libexec/trollbridge/hook"

enum { FIRST_FD = 3, ABOVE_FDS = 10 };

/* Runs a program of libexec with those descriptors as 3 and so on. Its exit status. */
static int run(const char *part, const char *const *argv, const int *fds, size_t n_fds)
{
    char program[PATH_MAX];
    char *empty[] = {NULL};
    posix_spawn_file_actions_t actions;
    pid_t pid;
    int status = 0;
    if (tb_place_of(part, program) != 0)
        return cli_error(CLI_PART, "part_missing", "%s is not there", part);
    int r = posix_spawn_file_actions_init(&actions);
    for (size_t i = 0; i < n_fds && r == 0; i++)
        r = posix_spawn_file_actions_adddup2(&actions, fds[i], FIRST_FD + (int)i);
    if (r == 0)
        r = posix_spawn(&pid, program, &actions, NULL, (char *const *)(uintptr_t)argv, empty);
    posix_spawn_file_actions_destroy(&actions);
    if (r != 0 || waitpid(pid, &status, 0) != pid)
        return cli_error(CLI_PART, "part_missing", "%s did not start", part);
    return WIFEXITED(status) ? WEXITSTATUS(status)
                             : cli_error(CLI_PART, "io", "%s was killed", part);
}

/* Above the numbers that the child's descriptors get, so that none is overwritten before it is
 * copied. */
static int memory_above(const char *name)
{
    tb_fd fd = tb_fd_memory(name);
    return fd < 0 ? fd : fcntl(fd, F_DUPFD_CLOEXEC, ABOVE_FDS);
}

struct places {
    char libexec[PATH_MAX];
    char plugins[PATH_MAX];
    char *variables[TB_USER_VARIABLES];
    size_t n_variables;
};

static void deinit_places(struct places *places)
{
    tb_user_free(places->variables, places->n_variables);
}

enum { N_FILE_ARGS = 8, FILE_ARGS_MAX = N_FILE_ARGS + 2 * TB_USER_VARIABLES };

/* What every job takes that reads an app's files. The number of arguments, or -1 after telling. */
static int file_arguments(const char *job, const char *app, struct places *places,
                          const char *argv[static FILE_ARGS_MAX])
{
    if (tb_place_of("libexec/trollbridge", places->libexec) != 0 ||
        tb_place_of("share/trollbridge/plugins", places->plugins) != 0) {
        (void)cli_error(CLI_PART, "part_missing", "libexec and share are not beside this program");
        return -1;
    }
    const char *const fixed[N_FILE_ARGS] = {
        "policy", job, "--app", app, "--plugins", places->plugins, "--libexec", places->libexec};
    int n = 0;
    for (; n < N_FILE_ARGS; n++)
        argv[n] = fixed[n];
    places->n_variables = tb_user_variables(places->variables);
    for (size_t i = 0; i < places->n_variables; i++) {
        argv[n++] = "--var";
        argv[n++] = places->variables[i];
    }
    return n;
}

static int settings_of(const char *app, bool quiet, struct tb_settings *ret_settings)
{
    const char *argv[FILE_ARGS_MAX + 6];
    tb_cleanup(deinit_places) struct places places = {.n_variables = 0};
    int n = file_arguments("compile", app, &places, argv);
    if (n < 0)
        return CLI_PART;
    tb_fd snapshot = memory_above("trollbridge-snapshot");
    tb_fd settings = memory_above("trollbridge-settings");
    if (snapshot < 0 || settings < 0)
        return cli_error(CLI_PART, "io", "no memory file: %s", strerror(errno));
    const char *const more[] = {"--snapshot-fd",          "3", "--settings-fd", "4",
                                quiet ? "--quiet" : NULL, NULL};
    memcpy(argv + n, more, sizeof more);
    int status = run(COMPILER, argv, (const int[]){snapshot, settings}, 2);
    if (status == CLI_DONE && tb_settings_read(settings, ret_settings) != TB_OK)
        return cli_error(CLI_PART, "io", "the policy compiler's settings cannot be read");
    return status;
}

int cli_app_settings(const char *app, struct tb_settings *ret_settings)
{
    return settings_of(app, false, ret_settings);
}

/* What is wrong with the rest has been told by then. */
int cli_app_check_hook(const char *app)
{
    char file[TB_HOOK_FILE_MAX + 1];
    const char *const argv[] = {"hook", "--check", file, "", "", NULL};
    tb_cleanup(tb_settings_deinit) struct tb_settings settings = {0};
    int status = settings_of(app, true, &settings);
    if (status != CLI_DONE || settings.hook.n == 0)
        return status;
    (void)snprintf(file, sizeof file, "%.*s", (int)settings.hook_file.n,
                   (const char *)settings.hook_file.data);
    /* A policy can be looked at where it could not run. */
    if (tb_place_of(HOOK, (char[PATH_MAX]){0}) != 0) {
        fputs("trollbridge: warning: part_missing: " HOOK
              " is not there: nobody has looked at the hook's text\n",
              stderr);
        return CLI_DONE;
    }
    tb_fd text = memory_above("trollbridge-hook");
    if (text < 0 || tb_fd_write_all(text, settings.hook) < 0)
        return cli_error(CLI_PART, "io", "no memory file: %s", strerror(errno));
    return run(HOOK, argv, &text, 1);
}

int cli_app_report(const char *job, const char *app, const char *const *options, int also,
                   int *ret_fd)
{
    const char *argv[FILE_ARGS_MAX + CLI_REPORT_OPTIONS + 5];
    tb_cleanup(deinit_places) struct places places = {.n_variables = 0};
    int n = file_arguments(job, app, &places, argv);
    if (n < 0)
        return CLI_PART;
    tb_fd report = memory_above("trollbridge-report");
    if (report < 0)
        return cli_error(CLI_PART, "io", "no memory file: %s", strerror(errno));
    argv[n++] = "--report-fd";
    argv[n++] = "3";
    tb_fd above = also < 0 ? -1 : fcntl(also, F_DUPFD_CLOEXEC, ABOVE_FDS);
    if (also >= 0 && (above < 0 || lseek(above, 0, SEEK_SET) != 0))
        return cli_error(CLI_PART, "io", "no memory file: %s", strerror(errno));
    if (also >= 0) {
        argv[n++] = "--also-fd";
        argv[n++] = "4";
    }
    for (size_t i = 0; options[i]; i++) {
        tb_assert(i < CLI_REPORT_OPTIONS);
        argv[n++] = options[i];
    }
    argv[n] = NULL;
    int status = run(COMPILER, argv, (const int[]){report, above}, also < 0 ? 1 : 2);
    *ret_fd = report;
    report = -1;
    return status;
}
