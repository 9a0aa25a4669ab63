#include "confine/launch.h"

#include "base/fd.h"
#include "base/result.h"
#include "confine/program.h"
#include "sandbox/enter.h"
#include "sandbox/linux.h"
#include "sandbox/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

/* Descriptors under way between processes are counted for the user as a whole. A plugin meets its
 * own limit of them before the others of this user meet theirs. */
enum { THREADS_MAX = 256, PROCESSES_MAX = 1024 /* of all programs of a launcher */ };

/* By descriptor, so that it is the file that the hull holds. */
static int become(char *const *argv)
{
    char *const environment[] = {NULL};
    tb_execveat(TB_PLUGIN_PROGRAM_FD, "", argv, environment, TB_AT_EMPTY_PATH);
    return -errno;
}

/* Holds the program under the number by which it can be started. */
static int open_program(const char *path)
{
    tb_fd file = open(path, O_PATH | O_CLOEXEC);
    int held = file < 0 ? -1 : fcntl(file, F_DUPFD_CLOEXEC, TB_PLUGIN_PROGRAM_FD);
    if (held < 0)
        return -errno;
    return held == TB_PLUGIN_PROGRAM_FD ? 0 : -EMFILE;
}

static int report(const struct tb_layers *layers)
{
    uint8_t bytes[TB_LAYERS_SIZE];
    tb_layers_encode(layers, bytes);
    return tb_fd_write_all(LAUNCH_REPORT, tb_bytes_of(bytes, sizeof bytes));
}

static enum tb_plugin_starts starts(const struct launch *launch)
{
    if (launch->launcher)
        return TB_STARTS_CONFINED;
    return launch->hull.exec.n > 0 ? TB_STARTS_PROGRAMS : TB_STARTS_NOTHING;
}

/* What policy gives away is not asked for. What it starts has to end with it, which no layer but
 * the pid namespace sees to. */
static uint32_t required(const struct launch *launch, const struct tb_role *role)
{
    uint32_t require = launch->require & role->layers;
    if (launch->jit)
        require &= ~TB_LAYER_BIT(TB_LAYER_MDWE);
    if (starts(launch) != TB_STARTS_NOTHING)
        require |= TB_LAYER_BIT(TB_LAYER_PID);
    return require;
}

static int enter(const struct launch *launch, const struct tb_landlock_rule *rules, size_t n_rules)
{
    const struct tb_role *role = tb_role_of_plugin(launch->hull.network, starts(launch));
    const int keep[] = {LAUNCH_LINK, LAUNCH_POOL, LAUNCH_REPORT, TB_PLUGIN_PROGRAM_FD,
                        LAUNCH_PLUGIN_AUDIT};
    const struct tb_sandbox_options options = {
        .keep = keep,
        .n_keep = TB_ARRAY_LEN(keep) - !launch->audit,
        .namespaces = launch->namespaces,
        .require = required(launch, role),
        .rules = rules,
        .n_rules = n_rules,
        .root = TB_ROOT_MADE,
        .limits = {.files = TB_PLUGIN_FILES_MAX,
                   .processes = launch->launcher ? PROCESSES_MAX : THREADS_MAX,
                   .data = launch->memory,
                   .cpu_s = launch->cpu_s},
        .allow_jit = launch->jit,
    };
    struct tb_layers layers;
    int r = tb_sandbox_enter(role, &options, &layers);
    int written = report(&layers);
    return r == TB_OK ? written : r;
}

static int open_state(struct hull *hull)
{
    if (!hull->state)
        return 0;
    hull->state_fd = hull_open_state(hull->state);
    if (hull->state_fd < 0)
        return hull->state_fd;
    hull->state_real = realpath(hull->state, NULL);
    return hull->state_real ? 0 : -errno;
}

/* Where they cannot be, there are none. */
static int find_states(struct launch *launch)
{
    if (!launch->states)
        return 0;
    hull_make_states(launch->states);
    launch->hull.states = realpath(launch->states, NULL);
    return launch->hull.states || errno != ENOMEM ? 0 : -errno;
}

static int make_root(struct launch *launch)
{
    bool mounts = (launch->namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT)) != 0;
    launch->hull.picks = launch->hull.picks && mounts;
    int r = hull_make(&launch->hull);
    launch->hull.mounted = mounts;
    if (r == 0 && mounts)
        r = hull_mount(&launch->hull);
    if (r == 0 && chdir("/") < 0)
        r = -errno;
    return r;
}

/* Its name, or what the kernel would call a script with; then what is denied to it. The process
 * that they are made in becomes the plugin: nothing is freed. */
static char **arguments_of(const struct launch *launch, const struct program *program)
{
    char **denied = hull_denied(&launch->hull);
    char **argv = calloc(launch->hull.mask.n + 4, sizeof *argv);
    size_t n = 0;
    if (!denied || !argv)
        return NULL;
    argv[n++] = program->script ? program->path : (char *)(uintptr_t)launch->name;
    if (program->argument)
        argv[n++] = program->argument;
    if (program->script)
        argv[n++] = (char *)(uintptr_t)launch->hull.program;
    for (size_t i = 0; denied[i]; i++)
        argv[n++] = denied[i];
    return argv;
}

/* Whether it has the network is in its grant, so that the clone that made this process could not
 * know it. Where the namespace cannot be had, the report will not name it. */
static void leave_network(struct launch *launch)
{
    uint32_t net = TB_LAYER_BIT(TB_LAYER_NET);
    if ((launch->namespaces & net) && (launch->hull.network || tb_namespaces_leave_network() < 0))
        launch->namespaces &= ~net;
}

/* In the place of the grant, which has been read. Closed with it otherwise. */
static int place_log(const struct launch *launch)
{
    if (!launch->audit)
        return 0;
    return dup2(LAUNCH_AUDIT, LAUNCH_PLUGIN_AUDIT) < 0 ? -errno : 0;
}

int launch(struct launch *launch)
{
    struct program program;
    struct tb_landlock_rule rules[HULL_RULES_MAX];
    size_t n_rules = 0;
    leave_network(launch);
    int r = program_read(launch->hull.program, &program);
    if (r < 0)
        return r;
    launch->hull.interpreter = program.script ? program.path : NULL;
    r = find_states(launch);
    if (r == 0)
        r = open_state(&launch->hull);
    if (r < 0)
        return r;
    char **argv = arguments_of(launch, &program);
    r = argv ? make_root(launch) : -ENOMEM;
    if (r == 0)
        r = open_program(program.path);
    if (r == 0)
        r = place_log(launch);
    if (r == 0)
        r = hull_rules(&launch->hull, rules, &n_rules);
    if (r == 0)
        r = enter(launch, rules, n_rules);
    if (r != TB_OK)
        return r;
    /* The report's descriptor is not the plugin's business; its closing says that exec is next. */
    close(LAUNCH_REPORT);
    return become(argv);
}
