/* Every system call in every role: what the kernel does is exactly what the tables say. */
#include "sandbox/linux.h"
#include "tests/sandbox/try.h"
#include "tests/unit/test.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { LAST = 462, X32 = 0x40000000, I386_GETPID = 20 };

static void compare(const struct tb_role *role)
{
    CHECK_INT(try_all(role, role, LAST, stderr), 0);
}

static void supervisor(void)
{
    compare(&tb_role_supervisor);
}

static void broker(void)
{
    compare(&tb_role_broker);
}

static void scribe(void)
{
    compare(&tb_role_scribe);
}

static void policy(void)
{
    compare(&tb_role_policy);
}

static void plugin(void)
{
    compare(&tb_role_plugin);
}

static void fs(void)
{
    compare(&tb_role_fs);
}

static void path(void)
{
    compare(&tb_role_path);
}

static void audit(void)
{
    compare(&tb_role_audit);
}

static void enclave(void)
{
    compare(&tb_role_enclave);
}

static void hook(void)
{
    compare(&tb_role_hook);
}

static struct tb_role with(const struct tb_role *role, const struct tb_syscall *more)
{
    struct tb_role wider = *role;
    CHECK(wider.lists[TB_ROLE_LISTS - 1].n == 0);
    for (size_t i = TB_ROLE_LISTS - 1; i > 0; i--)
        wider.lists[i] = wider.lists[i - 1];
    wider.lists[0] = (struct tb_syscalls){more, 1};
    return wider;
}

/* A planted breach: the comparison has to find one more call, one answer that became a permission,
 * and one call that is gone. */
static void finds_one_more(void)
{
    static const struct tb_syscall more = {.name = "personality"};
    struct tb_role wider = with(&tb_role_broker, &more);
    CHECK_INT(try_all(&wider, &tb_role_broker, LAST, NULL), 1);
}

static void finds_an_answer_that_became_a_permission(void)
{
    static const struct tb_syscall more = {.name = "openat"};
    struct tb_role wider = with(&tb_role_broker, &more);
    CHECK_INT(try_all(&wider, &tb_role_broker, LAST, NULL), 1);
}

static void finds_one_less(void)
{
    static const struct tb_syscall less = {.name = "close", .error = EBADF};
    struct tb_role narrower = with(&tb_role_broker, &less);
    CHECK_INT(try_all(&narrower, &tb_role_broker, LAST, NULL), 1);
}

static void broker_has_at_most_16(void)
{
    const struct tb_syscall *rules[TB_RULES_MAX];
    size_t n_rules = tb_role_rules(&tb_role_broker, rules);
    size_t n = 0;
    for (size_t i = 0; i < n_rules; i++)
        n += rules[i]->error == 0;
    CHECK(n > 0 && n <= 16);
}

/* Arguments: role, call, what must come of it. */
struct row {
    const struct tb_role *role;
    struct try_call call;
    enum try_kind kind;
    int error;
};

#define BAD     UINT64_MAX
#define HIGH(v) ((UINT64_C(1) << 32) | (uint64_t)(v))
#define HOLE    (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE)

static const struct row rows[] = {
    {&tb_role_broker,
     {SYS_mmap, {0, 4096, PROT_READ | PROT_WRITE, 0x22, BAD, 0}, 0, 0},
     TRY_RAN,
     0},
    {&tb_role_broker, {SYS_mmap, {0, 4096, PROT_EXEC, 0x22, BAD, 0}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_broker, {SYS_mmap, {0, 4096, HIGH(PROT_EXEC), 0x22, BAD, 0}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_broker, {SYS_fallocate, {BAD, HOLE, 0, 1}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_clone, {SIGCHLD, 0, 0, 0, 0, 0}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_clone, {CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0, 0}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_clone, {CLONE_VM | CLONE_THREAD | CLONE_NEWUSER}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_clone, {CLONE_VM | CLONE_THREAD}, 0, 0}, TRY_RAN, EINVAL},
    {&tb_role_plugin, {SYS_clone3, {BAD, 88}, 0, 0}, TRY_RAN, ENOSYS},
    {&tb_role_plugin, {SYS_unshare, {CLONE_NEWUSER}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_ioctl, {BAD, TCGETS}, 0, 0}, TRY_RAN, EBADF},
    {&tb_role_plugin, {SYS_ioctl, {BAD, TIOCSTI}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_ioctl, {BAD, HIGH(TIOCSTI)}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_ioctl, {BAD, HIGH(TIOCLINUX)}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_ioctl, {BAD, FIOSETOWN}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_supervisor, {SYS_ioctl, {BAD, HIGH(TIOCSTI)}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_fcntl, {BAD, F_GETFL}, 0, 0}, TRY_RAN, EBADF},
    {&tb_role_plugin, {SYS_fcntl, {BAD, F_SETOWN}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_fcntl, {BAD, HIGH(F_SETSIG)}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_kill, {0, 0}, true, 0}, TRY_RAN, 0},
    {&tb_role_plugin, {SYS_kill, {1, 0}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_kill, {BAD, 0}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_prlimit64, {0, 7, 0, 0}, 0, 0}, TRY_RAN, 0},
    {&tb_role_plugin, {SYS_prlimit64, {1, 7, 0, 0}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_hook, {SYS_prlimit64, {0, RLIMIT_AS, 0, 0}, 0, 0}, TRY_RAN, 0},
    {&tb_role_hook, {SYS_prlimit64, {0, RLIMIT_CPU, 0, 0}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_hook, {SYS_prlimit64, {1, RLIMIT_AS, 0, 0}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_fallocate, {BAD, FALLOC_FL_KEEP_SIZE, 0, 1}, 0, 0}, TRY_RAN, EBADF},
    {&tb_role_plugin, {SYS_fallocate, {BAD, HOLE, 0, 1}, 0, 0}, TRY_RAN, EOPNOTSUPP},
    {&tb_role_plugin, {SYS_fallocate, {BAD, HIGH(HOLE), 0, 1}, 0, 0}, TRY_RAN, EOPNOTSUPP},
    {&tb_role_plugin, {SYS_madvise, {0, 0, MADV_DONTNEED}, 0, 0}, TRY_RAN, 0},
    {&tb_role_plugin, {SYS_madvise, {0, 0, MADV_RANDOM}, 0, 0}, TRY_RAN, 0},
    {&tb_role_plugin, {SYS_madvise, {0, 0, MADV_DOFORK}, 0, 0}, TRY_RAN, 0},
    {&tb_role_plugin, {SYS_madvise, {0, 0, MADV_DODUMP}, 0, 0}, TRY_RAN, 0},
    {&tb_role_plugin, {SYS_madvise, {0, 0, MADV_REMOVE}, 0, 0}, TRY_RAN, EINVAL},
    {&tb_role_plugin, {SYS_madvise, {0, 0, HIGH(MADV_REMOVE)}, 0, 0}, TRY_RAN, EINVAL},
    {&tb_role_plugin, {SYS_madvise, {0, 0, MADV_PAGEOUT}, 0, 0}, TRY_RAN, EINVAL},
    {&tb_role_plugin, {SYS_prctl, {PR_SET_DUMPABLE, 0}, 0, 0}, TRY_RAN, 0},
    {&tb_role_plugin, {SYS_prctl, {PR_SET_DUMPABLE, 1}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_prctl, {PR_SET_PDEATHSIG, 0}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_prctl, {PR_SET_PTRACER, BAD}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_utimensat, {BAD, 0, 0, 0}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_utimensat, {BAD, BAD, 0, 0}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_socket, {AF_INET, SOCK_STREAM}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin_network, {SYS_setsockopt, {BAD, 1, SO_KEEPALIVE}, 0, 0}, TRY_RAN, EBADF},
    {&tb_role_plugin_network, {SYS_setsockopt, {BAD, 1, SO_DONTROUTE}, 0, 0}, TRY_RAN, EBADF},
    {&tb_role_plugin_network, {SYS_setsockopt, {BAD, 1, SO_REUSEPORT}, 0, 0}, TRY_RAN, EBADF},
    {&tb_role_plugin_network, {SYS_setsockopt, {BAD, 1, SO_LINGER}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin_network, {SYS_setsockopt, {BAD, 1, HIGH(SO_LINGER)}, 0, 0}, TRY_RAN, EPERM},
    {&tb_role_plugin, {SYS_socketpair, {AF_UNIX, SOCK_STREAM, 0, BAD}, 0, 0}, TRY_RAN, EFAULT},
    {&tb_role_plugin, {SYS_socketpair, {AF_UNIX, SOCK_DGRAM, 0, BAD}, 0, 0}, TRY_KILLED, 0},
    {&tb_role_plugin, {SYS_socketpair, {AF_INET, SOCK_STREAM, 0, BAD}, 0, 0}, TRY_KILLED, 0},
};

static void arguments_are_looked_at(void)
{
    size_t n_wrong = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(rows); i++) {
        struct try_result got = try_call(rows[i].role, &rows[i].call);
        if (got.kind == rows[i].kind && got.error == rows[i].error)
            continue;
        fprintf(stderr, "row %zu: call %ld: kind %d errno %d\n", i, rows[i].call.number, got.kind,
                got.error);
        n_wrong++;
    }
    CHECK_INT(n_wrong, 0);
}

/* Calls by another architecture's numbers mean other calls: none gets through. */
static void other_architectures_are_killed(void)
{
    for (size_t i = 0; tb_roles[i]; i++) {
        struct try_call x32 = {.number = X32 | SYS_read, .args = {BAD}};
        struct try_call i386 = {.number = I386_GETPID, .i386 = true};
        CHECK_INT(try_call(tb_roles[i], &x32).kind, TRY_KILLED);
        CHECK_INT(try_call(tb_roles[i], &i386).kind, TRY_KILLED);
    }
}

int main(int argc, char **argv)
{
    static const struct test tests[] = {
        TEST(supervisor),
        TEST(broker),
        TEST(scribe),
        TEST(policy),
        TEST(plugin),
        TEST(fs),
        TEST(path),
        TEST(audit),
        TEST(enclave),
        TEST(hook),
        TEST(finds_one_more),
        TEST(finds_an_answer_that_became_a_permission),
        TEST(finds_one_less),
        TEST(broker_has_at_most_16),
        TEST(arguments_are_looked_at),
        TEST(other_architectures_are_killed),
    };
    return test_main(argc, argv, tests, TB_ARRAY_LEN(tests));
}
