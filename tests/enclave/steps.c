#include "tests/enclave/steps.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/stat.h>
#include <unistd.h>

static unsigned long left;

void steps_die_at(unsigned long step)
{
    left = step;
}

static void step(void)
{
    if (left > 0 && --left == 0)
        (void)raise(SIGKILL);
}

/* The linker puts these in the place of the functions (--wrap). */
ssize_t __real_write(int fd, const void *bytes, size_t n);
ssize_t __wrap_write(int fd, const void *bytes, size_t n);
int __real_fsync(int fd);
int __wrap_fsync(int fd);
int __real_renameat(int from, const char *old, int to, const char *new);
int __wrap_renameat(int from, const char *old, int to, const char *new);
int __real_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags);
int __real_rmdir(const char *path);
int __wrap_rmdir(const char *path);
int __real_unlinkat(int folder, const char *name, int flags);
int __wrap_unlinkat(int folder, const char *name, int flags);
int __real_mkdirat(int folder, const char *name, mode_t mode);
int __wrap_mkdirat(int folder, const char *name, mode_t mode);

ssize_t __wrap_write(int fd, const void *bytes, size_t n)
{
    step();
    if (left == 1)
        (void)!__real_write(fd, bytes, n / 2);
    step();
    return __real_write(fd, bytes, n);
}

int __wrap_fsync(int fd)
{
    step();
    return __real_fsync(fd);
}

int __wrap_renameat(int from, const char *old, int to, const char *new)
{
    step();
    return __real_renameat(from, old, to, new);
}

int __wrap_unlinkat(int folder, const char *name, int flags)
{
    step();
    return __real_unlinkat(folder, name, flags);
}

int __wrap_mkdirat(int folder, const char *name, mode_t mode)
{
    step();
    return __real_mkdirat(folder, name, mode);
}

int __wrap_renameat2(int from, const char *old, int to, const char *new, unsigned flags)
{
    step();
    return __real_renameat2(from, old, to, new, flags);
}

int __wrap_rmdir(const char *path)
{
    step();
    return __real_rmdir(path);
}
