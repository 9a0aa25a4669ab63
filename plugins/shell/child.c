#include "plugins/shell/child.h"

#include "base/fd.h"
#include "plugins/shell/confined.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

struct pipes {
    int in[2]; /* read end, write end */
    int out[2];
    int err[2];
    int status[2];
};

static void close_pipes(struct pipes *pipes)
{
    int *const pairs[] = {pipes->in, pipes->out, pipes->err, pipes->status};
    for (size_t i = 0; i < TB_ARRAY_LEN(pairs); i++) {
        tb_fd_close(&pairs[i][0]);
        tb_fd_close(&pairs[i][1]);
    }
}

static int make_pipe(int pair[static 2])
{
    return pipe2(pair, O_CLOEXEC) < 0 ? -errno : 0;
}

static int make_pipes(bool takes_input, struct pipes *pipes)
{
    int r = make_pipe(pipes->out);
    if (r == 0)
        r = make_pipe(pipes->err);
    if (r == 0)
        r = make_pipe(pipes->status);
    if (r == 0 && takes_input)
        return make_pipe(pipes->in);
    if (r == 0) {
        pipes->in[0] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        r = pipes->in[0] < 0 ? -errno : 0;
    }
    return r;
}

/* ---- in the new namespaces ---- */

static void tell(int fd, const struct shell_end *end)
{
    ssize_t n = write(fd, end, sizeof *end);
    (void)n; /* the plugin is gone, and then so is this process */
}

/* Descriptors 0, 1 and 2; all others end at exec. */
static int take_standard(const struct pipes *pipes)
{
    const int from[] = {pipes->in[0], pipes->out[1], pipes->err[1]};
    for (int i = 0; i < 3; i++)
        if (dup2(from[i], i) < 0)
            return -errno;
    return close_range(3, ~0U, CLOSE_RANGE_CLOEXEC) < 0 ? -errno : 0;
}

static void reset_signals(void)
{
    sigset_t none;
    sigemptyset(&none);
    for (int i = 1; i < NSIG; i++)
        (void)signal(i, SIG_DFL);
    (void)sigprocmask(SIG_SETMASK, &none, NULL);
}

tb_noreturn static void become_program(const struct shell_request *request,
                                       const struct pipes *pipes)
{
    const struct shell_program *program = request->program;
    const struct shell_file *file =
        program->has_interpreter ? &program->interpreter : &program->file;
    struct shell_end end = {0};
    reset_signals();
    int r = setsid() < 0 || fchdir(request->cwd) < 0 ? -errno : take_standard(pipes);
    if (r == 0)
        r = shell_confine(request);
    if (r == 0) {
        tb_execveat(file->fd, "", request->argv, request->envp, TB_AT_EMPTY_PATH);
        r = -errno;
    }
    end.error = -r;
    tell(pipes->status[1], &end);
    _exit(127);
}

/* Holds nothing that the program writes or reads, so that their ends are seen. */
static void keep_status(const struct pipes *pipes, int *ret_status)
{
    int status = dup2(pipes->status[1], 3);
    (void)close_range(4, ~0U, 0);
    for (int i = 0; i < 3; i++)
        (void)close(i);
    *ret_status = status;
}

/* Whatever else ends in this namespace has been left to it. */
static int await(pid_t program)
{
    int status;
    pid_t pid;
    do
        pid = waitpid(-1, &status, 0);
    while (pid != program && (pid > 0 || errno == EINTR));
    return pid == program ? status : -1;
}

tb_noreturn static void be_init(const struct shell_request *request, const struct pipes *pipes)
{
    struct shell_end end = {0};
    int fd;
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) < 0)
        _exit(1);
    pid_t pid = fork();
    if (pid == 0)
        become_program(request, pipes);
    end.error = pid < 0 ? errno : 0;
    keep_status(pipes, &fd);
    int status = pid < 0 ? 0 : await(pid);
    if (WIFSIGNALED(status))
        end.signal = WTERMSIG(status);
    else
        end.code = WEXITSTATUS(status);
    tell(fd, &end);
    _exit(0);
}

/* ---- in the plugin ---- */

static void set_nonblocking(int fd)
{
    if (fd >= 0)
        (void)fcntl(fd, F_SETFL, O_NONBLOCK);
}

static void take(int *from, int *ret_fd)
{
    *ret_fd = *from;
    *from = -1;
    set_nonblocking(*ret_fd);
}

int shell_child_start(const struct shell_request *request, struct shell_child *ret_child)
{
    tb_cleanup(close_pipes) struct pipes pipes = {{-1, -1}, {-1, -1}, {-1, -1}, {-1, -1}};
    struct shell_child child = {.pidfd = -1};
    int r = make_pipes(request->program->takes_input, &pipes);
    if (r < 0)
        return r;
    /* Raw, since libc's clone wants a stack of its own for the child. */
    long pid = syscall(SYS_clone, CLONE_NEWUSER | CLONE_NEWPID | CLONE_PIDFD | SIGCHLD, NULL,
                       &child.pidfd, NULL, NULL);
    if (pid < 0)
        return -errno;
    if (pid == 0)
        be_init(request, &pipes);
    child.pid = (pid_t)pid;
    take(&pipes.in[1], &child.in);
    take(&pipes.out[0], &child.out);
    take(&pipes.err[0], &child.err);
    take(&pipes.status[0], &child.status);
    *ret_child = child;
    return 0;
}

void shell_child_kill(const struct shell_child *child)
{
    if (child->pidfd >= 0)
        (void)syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0);
}

void shell_child_end(struct shell_child *child)
{
    shell_child_kill(child);
    while (child->pid > 0 && waitpid(child->pid, NULL, 0) < 0 && errno == EINTR)
        continue;
    child->pid = 0;
    tb_fd_close(&child->pidfd);
    tb_fd_close(&child->in);
    tb_fd_close(&child->out);
    tb_fd_close(&child->err);
    tb_fd_close(&child->status);
}
