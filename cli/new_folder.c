#include "cli/new_folder.h"

#include "base/fd.h"
#include "cli/cli.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FOLDER_FLAGS = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

static void close_stream(DIR **stream)
{
    if (*stream)
        closedir(*stream);
}

/* Also true of what cannot be listed: better not to touch it. */
static bool holds_something(int folder)
{
    tb_fd own = openat(folder, ".", FOLDER_FLAGS);
    tb_cleanup(close_stream) DIR *stream = own < 0 ? NULL : fdopendir(own);
    if (!stream)
        return true;
    own = -1;
    for (const struct dirent *entry = readdir(stream); entry; entry = readdir(stream))
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            return true;
    return false;
}

int new_folder_open(const char *path, int *ret_fd)
{
    if (mkdir(path, 0777) < 0 && errno != EEXIST)
        return cli_error(CLI_USAGE, "io", "%s: cannot be made: %s", path, strerror(errno));
    tb_fd folder = open(path, FOLDER_FLAGS);
    if (folder < 0)
        return cli_error(CLI_USAGE, "io", "%s: cannot be opened: %s", path, strerror(errno));
    if (holds_something(folder))
        return cli_error(CLI_USAGE, "exists", "%s: is not empty: name a new folder", path);
    *ret_fd = folder;
    folder = -1;
    return CLI_DONE;
}

static bool failed(const char *path, int error)
{
    (void)cli_error(CLI_USAGE, "io", "%s: cannot be written: %s", path, strerror(error));
    return false;
}

static bool is_part(const char *part)
{
    return *part && strcmp(part, ".") != 0 && strcmp(part, "..") != 0;
}

/* The folder below `folder`, made if it is not there. -errno. */
static int step_into(int folder, const char *part)
{
    if (mkdirat(folder, part, 0777) < 0 && errno != EEXIST)
        return -errno;
    int fd = openat(folder, part, FOLDER_FLAGS);
    return fd < 0 ? -errno : fd;
}

bool new_folder_write(int folder, const char *path, struct tb_bytes text)
{
    char rest[PATH_MAX];
    if (strlen(path) >= sizeof rest)
        return failed(path, ENAMETOOLONG);
    memcpy(rest, path, strlen(path) + 1);
    tb_fd at = openat(folder, ".", FOLDER_FLAGS);
    char *part = rest;
    for (char *slash; (slash = strchr(part, '/')) != NULL; part = slash + 1) {
        *slash = 0;
        int below = is_part(part) && at >= 0 ? step_into(at, part) : -EINVAL;
        if (below < 0)
            return failed(path, -below);
        tb_fd_close(&at);
        at = below;
    }
    if (!is_part(part))
        return failed(path, EINVAL);
    tb_fd file = openat(at, part, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    if (file < 0)
        return failed(path, errno);
    int r = tb_fd_write_all(file, text);
    return r == 0 || failed(path, -r);
}
