#include "frontend/folder.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

static int open_below(int folder, const char *path, int flags)
{
    const struct open_how how = {
        .flags = (unsigned)(flags | O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK),
        .resolve = RESOLVE_BENEATH | RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS,
    };
    long fd = syscall(SYS_openat2, folder, path, &how, sizeof how);
    return fd < 0 ? -errno : (int)fd;
}

int tb_folder_open(int folder, const char *path)
{
    return open_below(folder, path, O_DIRECTORY);
}

int tb_folder_open_file(int folder, const char *path, off_t *ret_size)
{
    struct stat status;
    tb_fd fd = open_below(folder, path, 0);
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (!S_ISREG(status.st_mode))
        return S_ISDIR(status.st_mode) ? -EISDIR : -EACCES;
    int own = fd;
    fd = -1;
    *ret_size = status.st_size;
    return own;
}
