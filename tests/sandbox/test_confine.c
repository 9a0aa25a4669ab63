/*
 * What a hostile plugin can reach inside the real launcher: its own folders and nothing else. Each
 * refusal is proven against the same attempt made without the sandbox, which succeeds: a launcher
 * that let it through would be seen.
 */
#include "base/fd.h"
#include "base/result.h"
#include "sandbox/enter.h"
#include "sandbox/linux.h"
#include "sandbox/namespaces.h"
#include "tests/sandbox/confined.h"
#include "tests/unit/test.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/un.h>

static const char *confine_path;
static const char *probe_path;
static const char *python_path;
static const char *node_path;

static void for_each_level(void (*run)(struct confined *confined))
{
    confined_for_each_level(confine_path, probe_path, run);
}

static void in_scope(struct confined *confined)
{
    confined_expect(confined, "read", "@/read/file", true);
    confined_expect(confined, "list", "@/read", true);
    confined_expect(confined, "stat", "@/read/file", true);
    confined_expect(confined, "read", "@/write/file", true);
    confined_expect(confined, "write", "@/write/file", true);
    confined_expect(confined, "write", "@/write/new", true);
    confined_expect(confined, "truncate", "@/write/new", true);
    confined_expect(confined, "remove", "@/write/new", true);
    confined_expect(confined, "mkdir", "@/write/folder", true);
    confined_expect(confined, "write", "@/made/deep/new", true);
    confined_expect(confined, "read", "/dev/urandom", true);
    confined_expect(confined, "write", "/dev/null", true);
}

static void own_folders_work(void)
{
    for_each_level(in_scope);
}

static void out_of_scope(struct confined *confined)
{
    confined_refused(confined, "read", "/etc/passwd");
    confined_refused(confined, "list", getenv("HOME"));
    confined_refused(confined, "list", "/");
    confined_refused(confined, "read", "@/other/file");
    confined_refused(confined, "write", "@/other/new");
    confined_refused(confined, "list", "@/other");
    confined_refused(confined, "write", "@/read/file");
    confined_refused(confined, "truncate", "@/read/file");
    confined_refused(confined, "mkdir", "@/read/folder");
    confined_refused(confined, "write", "@/read/new");
    confined_refused(confined, "chmod", "@/other/file");
    confined_refused(confined, "chmod", "@/read/file");
    confined_refused(confined, "link", "@/write/link");
    confined_refused(confined, "remove", "@/read/file");
}

static void other_files_are_refused(void)
{
    for_each_level(out_of_scope);
}

/* Landlock watches none of it: what was opened, and changes alone. */
static void watching(struct confined *confined)
{
    confined_expect(confined, "watch", "@/read", true);
    confined_expect(confined, "watch", "@/write", true);
    confined_refused(confined, "watch", "@/other");
    confined_refused(confined, "watch", getenv("HOME"));
    confined_refused(confined, "watch-path", "@/other");
    confined_refused(confined, "watch-path", "@/read");
    confined_refused(confined, "watch-opens", "@/read");
    confined_refused(confined, "inotify", "@/other");
    confined_refused(confined, "inotify", "@/read");
}

static void watching_is_for_what_may_be_read(void)
{
    for_each_level(watching);
}

/* The same attempt with a hull that holds it succeeds: the probe would tell. */
static void wide_hull_is_seen(struct confined *confined)
{
    confined_expect(confined, "read", "/etc/passwd", false);
    confined->wide = true;
    confined_expect(confined, "read", "/etc/passwd", true);
    confined_expect(confined, "read", "@/other/file", true);
    confined_expect(confined, "write", "@/other/new", true);
}

static void a_wide_hull_is_seen(void)
{
    for_each_level(wide_hull_is_seen);
}

/* What only the mount namespace can hold: without it, the report says so. */
static void masked(struct confined *confined)
{
    bool mounts = confined->namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT);
    confined_expect(confined, "read", "@/read/denied/secret", !mounts);
    confined_expect(confined, "list", "@/read/denied", !mounts);
    confined_expect(confined, "read", "@/read/denied-file", !mounts);
    confined_expect(confined, "stat", "@/other/file", !mounts);
    confined_expect(confined, "stat", "/proc/1/status", !mounts);
    CHECK_INT(confined->layers.layer[TB_LAYER_MOUNT].state,
              mounts ? TB_LAYER_HELD : TB_LAYER_MISSING);
    confined->bare = true;
    confined_expect(confined, "read", "@/read/denied/secret", true);
    confined_expect(confined, "list", "@/read/denied", true);
    confined_expect(confined, "stat", "/proc/1/status", true);
}

static void denied_folders_are_covered(void)
{
    for_each_level(masked);
}

static int listen_tcp(char ret_port[static 16])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t n = sizeof address;
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0 && bind(fd, (struct sockaddr *)&address, n) == 0 && listen(fd, 8) == 0);
    CHECK(getsockname(fd, (struct sockaddr *)&address, &n) == 0);
    snprintf(ret_port, 16, "%u", ntohs(address.sin_port));
    return fd;
}

static int listen_abstract(char ret_name[static 32])
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    int n = snprintf(ret_name, 32, "tb-test-%d", (int)getpid());
    memcpy(address.sun_path + 1, ret_name, (size_t)n);
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    CHECK(fd >= 0);
    CHECK(bind(fd, (struct sockaddr *)&address,
               (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + (size_t)n)) == 0);
    CHECK(listen(fd, 8) == 0);
    return fd;
}

static void networks(struct confined *confined)
{
    char port[16];
    char name[32];
    tb_fd tcp = listen_tcp(port);
    tb_fd local = listen_abstract(name);
    confined_refused(confined, "tcp", port);
    confined_refused(confined, "abstract", name);
}

static void sockets_are_refused(void)
{
    for_each_level(networks);
}

static void processes(struct confined *confined)
{
    static const char secret = 'x';
    char pid[16];
    char where[64];
    snprintf(pid, sizeof pid, "%d", (int)getpid());
    snprintf(where, sizeof where, "%d %p", (int)getpid(), (const void *)&secret);
    confined_refused(confined, "signal", pid);
    confined_refused(confined, "ptrace", pid);
    confined_refused(confined, "peek", where);
    confined_refused(confined, "fork", "-");
    confined_expect(confined, "signal", "-1", false);
}

static void other_processes_are_refused(void)
{
    for_each_level(processes);
}

static void itself(struct confined *confined)
{
    char inherited[] = "TB_TEST_INHERITED=1";
    CHECK(putenv(inherited) == 0);
    confined_expect(confined, "descriptors", "5", false);
    confined_expect(confined, "environment", "-", false);
    confined_refused(confined, "code", "-");
    confined_refused(confined, "memory", "200");
    confined_expect(confined, "memory", "8", true);
}

static void process_is_closed(void)
{
    for_each_level(itself);
}

/* The log, for reading, and nothing beside it. */
static void log_file(struct confined *confined)
{
    CHECK_INT(confined_try(confined, "log", "-"), EBADF);
    confined->audit = true;
    confined_expect(confined, "log", "-", true);
    confined_expect(confined, "descriptors", "6", false);
    CHECK_INT(confined_try(confined, "write-log", "-"), EBADF);
    confined_expect(confined, "reopen-log", "-", false);
}

static void the_log_is_for_whom_the_grant_names(void)
{
    for_each_level(log_file);
}

/* A program that was started in the probe's place does not answer. */
static void programs(struct confined *confined)
{
    CHECK(confined_try(confined, "run", "@/other/program") > 0);
    confined->bare = true;
    CHECK_INT(confined_try(confined, "run", "@/other/program"), CONFINED_ENDED);
}

static void other_programs_are_refused(void)
{
    for_each_level(programs);
}

static void reports(struct confined *confined)
{
    uint32_t held = confined->namespaces | TB_LAYER_BIT(TB_LAYER_SECCOMP) |
                    TB_LAYER_BIT(TB_LAYER_LANDLOCK) | TB_LAYER_BIT(TB_LAYER_NNP) |
                    TB_LAYER_BIT(TB_LAYER_CAPS) | TB_LAYER_BIT(TB_LAYER_RLIMITS);
    confined_expect(confined, "read", "@/read/file", true);
    CHECK_INT(tb_layers_lacking(&confined->layers, held), 0);
    CHECK_INT(tb_layers_in(&confined->layers, TB_LAYER_HELD) & TB_LAYERS_NAMESPACES,
              confined->namespaces);
}

static void report_is_true(void)
{
    for_each_level(reports);
}

/* The plugin must not start, and the report must have been written all the same. */
static void a_missing_layer_refuses_to_start(void)
{
    struct confined confined;
    confined_init(&confined, confine_path, probe_path);
    confined.require = TB_LAYER_BIT(TB_LAYER_SECCOMP);
    CHECK_INT(confined_try(&confined, "read", "@/read/file"), 0);
    confined.require |= TB_LAYER_BIT(TB_LAYER_PID);
    CHECK_INT(confined_try(&confined, "read", "@/read/file"), CONFINED_ENDED);
    CHECK_INT(confined.status, 4);
    CHECK_INT(confined.layers.layer[TB_LAYER_PID].state, TB_LAYER_MISSING);
    confined_deinit(&confined);
}

/* Filters are inherited: the launcher has to do all its work under the supervisor's. */
static void under_the_supervisor(struct confined *confined)
{
    const struct tb_sandbox_options options = {0};
    struct tb_layers layers;
    CHECK_INT(tb_sandbox_enter(&tb_role_supervisor, &options, &layers), TB_OK);
    confined_expect(confined, "read", "@/read/file", true);
    confined_expect(confined, "write", "@/write/file", true);
    confined_expect(confined, "read", "@/other/file", false);
    CHECK_INT(tb_layers_in(&confined->layers, TB_LAYER_HELD) & TB_LAYERS_NAMESPACES,
              confined->namespaces);
}

static void launcher_works_under_the_supervisor(void)
{
    struct confined confined;
    confined_init(&confined, confine_path, probe_path);
    confined.namespaces = tb_namespaces_probe();
    under_the_supervisor(&confined);
    confined_deinit(&confined);
}

static void launcher_works_under_the_supervisor_without_namespaces(void)
{
    struct confined confined;
    confined_init(&confined, confine_path, probe_path);
    under_the_supervisor(&confined);
    confined_deinit(&confined);
}

/* The second stage: a plugin of ours shuts out what it does not need, from inside. */
static void a_plugin_can_close_further(void)
{
    const struct tb_sandbox_options options = {0};
    struct tb_layers layers;
    CHECK_INT(tb_sandbox_enter(&tb_role_plugin, &options, &layers), TB_OK);
    CHECK_INT(tb_sandbox_enter(&tb_role_fs, &options, &layers), TB_OK);
    CHECK_INT(open("/etc/passwd", O_RDONLY), -1);
    CHECK_INT(errno, EACCES);
}

/* Starts a script as the plugin, where there are namespaces and where there are none. */
static void run_script(const char *path, bool jit, int expected)
{
    uint32_t levels[] = {tb_namespaces_probe(), 0};
    for (size_t i = 0; i < TB_ARRAY_LEN(levels); i++) {
        struct confined confined;
        confined_init(&confined, confine_path, path);
        confined.namespaces = levels[i];
        confined.jit = jit;
        confined.memory_mib = 256;
        CHECK_INT(confined_try(&confined, "start", "-"), expected);
        CHECK_INT(confined.layers.layer[TB_LAYER_MDWE].state,
                  jit ? TB_LAYER_PARTIAL : TB_LAYER_HELD);
        confined_deinit(&confined);
    }
}

static void plugins_in_python_run(void)
{
    run_script(python_path, false, 0);
}

/* Code made at run time is what MDWE is against: without the switch Node does not come up. */
static void plugins_in_node_run_with_jit(void)
{
    run_script(node_path, true, 0);
    run_script(node_path, false, CONFINED_ENDED);
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(own_folders_work),
        TEST(other_files_are_refused),
        TEST(watching_is_for_what_may_be_read),
        TEST(a_wide_hull_is_seen),
        TEST(denied_folders_are_covered),
        TEST(sockets_are_refused),
        TEST(other_processes_are_refused),
        TEST(process_is_closed),
        TEST(the_log_is_for_whom_the_grant_names),
        TEST(other_programs_are_refused),
        TEST(report_is_true),
        TEST(a_missing_layer_refuses_to_start),
        TEST(launcher_works_under_the_supervisor),
        TEST(launcher_works_under_the_supervisor_without_namespaces),
        TEST(a_plugin_can_close_further),
        TEST(plugins_in_python_run),
        TEST(plugins_in_node_run_with_jit),
    };
    if (argc < 5) {
        fprintf(stderr, "usage: test_confine CONFINE PROBE PYTHON NODE [TEST]\n");
        return 2;
    }
    confine_path = argv[1];
    probe_path = argv[2];
    python_path = argv[3];
    node_path = argv[4];
    return test_main(argc - 4, argv + 4, tests, TB_ARRAY_LEN(tests));
}
