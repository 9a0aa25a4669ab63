#include "sandbox/spawn.h"

#include "base/fd.h"
#include "sandbox/linux.h"
#include "sandbox/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>

/* What the child needs to know, and the pipe on which it says why it could not exec. */
struct child {
    const struct tb_spawn *spawn;
    uid_t uid;
    gid_t gid;
    int status; /* closed by a successful exec */
    int exec_fd;
};

/* The parent may have ended before PDEATHSIG was set. With a pid namespace getppid cannot tell, but
 * the parent holds the only other end of the pipe. */
static int die_with_parent(int status)
{
    struct pollfd end = {.fd = status};
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0 || poll(&end, 1, 0) < 0)
        return -errno;
    return end.revents ? -ESRCH : 0;
}

/* By the bare call, as libc keeps two signals to itself, which a parent may have left ignored. The
 * kernel's structure is all zeros for the default, and smaller than this on every machine. */
static int reset_signals(void)
{
    static const unsigned char defaults[64];
    enum { KERNEL_SET = 8 };
    for (int signal = 1; signal < NSIG; signal++)
        if (signal != SIGKILL && signal != SIGSTOP)
            syscall(SYS_rt_sigaction, signal, defaults, NULL, KERNEL_SET);
    sigset_t none;
    sigemptyset(&none);
    return sigprocmask(SIG_SETMASK, &none, NULL) < 0 ? -errno : 0;
}

static int move_up(int *fd, int above)
{
    int copy = fcntl(*fd, F_DUPFD_CLOEXEC, above);
    if (copy < 0)
        return -errno;
    *fd = copy;
    return 0;
}

static int null_to_standard(void)
{
    int null = open("/dev/null", O_RDWR | O_CLOEXEC);
    if (null < 0 || dup2(null, STDIN_FILENO) < 0 || dup2(null, STDOUT_FILENO) < 0)
        return -errno;
    return 0;
}

/* First everything out of the way of the numbers that are to be filled, then down into them. */
static int place_descriptors(struct child *child)
{
    const struct tb_spawn *spawn = child->spawn;
    int first_free = TB_SPAWN_FIRST_FD + (int)spawn->n_fds;
    int up[TB_SPAWN_FDS_MAX];
    int log = spawn->stderr_fd;
    int r = move_up(&child->status, first_free);
    if (r == 0 && log > 0)
        r = move_up(&log, first_free);
    if (r == 0 && child->exec_fd >= 0)
        r = move_up(&child->exec_fd, first_free);
    for (size_t i = 0; r == 0 && i < spawn->n_fds; i++) {
        up[i] = spawn->fds[i];
        r = move_up(&up[i], first_free);
    }
    if (r == 0)
        r = null_to_standard();
    if (r == 0 && log > 0)
        r = dup2(log, STDERR_FILENO) < 0 ? -errno : 0;
    for (size_t i = 0; r == 0 && i < spawn->n_fds; i++)
        r = dup2(up[i], TB_SPAWN_FIRST_FD + (int)i) < 0 ? -errno : 0;
    if (r == 0 && tb_close_range((unsigned)first_free, UINT32_MAX, TB_CLOSE_RANGE_CLOEXEC) < 0)
        r = -errno;
    return r;
}

static int execute(const struct child *child)
{
    char *const environment[] = {NULL};
    const struct tb_spawn *spawn = child->spawn;
    if (child->exec_fd >= 0)
        tb_execveat(child->exec_fd, "", spawn->argv, environment, TB_AT_EMPTY_PATH);
    else
        execve(spawn->program, spawn->argv, environment);
    return -errno;
}

tb_noreturn static void run(struct child *child)
{
    int r = die_with_parent(child->status);
    if (r == 0 && child->spawn->namespaces)
        r = tb_namespaces_map(child->uid, child->gid);
    if (r == 0)
        r = setsid() < 0 ? -errno : 0;
    if (r == 0)
        r = reset_signals();
    if (r == 0)
        r = place_descriptors(child);
    if (r == 0)
        r = execute(child);
    _exit(write(child->status, &r, sizeof r) == sizeof r ? 127 : 126);
}

/* 0 once the child has become the program, else why it has not. */
static int await_exec(int status, pid_t pid)
{
    int error;
    ssize_t n;
    do
        n = read(status, &error, sizeof error);
    while (n < 0 && errno == EINTR);
    if (n == 0)
        return 0;
    while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
        ;
    return n == sizeof error && error < 0 ? error : -EIO;
}

int tb_spawn(const struct tb_spawn *spawn, pid_t *ret_pid, int *ret_pidfd)
{
    tb_assert(spawn->n_fds <= TB_SPAWN_FDS_MAX);
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) < 0)
        return -errno;
    tb_fd reads = ends[0];
    tb_fd writes = ends[1];
    struct child child = {spawn, geteuid(), getegid(), writes, spawn->exec_fd};
    pid_t pid;
    tb_fd pidfd = -1;
    int r = tb_namespaces_fork(spawn->namespaces, &pid, &pidfd);
    if (r < 0)
        return r;
    if (pid == 0) {
        tb_fd_close(&reads);
        run(&child);
    }
    tb_fd_close(&writes);
    r = await_exec(reads, pid);
    if (r < 0)
        return r;
    *ret_pid = pid;
    *ret_pidfd = pidfd;
    pidfd = -1;
    return 0;
}
