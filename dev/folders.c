#include "dev/folders.h"

#include "base/fd.h"
#include "base/result.h"
#include "dev/names.h"
#include "frontend/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/inotify.h>
#include <unistd.h>

static const uint32_t watched = IN_CREATE | IN_DELETE | IN_MODIFY | IN_CLOSE_WRITE | IN_MOVED_FROM |
                                IN_MOVED_TO | IN_MOVE_SELF | IN_ONLYDIR | IN_EXCL_UNLINK;

int dev_folders_init(struct dev_folders *folders, const char *app, size_t max)
{
    tb_fd folder = open(app, O_PATH | O_DIRECTORY | O_CLOEXEC);
    tb_fd inotify = folder < 0 ? -1 : inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    if (folder < 0 || inotify < 0)
        return -errno;
    struct dev_folder *list = calloc(max, sizeof *list);
    if (!list)
        return -ENOMEM;
    *folders = (struct dev_folders){.app = folder, .inotify = inotify, .max = max, .list = list};
    folder = -1;
    inotify = -1;
    return 0;
}

void dev_folders_deinit(struct dev_folders *folders)
{
    for (size_t i = 0; i < folders->n; i++)
        free(folders->list[i].path);
    free(folders->list);
    tb_fd_close(&folders->app);
    tb_fd_close(&folders->inotify);
    folders->list = NULL;
    folders->n = 0;
}

/* Where the watch is, or would have to be. */
static size_t find(const struct dev_folders *folders, int watch)
{
    size_t first = 0;
    size_t behind = folders->n;
    while (first < behind) {
        size_t middle = first + (behind - first) / 2;
        if (folders->list[middle].watch < watch)
            first = middle + 1;
        else
            behind = middle;
    }
    return first;
}

static bool holds(const struct dev_folders *folders, size_t at, int watch)
{
    return at < folders->n && folders->list[at].watch == watch;
}

/* A folder that was moved keeps its watch, and has another path. One for which there is no room is
 * not watched. */
static int put(struct dev_folders *folders, int watch, const char *path)
{
    size_t at = find(folders, watch);
    bool known = holds(folders, at, watch);
    if (known && strcmp(folders->list[at].path, path) == 0)
        return TB_OK;
    bool fits = known || folders->n < folders->max;
    char *copy = fits ? strdup(path) : NULL;
    if (!copy) {
        (void)inotify_rm_watch(folders->inotify, watch);
        return fits ? -ENOMEM : TB_FULL;
    }
    if (known) {
        free(folders->list[at].path);
    } else {
        memmove(folders->list + at + 1, folders->list + at,
                (folders->n - at) * sizeof *folders->list);
        folders->n++;
    }
    folders->list[at] = (struct dev_folder){.watch = watch, .path = copy};
    return TB_OK;
}

static int code_of(int error)
{
    switch (error) {
    case ENOENT:
    case ENOTDIR:
        return TB_UNKNOWN;
    case ELOOP:
    case EXDEV:
    case EACCES:
    case EPERM:
        return TB_DENIED;
    case ENOSPC: /* fs.inotify.max_user_watches */
        return TB_FULL;
    default:
        return -error;
    }
}

int dev_folders_add(struct dev_folders *folders, const char *path, int *ret_fd)
{
    char name[32];
    tb_fd fd = tb_folder_open(folders->app, path[0] ? path : ".");
    if (fd < 0)
        return code_of(-fd);
    /* By its descriptor: the path may lead elsewhere by now. */
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    int watch = inotify_add_watch(folders->inotify, name, watched);
    if (watch < 0)
        return code_of(errno);
    int r = put(folders, watch, path);
    if (r != TB_OK)
        return r;
    *ret_fd = fd;
    fd = -1;
    return TB_OK;
}

void dev_folders_remove(struct dev_folders *folders, const char *path)
{
    size_t n = 0;
    for (size_t i = 0; i < folders->n; i++) {
        struct dev_folder *folder = &folders->list[i];
        if (dev_path_is_below(folder->path, path)) {
            /* The kernel may have been faster. */
            (void)inotify_rm_watch(folders->inotify, folder->watch);
            free(folder->path);
        } else {
            folders->list[n++] = *folder;
        }
    }
    folders->n = n;
}

void dev_folders_forget(struct dev_folders *folders, int watch)
{
    size_t at = find(folders, watch);
    if (!holds(folders, at, watch))
        return;
    free(folders->list[at].path);
    folders->n--;
    memmove(folders->list + at, folders->list + at + 1, (folders->n - at) * sizeof *folders->list);
}

const char *dev_folders_path(const struct dev_folders *folders, int watch)
{
    size_t at = find(folders, watch);
    return holds(folders, at, watch) ? folders->list[at].path : NULL;
}
