#include "confine/launch.h"

#include "base/fd.h"
#include "base/result.h"
#include "sandbox/enter.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* Descriptors under way between processes are counted for the user as a whole. A plugin meets its
 * own limit of them before the others of this user meet theirs. */
enum { FILES_MAX = 512, THREADS_MAX = 256 };

/* By descriptor, so that it is the file that was looked at; but the kernel hands a script to its
 * interpreter by name, and there is no /proc in here to name a descriptor. */
static int become(int program, const struct launch *launch, char *const *argv, bool is_script)
{
    char *const environment[] = {NULL};
    if (is_script)
        execve(launch->hull.program, argv, environment);
    else
        tb_execveat(program, "", argv, environment, TB_AT_EMPTY_PATH);
    return -errno;
}

static bool starts_as_script(const char *path)
{
    char first[2] = {0};
    tb_fd file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    return file >= 0 && read(file, first, sizeof first) == sizeof first && first[0] == '#' &&
           first[1] == '!';
}

static int report(const struct tb_layers *layers)
{
    uint8_t bytes[TB_LAYERS_SIZE];
    tb_layers_encode(layers, bytes);
    return tb_fd_write_all(LAUNCH_REPORT, tb_bytes_of(bytes, sizeof bytes));
}

static int enter(const struct launch *launch, int program, const struct tb_landlock_rule *rules,
                 size_t n_rules)
{
    const int keep[] = {LAUNCH_LINK, LAUNCH_POOL, LAUNCH_REPORT, program};
    const struct tb_sandbox_options options = {
        .keep = keep,
        .n_keep = TB_ARRAY_LEN(keep),
        .namespaces = launch->namespaces,
        .require = launch->require,
        .rules = rules,
        .n_rules = n_rules,
        .root = TB_ROOT_MADE,
        .limits = {.files = FILES_MAX,
                   .processes = THREADS_MAX,
                   .data = launch->jit ? 0 : launch->memory,
                   .cpu_s = launch->cpu_s},
        .allow_jit = launch->jit,
    };
    struct tb_layers layers;
    int r = tb_sandbox_enter(&tb_role_plugin, &options, &layers);
    int written = report(&layers);
    return r == TB_OK ? written : r;
}

static int make_root(const struct launch *launch)
{
    int r = hull_make(&launch->hull);
    if (r == 0 && launch->namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT))
        r = hull_mount(&launch->hull);
    if (r == 0 && chdir("/") < 0)
        r = -errno;
    return r;
}

/* Its name, then what is denied to it. The process that they are made in becomes the plugin:
 * nothing is freed. */
static char **arguments_of(const struct launch *launch)
{
    char **denied = hull_denied(&launch->hull);
    char **argv = calloc(launch->hull.mask.n + 2, sizeof *argv);
    if (!denied || !argv)
        return NULL;
    argv[0] = (char *)(uintptr_t)launch->name;
    for (size_t i = 0; denied[i]; i++)
        argv[i + 1] = denied[i];
    return argv;
}

int launch(const struct launch *launch)
{
    char **argv = arguments_of(launch);
    if (!argv)
        return -ENOMEM;
    struct tb_landlock_rule rules[HULL_RULES_MAX];
    size_t n_rules = 0;
    int r = make_root(launch);
    if (r < 0)
        return r;
    tb_fd program = open(launch->hull.program, O_PATH | O_CLOEXEC);
    if (program < 0)
        return -errno;
    bool is_script = starts_as_script(launch->hull.program);
    r = hull_rules(&launch->hull, rules, &n_rules);
    if (r == 0)
        r = enter(launch, program, rules, n_rules);
    if (r != TB_OK)
        return r;
    /* The report's descriptor is not the plugin's business; its closing says that exec is next. */
    close(LAUNCH_REPORT);
    return become(program, launch, argv, is_script);
}
