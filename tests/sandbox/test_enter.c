#include "sandbox/enter.h"

#include "base/result.h"
#include "sandbox/linux.h"
#include "sandbox/mode.h"
#include "sandbox/namespaces.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>

/* Runs `body` in a child; returns its wait status. */
static int status_of(void (*body)(void))
{
    fflush(NULL);
    pid_t pid = fork();
    if (pid == 0) {
        body();
        _exit(0);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid);
    return status;
}

static void enter(const struct tb_role *role, const struct tb_sandbox_options *options,
                  struct tb_layers *ret_layers)
{
    CHECK_INT(tb_sandbox_enter(role, options, ret_layers), TB_OK);
}

static void descriptors_are_closed(void)
{
    struct tb_layers layers;
    int kept = fcntl(STDERR_FILENO, F_DUPFD, 50);
    int also = fcntl(STDERR_FILENO, F_DUPFD, 60);
    int lost = fcntl(STDERR_FILENO, F_DUPFD, 55);
    int high = fcntl(STDERR_FILENO, F_DUPFD, 900);
    const int keep[] = {also, kept};
    const struct tb_sandbox_options options = {.keep = keep, .n_keep = 2};
    enter(&tb_role_fs, &options, &layers);
    struct stat status;
    CHECK(fstat(kept, &status) == 0 && fstat(also, &status) == 0);
    CHECK(fstat(STDERR_FILENO, &status) == 0);
    CHECK(fstat(lost, &status) < 0 && fstat(high, &status) < 0 && fstat(3, &status) < 0);
}

static void limits_and_flags_are_set(void)
{
    struct tb_layers layers;
    const struct tb_sandbox_options options = {.limits = {.files = 100, .cpu_s = 50}};
    enter(&tb_role_plugin, &options, &layers);
    struct rlimit limit;
    CHECK(getrlimit(RLIMIT_CORE, &limit) == 0 && limit.rlim_max == 0);
    CHECK(getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max == 100);
    CHECK(getrlimit(RLIMIT_CPU, &limit) == 0 && limit.rlim_max == 50);
    CHECK_INT(prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), 1);
    CHECK_INT(prctl(PR_GET_DUMPABLE, 0, 0, 0, 0), 0);
}

static bool ruled_reads(const char *path)
{
    int fd = open(path, O_RDONLY);
    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

static void landlock_follows_its_rules(void)
{
    struct tb_layers layers;
    CHECK(ruled_reads("/etc/passwd") && ruled_reads("/usr/bin/env"));
    const struct tb_landlock_rule rule = {open("/etc", O_PATH | O_CLOEXEC), TB_PATH_READ};
    const struct tb_sandbox_options options = {.rules = &rule, .n_rules = 1};
    enter(&tb_role_plugin, &options, &layers);
    CHECK_INT(layers.layer[TB_LAYER_LANDLOCK].state, TB_LAYER_HELD);
    CHECK(ruled_reads("/etc/passwd") && !ruled_reads("/usr/bin/env"));
    CHECK(fcntl(rule.fd, F_GETFD) < 0); /* the folder itself is closed again */
    CHECK(open("/etc/tb-test-new", O_WRONLY | O_CREAT, 0600) < 0);
}

static void write_after_openat(void)
{
    struct tb_layers layers;
    const struct tb_sandbox_options options = {0};
    enter(&tb_role_broker, &options, &layers);
    CHECK_INT(open("/dev/null", O_RDONLY), -1);
    CHECK_INT(errno, EACCES);
}

static void call_unlisted(void)
{
    struct tb_layers layers;
    const struct tb_sandbox_options options = {0};
    enter(&tb_role_broker, &options, &layers);
    getppid();
}

static void unlisted_calls_kill(void)
{
    CHECK_INT(status_of(write_after_openat), 0);
    int status = status_of(call_unlisted);
    CHECK(WIFSIGNALED(status) && WTERMSIG(status) == SIGSYS);
}

/* A machine without seccomp: the calls that load a filter do not exist. */
static void remove_seccomp(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    CHECK(filter);
    CHECK(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(seccomp), 0) == 0);
    CHECK(seccomp_rule_add(filter, SCMP_ACT_ERRNO(EINVAL), SCMP_SYS(prctl), 1,
                           SCMP_A0(SCMP_CMP_EQ, PR_SET_SECCOMP)) == 0);
    CHECK(seccomp_load(filter) == 0);
    seccomp_release(filter);
}

static void nothing_starts_without_seccomp(void)
{
    struct tb_layers layers;
    const struct tb_sandbox_options options = {0};
    remove_seccomp();
    CHECK_INT(tb_sandbox_enter(&tb_role_broker, &options, &layers), TB_DENIED);
    CHECK_INT(layers.layer[TB_LAYER_SECCOMP].state, TB_LAYER_MISSING);
    CHECK(layers.layer[TB_LAYER_SECCOMP].error != 0);
    CHECK_INT(layers.layer[TB_LAYER_NNP].state, TB_LAYER_HELD);
}

static void remove_landlock(void)
{
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
    CHECK(filter);
    CHECK(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(landlock_create_ruleset), 0) ==
          0);
    CHECK(seccomp_load(filter) == 0);
    seccomp_release(filter);
}

static void a_missing_layer_is_reported(void)
{
    struct tb_layers layers;
    const struct tb_sandbox_options options = {0};
    remove_landlock();
    enter(&tb_role_broker, &options, &layers);
    CHECK_INT(layers.layer[TB_LAYER_LANDLOCK].state, TB_LAYER_MISSING);
    CHECK_INT(layers.layer[TB_LAYER_LANDLOCK].error, ENOSYS);
    CHECK_INT(layers.layer[TB_LAYER_PID].state, TB_LAYER_MISSING);
}

static void a_required_layer_refuses(void)
{
    struct tb_layers layers;
    const struct tb_sandbox_options options = {.require = TB_LAYER_BIT(TB_LAYER_LANDLOCK)};
    remove_landlock();
    CHECK_INT(tb_sandbox_enter(&tb_role_broker, &options, &layers), TB_DENIED);
}

/* In its own namespaces: the root is empty, and there is nobody else. */
static void root_is_empty(void)
{
    uid_t uid = geteuid();
    gid_t gid = getegid();
    uint32_t namespaces = tb_namespaces_probe();
    pid_t pid;
    CHECK_INT(tb_namespaces_fork(namespaces, &pid, NULL), 0);
    if (pid == 0) {
        struct tb_layers layers;
        const struct tb_sandbox_options options = {.namespaces = namespaces};
        CHECK(namespaces == 0 || tb_namespaces_map(uid, gid) == 0);
        enter(&tb_role_plugin, &options, &layers);
        struct stat status;
        bool gone = stat("/etc", &status) < 0 && errno == ENOENT;
        bool sealed = mkdir("/new", 0700) < 0;
        CHECK_INT(gone, (namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT)) != 0);
        CHECK(sealed);
        CHECK_INT(tb_layers_in(&layers, TB_LAYER_HELD) & TB_LAYERS_NAMESPACES, namespaces);
        _exit(0);
    }
    int status;
    CHECK(waitpid(pid, &status, 0) == pid && status == 0);
}

static void mdwe_is_in_force(void)
{
    struct tb_layers layers;
    const struct tb_sandbox_options options = {0};
    enter(&tb_role_plugin, &options, &layers);
    void *page = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    CHECK(page != MAP_FAILED);
    bool refused = mprotect(page, 4096, PROT_READ | PROT_EXEC) < 0;
    CHECK_INT(refused, layers.layer[TB_LAYER_MDWE].state == TB_LAYER_HELD);
}

static void this_build_enforces(void)
{
    CHECK_STR(tb_mode.name, "enforce");
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(descriptors_are_closed),
        TEST(limits_and_flags_are_set),
        TEST(landlock_follows_its_rules),
        TEST(unlisted_calls_kill),
        TEST(nothing_starts_without_seccomp),
        TEST(a_missing_layer_is_reported),
        TEST(a_required_layer_refuses),
        TEST(root_is_empty),
        TEST(mdwe_is_in_force),
        TEST(this_build_enforces),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
