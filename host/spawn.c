#include "host/spawn.h"

#include "base/compiler.h"
#include "base/fd.h"
#include "base/place.h"
#include "base/user.h"
#include "supervisor/status.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CONTROL_FD = 3, LIFELINE_FD = 4, ABOVE_FDS = 10, START_MS = 60000, SEND_S = 10 };

/* Above the numbers that the child's descriptors get, so that none is overwritten before it is
 * copied. */
static int move_up(int *fd)
{
    int moved = fcntl(*fd, F_DUPFD_CLOEXEC, ABOVE_FDS);
    tb_fd_close(fd);
    *fd = moved;
    return moved < 0 ? -errno : 0;
}

/* posix_spawn and not fork: the host may have threads, and a WebView's memory is large. */
static int spawn(const char *program, char *const *argv, int control, int lifeline, pid_t *ret_pid)
{
    char *empty[] = {NULL};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t none;
    sigset_t all;
    sigemptyset(&none);
    sigfillset(&all);
    if (posix_spawn_file_actions_init(&actions) != 0)
        return -ENOMEM;
    if (posix_spawnattr_init(&attributes) != 0) {
        posix_spawn_file_actions_destroy(&actions);
        return -ENOMEM;
    }
    posix_spawnattr_setflags(&attributes,
                             POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawnattr_setsigmask(&attributes, &none);
    posix_spawnattr_setsigdefault(&attributes, &all);
    int r = posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_addopen(&actions, 1, "/dev/null", O_WRONLY, 0);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, control, CONTROL_FD);
    if (r == 0)
        r = posix_spawn_file_actions_adddup2(&actions, lifeline, LIFELINE_FD);
    if (r == 0)
        r = posix_spawn_file_actions_addclosefrom_np(&actions, LIFELINE_FD + 1);
    if (r == 0)
        r = posix_spawn(ret_pid, program, &actions, &attributes, argv, empty);
    posix_spawnattr_destroy(&attributes);
    posix_spawn_file_actions_destroy(&actions);
    return -r;
}

enum { ARGS_MAX = 5 + 2 * TB_USER_VARIABLES + 1 };

static int start(const char *program, const char *app, const char *test, int control, int lifeline,
                 pid_t *ret_pid)
{
    char *variables[TB_USER_VARIABLES];
    size_t n_variables = tb_user_variables(variables);
    const char *argv[ARGS_MAX] = {"supervisor", "--app", app};
    size_t n = 3;
    for (size_t i = 0; i < n_variables; i++) {
        argv[n++] = "--var";
        argv[n++] = variables[i];
    }
    if (test) {
        argv[n++] = "--test";
        argv[n++] = test;
    }
    int r = spawn(program, (char *const *)(uintptr_t)argv, control, lifeline, ret_pid);
    tb_user_free(variables, n_variables);
    return r;
}

/* The one byte that the supervisor writes when everything stands, or the one that says why not. */
static enum trollbridge_result await_ready(int lifeline)
{
    struct pollfd ready = {.fd = lifeline, .events = POLLIN};
    uint8_t status = TB_STATUS_FAILED;
    int n;
    do {
        n = poll(&ready, 1, START_MS);
    } while (n < 0 && errno == EINTR);
    if (n <= 0 || read(lifeline, &status, 1) != 1)
        return TROLLBRIDGE_PART;
    switch (status) {
    case TB_STATUS_READY:
        return TROLLBRIDGE_OK;
    case TB_STATUS_FILES:
        return TROLLBRIDGE_FILES;
    default:
        return TROLLBRIDGE_PART;
    }
}

/* What is sent waits for room: a host must not hang on a broker that was taken over, or is stopped.
 */
static int limit_sending(int fd)
{
    const struct timeval limit = {.tv_sec = SEND_S};
    return setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof limit) < 0 ? -errno : 0;
}

enum trollbridge_result host_spawn(const char *app, const char *test, pid_t *ret_pid,
                                   int *ret_control_fd, int *ret_lifeline_fd)
{
    char program[PATH_MAX];
    int control[2];
    int lifeline[2];
    pid_t pid;
    if (tb_place_of("libexec/trollbridge/supervisor", program) != 0)
        return TROLLBRIDGE_PART;
    if (tb_fd_pair(SOCK_STREAM, control) < 0)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    tb_fd own_control = control[0];
    tb_fd their_control = control[1];
    if (tb_fd_pair(SOCK_STREAM, lifeline) < 0)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    tb_fd own_lifeline = lifeline[0];
    tb_fd their_lifeline = lifeline[1];
    if (move_up(&their_control) < 0 || move_up(&their_lifeline) < 0 ||
        limit_sending(own_control) < 0)
        return TROLLBRIDGE_OUT_OF_MEMORY;
    if (start(program, app, test, their_control, their_lifeline, &pid) < 0)
        return TROLLBRIDGE_PART;
    tb_fd_close(&their_control);
    tb_fd_close(&their_lifeline);

    enum trollbridge_result result = await_ready(own_lifeline);
    if (result != TROLLBRIDGE_OK) {
        tb_fd_close(&own_lifeline);
        tb_fd_close(&own_control);
        (void)waitpid(pid, NULL, 0);
        return result;
    }
    *ret_pid = pid;
    *ret_control_fd = own_control;
    *ret_lifeline_fd = own_lifeline;
    own_control = -1;
    own_lifeline = -1;
    return TROLLBRIDGE_OK;
}
