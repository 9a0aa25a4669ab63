#include "tests/hostile/plugins/programs.h"

#include "base/compiler.h"
#include "sandbox/linux.h"
#include "sandbox/role.h"

#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>

/* More than any limit allows, and no more than a machine without limits bears. */
enum { MANY = 600 };

static int result_of(long r)
{
    return r < 0 ? errno : 0;
}

static char *const *arguments(const char *path, const char *argument, char *argv[static 3])
{
    argv[0] = (char *)(uintptr_t)path;
    argv[1] = (char *)(uintptr_t)argument;
    argv[2] = NULL;
    return argv;
}

/* ---- processes ---- */

int try_fork(tb_unused const char *arg)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return result_of(pid);
}

int try_clone(tb_unused const char *arg)
{
    long pid = syscall(SYS_clone, SIGCHLD, NULL, NULL, NULL, NULL);
    if (pid == 0)
        _exit(0);
    return result_of(pid);
}

static void sleep_for_ever(void)
{
    for (;;)
        (void)poll(NULL, 0, -1);
}

int try_fork_bomb(tb_unused const char *arg)
{
    pid_t pids[MANY];
    size_t n = 0;
    int error = 0;
    while (n < MANY && !error) {
        pid_t pid = fork();
        if (pid == 0)
            sleep_for_ever();
        error = result_of(pid);
        pids[n] = pid;
        n += pid > 0;
    }
    while (n > 0) {
        (void)kill(pids[--n], SIGKILL);
        (void)waitpid(pids[n], NULL, 0);
    }
    return error;
}

int try_orphan(const char *name)
{
    pid_t pid = fork();
    if (pid == 0) {
        bool ours = setsid() >= 0 && fork() == 0;
        if (!ours)
            _exit(0);
        (void)prctl(PR_SET_NAME, name, 0, 0, 0);
        sleep_for_ever();
    }
    return pid < 0 || waitpid(pid, NULL, 0) < 0 ? errno : 0;
}

static void *wait_for_ever(void *data)
{
    sleep_for_ever();
    return data;
}

int try_threads(tb_unused const char *arg)
{
    for (size_t i = 0; i < MANY; i++) {
        pthread_t thread;
        int error = pthread_create(&thread, NULL, wait_for_ever, NULL);
        if (error)
            return error;
    }
    return 0;
}

/* ---- programs ---- */

int try_shell(const char *script)
{
    char *const argv[] = {(char *)(uintptr_t) "sh", (char *)(uintptr_t) "-c",
                          (char *)(uintptr_t)script, NULL};
    execv("/bin/sh", argv);
    return errno;
}

static int write_program(const char *path)
{
    int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0700);
    if (fd < 0 || write(fd, "#!/bin/true\n", 12) != 12)
        return -1;
    return fd;
}

/* Writes a program into its own folder and runs it. */
int try_exec_written(const char *path)
{
    char *argv[3];
    int fd = write_program(path);
    if (fd < 0)
        return errno;
    close(fd);
    execv(path, arguments(path, NULL, argv));
    return errno;
}

/* … or maps it, as the loader would. */
int try_map_written(const char *path)
{
    int fd = write_program(path);
    if (fd < 0)
        return errno;
    void *code = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
    int error = code == MAP_FAILED ? errno : 0;
    close(fd);
    return error;
}

int try_again(const char *path)
{
    char *argv[3];
    int fd = open(path, O_PATH);
    if (fd < 0 || dup2(fd, TB_PLUGIN_PROGRAM_FD) < 0)
        return errno;
    char *const *all = arguments(path, NULL, argv);
    return result_of(tb_execveat(TB_PLUGIN_PROGRAM_FD, "", all, all + 1, TB_AT_EMPTY_PATH));
}

static int spawn(const char *path, const char *argument)
{
    char *argv[3];
    int status;
    pid_t pid = fork();
    if (pid == 0) {
        execv(path, arguments(path, argument, argv));
        _exit(errno);
    }
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return errno;
    bool not_started =
        WIFEXITED(status) && (WEXITSTATUS(status) == EACCES || WEXITSTATUS(status) == ENOENT);
    if (not_started)
        return WEXITSTATUS(status);
    return status == 0 ? 0 : EIO;
}

int try_spawn(const char *path)
{
    return spawn(path, NULL);
}

int try_spawn_with(const char *line)
{
    char path[256] = "";
    const char *space = strchr(line, ' ');
    if (!space || (size_t)(space - line) >= sizeof path)
        return EINVAL;
    memcpy(path, line, (size_t)(space - line));
    return spawn(path, space + 1);
}

int try_loader(const char *path)
{
    return spawn("/lib64/ld-linux-x86-64.so.2", path);
}

/* ---- memory, descriptors, time ---- */

static int map(const char *mib, int flags)
{
    size_t n = strtoul(mib, NULL, 10) << 20;
    char *block = mmap(NULL, n, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? errno : result_of(munmap(block, n));
}

int try_memory(const char *mib)
{
    return map(mib, MAP_PRIVATE);
}

int try_shared_memory(const char *mib)
{
    return map(mib, MAP_SHARED);
}

int try_growing_memory(const char *mib)
{
    return map(mib, MAP_PRIVATE | MAP_GROWSDOWN);
}

int try_open_many(tb_unused const char *arg)
{
    int fds[MANY];
    size_t n = 0;
    int error = 0;
    while (n < MANY && !error) {
        fds[n] = open("/dev/null", O_RDONLY | O_CLOEXEC);
        error = result_of(fds[n]);
        n += !error;
    }
    while (n > 0)
        close(fds[--n]);
    return error;
}

int try_spin(tb_unused const char *arg)
{
    while (clock() < 3 * CLOCKS_PER_SEC)
        continue;
    return 0;
}
