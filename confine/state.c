/*
 * The folder of a plugin's own: PLACE/trollbridge/ID/plugins/NAME. PLACE is the user's, with
 * whatever links lead there. The four folders below it are ours: a link, or a folder that somebody
 * else could write into, would have the plugin keep its secrets where others have put something.
 */
#include "base/fd.h"
#include "base/folder.h"
#include "confine/alias.h"
#include "confine/hull.h"
#include "confine/inside.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { OWN_PARTS = 4 };

static int refuse(const char *path, int error, const char *why)
{
    fprintf(stderr, "trollbridge-confine: state: %s %s\n", path, why);
    return error;
}

static int check(int folder, const char *path)
{
    struct stat status;
    if (fstat(folder, &status) < 0)
        return refuse(path, -errno, "cannot be looked at");
    if (status.st_uid != geteuid())
        return refuse(path, -EPERM,
                      "belongs to somebody else: remove it, or set XDG_STATE_HOME to a folder of "
                      "your own");
    if (status.st_mode & (S_IWGRP | S_IWOTH))
        return refuse(path, -EPERM,
                      "can be written by others, who may have put something there: look at what is "
                      "in it, then chmod 0700");
    return 0;
}

/* The folder `name` of `parent`, made where it is missing; `path` leads to it. */
static int enter(int parent, const char *name, const char *path)
{
    if (mkdirat(parent, name, 0700) < 0 && errno != EEXIST)
        return refuse(path, -errno, "cannot be made: set XDG_STATE_HOME to a folder of your own");
    tb_fd folder = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    if (folder < 0)
        return errno == ENOTDIR || errno == ELOOP
                   ? refuse(path, -errno, "is a link or a file, and not a folder: remove it")
                   : refuse(path, -errno, "cannot be opened");
    int r = check(folder, path);
    if (r < 0)
        return r;
    r = folder;
    folder = -1;
    return r;
}

/* Cuts `path` before each of its last parts, at the slashes that it returns; false: it has not so
 * many. */
static bool cut(char *path, char *ret_slashes[static OWN_PARTS])
{
    for (size_t i = OWN_PARTS; i > 0; i--) {
        char *slash = strrchr(path, '/');
        if (!slash || slash == path || !slash[1])
            return false;
        *slash = 0;
        ret_slashes[i - 1] = slash;
    }
    return true;
}

/* What lies in it is nobody else's to read; folders that were there before may be open to others.
 */
static int shut(int folder, const char *path)
{
    return fchmod(folder, 0700) < 0 ? refuse(path, -errno, "cannot be shut off from others") : 0;
}

/* The user's part of the path, whose folders are made where they are missing. */
static int open_place(const char *place)
{
    char inner[PATH_MAX];
    if (snprintf(inner, sizeof inner, "%s/", place) >= (int)sizeof inner)
        return -ENAMETOOLONG;
    int r = tb_folder_make(inner);
    if (r < 0)
        return refuse(place, r, "cannot be made: set XDG_STATE_HOME to a folder of your own");
    int fd = open(place, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? refuse(place, -errno, "cannot be opened") : fd;
}

int hull_open_state(const char *path)
{
    char copy[PATH_MAX];
    char *slashes[OWN_PARTS];
    size_t n = strlen(path);
    if (n >= sizeof copy)
        return -ENAMETOOLONG;
    memcpy(copy, path, n + 1);
    if (!cut(copy, slashes))
        return -EINVAL;
    tb_fd folder = open_place(copy);
    for (size_t i = 0; folder >= 0 && i < OWN_PARTS; i++) {
        *slashes[i] = '/'; /* the path as far as this part */
        int next = enter(folder, slashes[i] + 1, copy);
        tb_fd_close(&folder);
        folder = next;
    }
    int r = folder < 0 ? folder : shut(folder, path);
    if (r < 0)
        return r;
    r = folder;
    folder = -1;
    return r;
}

/* Where it cannot be made there is nothing to be kept from anybody. */
void hull_make_states(const char *path)
{
    char inner[PATH_MAX];
    if (snprintf(inner, sizeof inner, "%s/", path) < (int)sizeof inner)
        (void)!tb_folder_make(inner);
}

bool hull_is_state(const struct hull *hull, int fd, const char *path)
{
    char *real = hull->states ? hull_real_of(fd) : NULL;
    bool inside = hull->states && (!real || hull_below(hull->states, real));
    free(real);
    if (inside)
        fprintf(stderr, "trollbridge-confine: scope-root-state: %s is kept from all plugins\n",
                path);
    return inside;
}
