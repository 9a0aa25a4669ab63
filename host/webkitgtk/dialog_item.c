#include "host/webkitgtk/dialog_item.h"

#include <errno.h>
#include <fcntl.h>
#include <glib.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

/* The name of what is not there yet, in a folder that is: without links up to there. NULL: no such
 * folder. */
static char *real_new(const char *path)
{
    g_autofree char *above = g_path_get_dirname(path);
    g_autofree char *name = g_path_get_basename(path);
    char *folder = realpath(above, NULL);
    char *made = folder ? g_build_filename(folder, name, NULL) : NULL;
    free(folder);
    return made;
}

static char *real_of(const char *path, bool make)
{
    char *real = realpath(path, NULL);
    if (!real)
        return make && errno == ENOENT ? real_new(path) : NULL;
    char *copy = g_strdup(real);
    free(real);
    return copy;
}

/* What has taken the place of what was chosen in the meantime is not followed. */
static int open_real(const char *real, bool make)
{
    int fd = open(real, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT && make)
        fd = open(real, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0666);
    return fd < 0 ? -errno : fd;
}

static int look(int fd, bool *ret_folder)
{
    struct stat status;
    if (fstat(fd, &status))
        return -errno;
    *ret_folder = S_ISDIR(status.st_mode);
    return S_ISDIR(status.st_mode) || S_ISREG(status.st_mode) ? 0 : -EINVAL;
}

int tb_dialog_item_open(const char *path, bool make, struct tb_dialog_item *ret_item)
{
    struct tb_dialog_item item = {.path = real_of(path, make), .fd = -1};
    int r = item.path ? 0 : -errno;
    if (r == 0 && !g_utf8_validate(item.path, -1, NULL))
        r = -EILSEQ;
    if (r == 0)
        r = open_real(item.path, make);
    if (r >= 0) {
        item.fd = r;
        r = look(item.fd, &item.folder);
    }
    if (r == 0)
        *ret_item = item;
    else
        tb_dialog_item_deinit(&item);
    return r;
}

void tb_dialog_item_deinit(struct tb_dialog_item *item)
{
    if (item->fd >= 0)
        close(item->fd);
    g_free(item->path);
}
