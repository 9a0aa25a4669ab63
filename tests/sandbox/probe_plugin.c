/*
 * A hostile plugin: reads one line `WHAT ARGUMENT` from descriptor 3, tries it, and answers with
 * the errno as a number (0: it succeeded). Some attempts end it instead.
 */
#include "base/compiler.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/fanotify.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

static int result_of(long r)
{
    return r < 0 ? errno : 0;
}

static int try_read(const char *path)
{
    char byte;
    int fd = open(path, O_RDONLY);
    return fd < 0 ? errno : result_of(read(fd, &byte, 1));
}

static int try_write(const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT, 0600);
    return fd < 0 ? errno : result_of(write(fd, "x", 1));
}

static int try_truncate(const char *path)
{
    return result_of(open(path, O_RDONLY | O_TRUNC));
}

static int try_list(const char *path)
{
    DIR *folder = opendir(path);
    if (!folder)
        return errno;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return 0;
    return ENODATA; /* there, and empty */
}

static int try_stat(const char *path)
{
    struct stat status;
    return result_of(stat(path, &status));
}

static int try_mkdir(const char *path)
{
    return mkdir(path, 0700) < 0 ? errno : result_of(rmdir(path));
}

static int try_chmod(const char *path)
{
    return result_of(chmod(path, 0600));
}

static int try_remove(const char *path)
{
    return result_of(unlink(path));
}

static int try_link(const char *path)
{
    return result_of(symlink("/etc/passwd", path));
}

static int watch_group(void)
{
    return fanotify_init(
        FAN_CLASS_NOTIF | FAN_CLOEXEC | FAN_NONBLOCK | FAN_REPORT_FID | FAN_REPORT_DFID_NAME, 0);
}

static int watch_opened(const char *path, uint64_t mask)
{
    int group = watch_group();
    int fd = open(path, O_RDONLY | O_DIRECTORY);
    return group < 0 || fd < 0 ? errno
                               : result_of(fanotify_mark(group, FAN_MARK_ADD, mask, fd, NULL));
}

static int try_watch(const char *path)
{
    return watch_opened(path, FAN_CREATE | FAN_MODIFY | FAN_EVENT_ON_CHILD);
}

/* Who opens what is in it, which no plugin is to know. */
static int try_watch_opens(const char *path)
{
    return watch_opened(path, FAN_OPEN | FAN_EVENT_ON_CHILD);
}

static int try_watch_path(const char *path)
{
    int group = watch_group();
    return group < 0 ? errno
                     : result_of(fanotify_mark(group, FAN_MARK_ADD, FAN_CREATE, AT_FDCWD, path));
}

static int try_inotify(const char *path)
{
    int group = inotify_init1(0);
    return group < 0 ? errno : result_of(inotify_add_watch(group, path, IN_CREATE));
}

static int connect_to(int family, int type, const void *address, socklen_t n)
{
    int fd = socket(family, type, 0);
    return fd < 0 ? errno : result_of(connect(fd, address, n));
}

static struct sockaddr_in loopback(const char *port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static int try_tcp(const char *port)
{
    struct sockaddr_in address = loopback(port);
    return connect_to(AF_INET, SOCK_STREAM, &address, sizeof address);
}

static int try_udp(const char *port)
{
    struct sockaddr_in address = loopback(port);
    return connect_to(AF_INET, SOCK_DGRAM, &address, sizeof address);
}

static int try_bind(tb_unused const char *none)
{
    struct sockaddr_in address = loopback("0");
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    return fd < 0 ? errno : result_of(bind(fd, (struct sockaddr *)&address, sizeof address));
}

static int try_family(const char *family)
{
    return result_of(socket((int)strtol(family, NULL, 10), SOCK_DGRAM, 0));
}

static int try_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    memcpy(address.sun_path, path, strnlen(path, sizeof address.sun_path - 1));
    return connect_to(AF_UNIX, SOCK_STREAM, &address, sizeof address);
}

/* The level that other protocols are loaded at: it answers ENOENT for a name that there is not. */
static int try_ulp(tb_unused const char *none)
{
    enum { ULP = 31 };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int r = fd < 0 ? errno : result_of(setsockopt(fd, IPPROTO_TCP, ULP, "none", 4));
    return r == ENOENT ? 0 : r;
}

static int try_abstract(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strlen(name);
    memcpy(address.sun_path + 1, name, n);
    return connect_to(AF_UNIX, SOCK_STREAM, &address,
                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n));
}

static int try_signal(const char *pid)
{
    return result_of(kill((pid_t)strtol(pid, NULL, 10), 0));
}

static int try_ptrace(const char *pid)
{
    return result_of(ptrace(PTRACE_SEIZE, (pid_t)strtol(pid, NULL, 10), NULL, NULL));
}

static int try_peek(const char *where)
{
    char *end;
    long pid = strtol(where, &end, 10);
    char byte;
    struct iovec here = {&byte, 1};
    struct iovec there = {(void *)(uintptr_t)strtoull(end, NULL, 16), 1};
    return result_of(process_vm_readv((pid_t)pid, &here, 1, &there, 1, 0));
}

static int try_fork(tb_unused const char *none)
{
    pid_t pid = fork();
    if (pid == 0)
        _exit(0);
    return result_of(pid);
}

static int try_run(const char *path)
{
    char *const argv[] = {(char *)(uintptr_t)path, NULL};
    execv(path, argv);
    return errno;
}

/* Starts it as a child, with one argument or none, and waits: what exec failed with, or its end. */
static int spawn(const char *path, const char *argument)
{
    char *const argv[] = {(char *)(uintptr_t)path, (char *)(uintptr_t)argument, NULL};
    pid_t pid = vfork();
    if (pid == 0) {
        execv(path, argv);
        _exit(errno);
    }
    int status;
    if (pid < 0 || waitpid(pid, &status, 0) < 0)
        return errno;
    return WIFEXITED(status) ? WEXITSTATUS(status) : EINTR;
}

static int try_spawn(const char *path)
{
    return spawn(path, NULL);
}

/* Has the loader, which may be started, start a program that may not. */
static int try_loader(const char *path)
{
    return spawn("/lib64/ld-linux-x86-64.so.2", path);
}

/* Under the number that the launcher's filter names. Only a new file under it would let it through.
 */
static int try_again(const char *path)
{
    enum { PROGRAM = 512, EMPTY_PATH = 0x1000 };
    int fd = open(path, O_PATH);
    if (fd < 0 || dup2(fd, PROGRAM) < 0)
        return errno;
    char *const argv[] = {(char *)(uintptr_t)path, NULL};
    return result_of(syscall(SYS_execveat, PROGRAM, "", argv, argv + 1, EMPTY_PATH));
}

/* Ends a child of its own. */
static int try_end_child(tb_unused const char *none)
{
    pid_t pid = fork();
    if (pid == 0)
        for (;;)
            (void)poll(NULL, 0, -1);
    int r = pid < 0 || kill(pid, SIGKILL) < 0 ? errno : 0;
    return pid > 0 && waitpid(pid, NULL, 0) < 0 ? errno : r;
}

static int try_code(tb_unused const char *none)
{
    void *page =
        mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : 0;
}

static int try_memory(const char *mib)
{
    size_t n = strtoul(mib, NULL, 10) << 20;
    char *block = malloc(n);
    if (!block)
        return ENOMEM;
    memset(block, 1, n);
    return block[n - 1] == 1 ? 0 : EIO;
}

static int map(const char *mib, int flags)
{
    size_t n = strtoul(mib, NULL, 10) << 20;
    void *block = mmap(NULL, n, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    return block == MAP_FAILED ? errno : 0;
}

static int try_shared(const char *mib)
{
    return map(mib, MAP_SHARED);
}

static int try_growing(const char *mib)
{
    return map(mib, MAP_PRIVATE | MAP_GROWSDOWN);
}

/* What ends it is its limit. */
static int try_spin(tb_unused const char *none)
{
    volatile bool on = true;
    while (on)
        continue;
    return 0;
}

/* Descriptors from the one on that the argument names. */
static int try_descriptors(const char *first)
{
    for (int fd = (int)strtol(first, NULL, 10); fd < 1024; fd++)
        if (fcntl(fd, F_GETFD) >= 0)
            return 0;
    return EBADF;
}

static int try_log(tb_unused const char *none)
{
    char byte;
    return result_of(pread(5, &byte, 1, 0));
}

static int try_write_log(tb_unused const char *none)
{
    return result_of(pwrite(5, "x", 1, 0));
}

static int try_reopen_log(tb_unused const char *none)
{
    return result_of(open("/proc/self/fd/5", O_WRONLY));
}

static int try_environment(tb_unused const char *none)
{
    return environ && environ[0] ? 0 : ENOENT;
}

static const struct {
    const char *name;
    int (*run)(const char *argument);
} attempts[] = {
    {"read", try_read},
    {"write", try_write},
    {"truncate", try_truncate},
    {"list", try_list},
    {"stat", try_stat},
    {"mkdir", try_mkdir},
    {"chmod", try_chmod},
    {"remove", try_remove},
    {"link", try_link},
    {"watch", try_watch},
    {"watch-opens", try_watch_opens},
    {"watch-path", try_watch_path},
    {"inotify", try_inotify},
    {"tcp", try_tcp},
    {"abstract", try_abstract},
    {"udp", try_udp},
    {"bind", try_bind},
    {"family", try_family},
    {"unix", try_unix},
    {"ulp", try_ulp},
    {"spawn", try_spawn},
    {"loader", try_loader},
    {"again", try_again},
    {"end-child", try_end_child},
    {"shared", try_shared},
    {"growing", try_growing},
    {"spin", try_spin},
    {"signal", try_signal},
    {"ptrace", try_ptrace},
    {"peek", try_peek},
    {"fork", try_fork},
    {"run", try_run},
    {"code", try_code},
    {"memory", try_memory},
    {"descriptors", try_descriptors},
    {"log", try_log},
    {"write-log", try_write_log},
    {"reopen-log", try_reopen_log},
    {"environment", try_environment},
};

int main(void)
{
    char line[4096];
    ssize_t n = recv(3, line, sizeof line - 1, 0);
    if (n <= 0)
        return 2;
    line[n] = 0;
    char *argument = strchr(line, ' ');
    if (!argument)
        return 2;
    *argument++ = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(attempts); i++) {
        if (strcmp(attempts[i].name, line) != 0)
            continue;
        char answer[16];
        int length = snprintf(answer, sizeof answer, "%d", attempts[i].run(argument));
        return send(3, answer, (size_t)length, 0) == length ? 0 : 2;
    }
    return 2;
}
