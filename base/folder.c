#include "base/folder.h"

#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int tb_folder_make(const char *path)
{
    char part[PATH_MAX];
    size_t n = strlen(path);
    if (path[0] != '/' || n >= sizeof part)
        return -EINVAL;
    memcpy(part, path, n + 1);
    for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = 0;
        if (mkdir(part, 0700) < 0 && errno != EEXIST)
            return -errno;
        *slash = '/';
    }
    return 0;
}

static int write_new(int folder, const char *name, struct tb_bytes bytes)
{
    (void)unlinkat(folder, name, 0);
    tb_fd fd = openat(folder, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int r = tb_fd_write_all(fd, bytes);
    if (r == 0 && fsync(fd) < 0)
        r = -errno;
    return r;
}

int tb_folder_replace(int folder, const char *new_name, const char *name, struct tb_bytes bytes)
{
    int r = write_new(folder, new_name, bytes);
    if (r == 0 && renameat(folder, new_name, folder, name) < 0)
        r = -errno;
    if (r < 0)
        (void)unlinkat(folder, new_name, 0);
    if (r == 0 && fsync(folder) < 0)
        r = -errno;
    return r;
}
