#include "tests/hostile/plugins/escape.h"

#include "base/compiler.h"
#include "tests/hostile/plugins/network.h"
#include "tests/hostile/plugins/programs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

static int result_of(long r)
{
    return r < 0 ? errno : 0;
}

static pid_t pid_of(const char *arg)
{
    return (pid_t)strtol(arg, NULL, 10);
}

/* ---- files ---- */

static int try_read(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    int r = fd < 0 ? errno : result_of(read(fd, &byte, 1));
    close(fd);
    return r;
}

static int try_write(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
    int r = fd < 0 ? errno : result_of(write(fd, "x", 1));
    close(fd);
    return r;
}

static int try_list(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return errno;
    closedir(folder);
    return 0;
}

static int try_chmod(const char *path)
{
    return result_of(chmod(path, 0777));
}

static int try_symlink(const char *path)
{
    return result_of(symlink("/etc/passwd", path));
}

static int try_link(const char *arg)
{
    char from[512];
    (void)snprintf(from, sizeof from, "%s", arg);
    char *to = strchr(from, ' ');
    if (!to)
        return EINVAL;
    *to = 0;
    return result_of(link(from, to + 1));
}

static int try_handle(tb_unused const char *arg)
{
    struct file_handle handle = {.handle_bytes = 0};
    return result_of(open_by_handle_at(AT_FDCWD, &handle, O_RDONLY));
}

/* ---- other processes ---- */

static int try_kill(const char *pid)
{
    return result_of(kill(pid_of(pid), 0));
}

static int try_ptrace(const char *pid)
{
    return result_of(ptrace(PTRACE_SEIZE, pid_of(pid), NULL, NULL));
}

static int try_peek(const char *pid)
{
    char byte;
    struct iovec here = {&byte, 1};
    struct iovec there = {(void *)&environ, 1};
    return result_of(process_vm_readv(pid_of(pid), &here, 1, &there, 1, 0));
}

static int try_poke(const char *pid)
{
    char byte = 0;
    struct iovec here = {&byte, 1};
    struct iovec there = {(void *)&environ, 1};
    return result_of(process_vm_writev(pid_of(pid), &here, 1, &there, 1, 0));
}

/* Another process's descriptor. */
static int try_getfd(tb_unused const char *arg)
{
    return result_of(syscall(SYS_pidfd_getfd, 3, 3, 0));
}

static int try_queue(const char *pid)
{
    siginfo_t info = {.si_code = SI_QUEUE};
    return result_of(syscall(SYS_rt_sigqueueinfo, pid_of(pid), 0, &info));
}

static int try_pidfd(const char *pid)
{
    return result_of(syscall(SYS_pidfd_open, pid_of(pid), 0));
}

static int try_signal_by_fd(const char *pid)
{
    return result_of(fcntl(3, F_SETOWN, pid_of(pid)));
}

/* ---- the kernel ---- */

static int try_userns(tb_unused const char *arg)
{
    return result_of(unshare(CLONE_NEWUSER));
}

static int try_setns(tb_unused const char *arg)
{
    return result_of(setns(3, 0));
}

static int try_mount(tb_unused const char *arg)
{
    return result_of(mount("none", "/", "tmpfs", 0, NULL));
}

static int try_chroot(tb_unused const char *arg)
{
    return result_of(chroot("/"));
}

static int try_io_uring(tb_unused const char *arg)
{
    uint8_t parameters[256] = {0};
    return result_of(syscall(SYS_io_uring_setup, 1, parameters));
}

static int try_bpf(tb_unused const char *arg)
{
    uint8_t attributes[128] = {0};
    return result_of(syscall(SYS_bpf, 0, attributes, sizeof attributes));
}

static int try_perf(tb_unused const char *arg)
{
    uint8_t attributes[128] = {[4] = 128};
    return result_of(syscall(SYS_perf_event_open, attributes, 0, -1, -1, 0));
}

static int try_userfaultfd(tb_unused const char *arg)
{
    return result_of(syscall(SYS_userfaultfd, 1));
}

static int try_keyring(tb_unused const char *arg)
{
    return result_of(syscall(SYS_add_key, "user", "x", "y", 1, -3));
}

static int try_memfd(tb_unused const char *arg)
{
    return result_of(memfd_create("program", 0));
}

static int try_shm(tb_unused const char *arg)
{
    return result_of(syscall(SYS_shmget, 0, 4096, 01600));
}

static int try_type(tb_unused const char *arg)
{
    return result_of(ioctl(STDIN_FILENO, TIOCSTI, "x"));
}

static int try_dumpable(tb_unused const char *arg)
{
    return result_of(prctl(PR_SET_DUMPABLE, 1, 0, 0, 0));
}

static int try_limits(tb_unused const char *arg)
{
    struct rlimit more = {RLIM_INFINITY, RLIM_INFINITY};
    return result_of(setrlimit(RLIMIT_DATA, &more));
}

/* The same system call by its number in the i386 table, where the list of x86-64 says nothing. */
static int try_i386(tb_unused const char *arg)
{
#ifdef __x86_64__
    long r;
    __asm__ volatile("int $0x80"
                     : "=a"(r)
                     : "a"(20L /* getpid */)
                     : "memory", "r8", "r9", "r10", "r11");
    return r < 0 ? (int)-r : 0;
#else
    raise(SIGSYS);
    return ENOSYS;
#endif
}

static int try_code(tb_unused const char *arg)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : 0;
}

static int try_descriptors(tb_unused const char *arg)
{
    for (int fd = 5; fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 0;
    return EBADF;
}

static int try_environment(tb_unused const char *arg)
{
    return environ && environ[0] ? 0 : ENOENT;
}

static int try_nothing(tb_unused const char *arg)
{
    return 0;
}

static const struct {
    const char *name;
    int (*run)(const char *arg);
} ways[] = {
    {"read", try_read},
    {"write", try_write},
    {"list", try_list},
    {"chmod", try_chmod},
    {"symlink", try_symlink},
    {"link", try_link},
    {"handle", try_handle},
    {"tcp", try_tcp},
    {"udp", try_udp},
    {"listen", try_listen},
    {"netlink", try_netlink},
    {"abstract", try_abstract},
    {"unix", try_unix},
    {"pair", try_pair},
    {"kill", try_kill},
    {"ptrace", try_ptrace},
    {"peek", try_peek},
    {"poke", try_poke},
    {"getfd", try_getfd},
    {"queue", try_queue},
    {"pidfd", try_pidfd},
    {"setown", try_signal_by_fd},
    {"fork", try_fork},
    {"clone", try_clone},
    {"shell", try_shell},
    {"exec-written", try_exec_written},
    {"userns", try_userns},
    {"setns", try_setns},
    {"mount", try_mount},
    {"chroot", try_chroot},
    {"io_uring", try_io_uring},
    {"bpf", try_bpf},
    {"perf", try_perf},
    {"userfaultfd", try_userfaultfd},
    {"keyring", try_keyring},
    {"memfd", try_memfd},
    {"shm", try_shm},
    {"tiocsti", try_type},
    {"dumpable", try_dumpable},
    {"limits", try_limits},
    {"i386", try_i386},
    {"written-code", try_code},
    {"memory", try_memory},
    {"shared-memory", try_shared_memory},
    {"growing-memory", try_growing_memory},
    {"map-written", try_map_written},
    {"again", try_again},
    {"spawn", try_spawn},
    {"spawn-with", try_spawn_with},
    {"loader", try_loader},
    {"fork-bomb", try_fork_bomb},
    {"orphan", try_orphan},
    {"threads", try_threads},
    {"open-many", try_open_many},
    {"spin", try_spin},
    {"bind", try_bind},
    {"family", try_family},
    {"raw", try_raw},
    {"protocol", try_protocol},
    {"ulp", try_ulp},
    {"linger", try_linger},
    {"descriptors", try_descriptors},
    {"environment", try_environment},
    {"nothing", try_nothing},
};

const char *escape_try(const char *what, const char *arg)
{
    for (size_t i = 0; i < TB_ARRAY_LEN(ways); i++)
        if (strcmp(ways[i].name, what) == 0) {
            int error = ways[i].run(arg);
            const char *name = error ? strerrorname_np(error) : "SUCCESS";
            return name ? name : "UNKNOWN";
        }
    return "UNKNOWN";
}
