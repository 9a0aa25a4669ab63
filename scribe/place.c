#include "scribe/place.h"

#include "base/fd.h"
#include "base/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

bool tb_place_name(const char *path, unsigned instance, char ret_name[static PATH_MAX])
{
    const char *file = strrchr(path, '/');
    const char *dot = strrchr(file ? file : path, '.');
    size_t stem = dot ? (size_t)(dot - path) : strlen(path);
    int n = instance <= 1
                ? snprintf(ret_name, PATH_MAX, "%s", path)
                : snprintf(ret_name, PATH_MAX, "%.*s-%u%s", (int)stem, path, instance, path + stem);
    return n > 0 && n < PATH_MAX;
}

/* Whether the file is a plain one of our own; then nobody else may read it from now on. */
static int claim(int fd)
{
    struct stat stat;
    if (fstat(fd, &stat) < 0)
        return -errno;
    if (!S_ISREG(stat.st_mode) || stat.st_uid != geteuid() || stat.st_nlink != 1)
        return -EPERM;
    return (stat.st_mode & 0777) != 0600 && fchmod(fd, 0600) < 0 ? -errno : 0;
}

static int open_instance(const char *name)
{
    /* O_NONBLOCK, so that a FIFO cannot hold us up. */
    tb_fd fd =
        open(name, O_WRONLY | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0600);
    if (fd < 0)
        return -errno;
    int r = claim(fd);
    if (r < 0)
        return r;
    if (flock(fd, LOCK_EX | LOCK_NB) < 0)
        return -errno;
    int open_fd = fd;
    fd = -1;
    return open_fd;
}

int tb_place_open(const char *path)
{
    char name[PATH_MAX];
    int r = tb_folder_make(path);
    if (r < 0)
        return r;
    for (unsigned instance = 1; instance <= TB_INSTANCES_MAX; instance++) {
        if (!tb_place_name(path, instance, name))
            return -ENAMETOOLONG;
        r = open_instance(name);
        if (r != -EWOULDBLOCK)
            return r;
    }
    return -EWOULDBLOCK;
}
