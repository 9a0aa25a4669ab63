#include "confine/inside.h"

#include "base/fd.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

int hull_open_inside(int root, const char *path)
{
    struct tb_open_how how = {.flags = O_PATH | O_CLOEXEC,
                              .resolve = TB_RESOLVE_IN_ROOT | TB_RESOLVE_NO_MAGICLINKS};
    int fd = tb_openat2(root, path, &how);
    return fd < 0 ? -errno : fd;
}

static int make_entry(int folder, const char *name, bool as_folder)
{
    int r = as_folder ? mkdirat(folder, name, 0755) : mknodat(folder, name, S_IFREG | 0444, 0);
    return r < 0 && errno != EEXIST ? -errno : 0;
}

/* Opens path, all of whose folders exist; makes its last part if that is missing. */
static int open_or_make(int root, char *path, bool as_folder)
{
    int fd = hull_open_inside(root, path);
    if (fd != -ENOENT)
        return fd;
    char *slash = strrchr(path, '/');
    *slash = 0;
    tb_fd folder = hull_open_inside(root, path[0] ? path : "/");
    *slash = '/';
    if (folder < 0)
        return folder;
    int r = make_entry(folder, slash + 1, as_folder);
    return r < 0 ? r : hull_open_inside(root, path);
}

int hull_open_place(int root, const char *path, bool as_folder)
{
    char prefix[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof prefix)
        return -ENAMETOOLONG;
    memcpy(prefix, path, n + 1);
    for (size_t i = 1; i < n; i++) {
        if (path[i] != '/')
            continue;
        prefix[i] = 0;
        tb_fd made = open_or_make(root, prefix, true);
        if (made < 0)
            return made;
        prefix[i] = '/';
    }
    return open_or_make(root, prefix, as_folder);
}

const char *hull_below(const char *folder, const char *path)
{
    size_t n = strlen(folder);
    while (n > 0 && folder[n - 1] == '/')
        n--;
    if (strncmp(path, folder, n) != 0 || (path[n] != '/' && path[n] != 0))
        return NULL;
    return path[n] == 0 ? path + n : path + n + 1;
}
