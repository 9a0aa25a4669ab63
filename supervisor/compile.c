#include "supervisor/supervisor.h"

#include "base/fd.h"

#include <stdio.h>
#include <sys/wait.h>

enum { EXIT_PART = 4, SNAPSHOT_FD = 3, SETTINGS_FD = 4 };

static size_t arguments(const struct supervisor *supervisor, const char *argv[static MAX_ARGS])
{
    size_t n = 0;
    const char *const fixed[] = {
        "policy",        "compile",
        "--app",         supervisor->app,
        "--plugins",     supervisor->programs.plugins,
        "--libexec",     supervisor->programs.libexec,
        "--snapshot-fd", "3",
        "--settings-fd", "4",
        "--namespaces",  supervisor->namespace_names,
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(fixed); i++)
        argv[n++] = fixed[i];
    for (size_t i = 0; i < supervisor->n_vars; i++) {
        argv[n++] = "--var";
        argv[n++] = supervisor->vars[i];
    }
    if (supervisor->test) {
        argv[n++] = "--test";
        argv[n++] = supervisor->test;
    }
    argv[n] = NULL;
    return n;
}

/* The folder of the file; where the app itself lies in that folder, the file alone. */
static struct tb_bytes around(const struct tb_settings *settings, struct tb_bytes file)
{
    struct tb_bytes folder = file;
    while (folder.n > 1 && folder.data[folder.n - 1] != '/')
        folder.n--;
    bool holds_app =
        folder.n <= settings->resource.n + 1 &&
        memcmp(folder.data, settings->resource.data, folder.n - 1) == 0 &&
        (settings->resource.n == folder.n - 1 || settings->resource.data[folder.n - 1] == '/');
    return holds_app ? file : tb_bytes_of(folder.data, folder.n - 1);
}

/* A path in the app folder; empty where the name is. */
static void protect_file(char path[static PATH_MAX], const struct tb_settings *settings,
                         struct tb_bytes name)
{
    path[0] = 0;
    if (name.n > 0)
        (void)snprintf(path, PATH_MAX, "%.*s/%.*s", (int)settings->resource.n,
                       (const char *)settings->resource.data, (int)name.n, (const char *)name.data);
}

static void protect_path(char path[static PATH_MAX], struct tb_bytes absolute)
{
    path[0] = 0;
    if (absolute.n > 0)
        (void)snprintf(path, PATH_MAX, "%.*s", (int)absolute.n, (const char *)absolute.data);
}

/* The files that policy is compiled from, the log, and what people have answered. A hook of that
 * name is covered also where the app has none: it would keep the app from starting. */
static void protect(struct supervisor *supervisor, const struct tb_settings *settings)
{
    static const char *const files[] = {"trollbridge.toml", "capabilities", "permissions",
                                        TB_HOOK_FILE};
    enum { HOOK = TB_ARRAY_LEN(files), LOG, ANSWERS };
    _Static_assert(ANSWERS + 1 == (int)N_PROTECTED, "room for each");
    const struct tb_bytes none = {0};
    for (size_t i = 0; i < TB_ARRAY_LEN(files); i++)
        protect_file(supervisor->protect[i], settings, tb_bytes_of_string(files[i]));
    protect_file(supervisor->protect[HOOK], settings,
                 tb_bytes_are(settings->hook_file, TB_HOOK_FILE) ? none : settings->hook_file);
    protect_path(supervisor->protect[LOG], around(settings, settings->audit_file));
    protect_path(supervisor->protect[ANSWERS],
                 settings->answers.n > 0 ? around(settings, settings->answers) : none);
    protect_path(supervisor->states, settings->states);
}

static int require_of(struct supervisor *supervisor, const struct tb_settings *settings)
{
    uint32_t require = 0;
    for (size_t i = 0; i < settings->n_require; i++) {
        uint32_t mask;
        if (tb_layer_mask(settings->require[i], &mask) != TB_OK)
            return TB_UNKNOWN;
        require |= mask;
    }
    tb_layers_names(require, supervisor->require_names);
    return TB_OK;
}

void policy_close(struct policy *policy)
{
    tb_fd_close(&policy->snapshot_fd);
    tb_fd_close(&policy->settings_fd);
}

struct child *supervisor_start_compiler(struct supervisor *supervisor, struct policy *ret_policy)
{
    const char *argv[MAX_ARGS];
    arguments(supervisor, argv);
    ret_policy->snapshot_fd = tb_fd_memory("trollbridge-snapshot");
    ret_policy->settings_fd = tb_fd_memory("trollbridge-settings");
    if (ret_policy->snapshot_fd < 0 || ret_policy->settings_fd < 0)
        return NULL;
    const int fds[] = {ret_policy->snapshot_fd, ret_policy->settings_fd};
    return supervisor_spawn(supervisor, CHILD_COMPILE, supervisor->programs.policy, argv, fds,
                            TB_ARRAY_LEN(fds), 0);
}

int supervisor_compile(struct supervisor *supervisor)
{
    struct child *child = supervisor_start_compiler(supervisor, &supervisor->policy);
    if (!child)
        return EXIT_PART;
    int status = child_reap(child);
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0)
        return WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_PART;
    if (tb_fd_seal(supervisor->policy.snapshot_fd) < 0 ||
        tb_fd_seal(supervisor->policy.settings_fd) < 0)
        return EXIT_PART;

    struct tb_settings settings;
    if (tb_settings_read(supervisor->policy.settings_fd, &settings) != TB_OK)
        return EXIT_PART;
    int r = require_of(supervisor, &settings) == TB_OK ? 0 : EXIT_PART;
    if (r == 0)
        r = supervisor_check_hook(supervisor, &settings);
    protect(supervisor, &settings);
    tb_settings_deinit(&settings);
    return r;
}
