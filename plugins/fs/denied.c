#include "plugins/fs/denied.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>

int fs_denied_add(struct fs_denied_list *list, struct tb_bytes path, bool only_below,
                  uint32_t *ret_index)
{
    for (uint32_t i = 0; i < list->n; i++) {
        const struct fs_denied *denied = &list->items[i];
        if (tb_bytes_are(path, denied->path) && denied->only_below == only_below) {
            *ret_index = i;
            return TB_OK;
        }
    }
    if (list->n == FS_DENIED_MAX)
        return TB_TOO_LARGE;
    char *copy = strndup((const char *)path.data, path.n);
    if (!copy)
        return -ENOMEM;
    list->items[list->n] = (struct fs_denied){.path = copy, .only_below = only_below, .base = -1};
    *ret_index = list->n++;
    return TB_OK;
}

/* Relative to the deepest root above it, so that it is found the same way as what is allowed. One
 * that is below no root can only be met after it was moved there. */
static void find_base(struct fs_denied *denied, const struct fs_roots *roots, int top)
{
    size_t best = 0;
    denied->base = top;
    denied->name = fs_below(tb_bytes_of("/", 1), denied->path);
    denied->resolve = RESOLVE_NO_MAGICLINKS;
    for (uint32_t i = 0; i < roots->n; i++) {
        const struct fs_root *root = &roots->items[i];
        const char *name = fs_below(tb_bytes_of(root->path, root->n), denied->path);
        if (!name || root->fd < 0 || root->n < best)
            continue;
        best = root->n;
        denied->base = root->fd;
        denied->name = name;
        denied->resolve = fs_resolve_strict;
    }
}

int fs_denied_start(struct fs_denied_list *list, const struct fs_roots *roots)
{
    list->top = fs_openat2(AT_FDCWD, "/", O_PATH | O_DIRECTORY, 0, 0);
    if (list->top < 0)
        return list->top;
    for (uint32_t i = 0; i < list->n; i++) {
        find_base(&list->items[i], roots, list->top);
        int r = fs_denied_look(list, &list->items[i]);
        if (r != TB_OK)
            return r;
    }
    return TB_OK;
}

void fs_denied_deinit(struct fs_denied_list *list)
{
    for (uint32_t i = 0; i < list->n; i++) {
        struct fs_denied *denied = &list->items[i];
        for (uint32_t k = 0; k < denied->n_seen; k++)
            tb_fd_close(&denied->seen[k].fd);
        free(denied->path);
    }
    tb_fd_close(&list->top);
    list->n = 0;
}

bool fs_denied_is(const struct fs_denied *denied, struct fs_identity identity)
{
    for (uint32_t i = 0; i < denied->n_seen; i++)
        if (fs_identity_equal(denied->seen[i].identity, identity))
            return true;
    return false;
}

/* Forgets what has been deleted, so that a file which is replaced again and again stays deniable.
 */
static void forget_deleted(struct fs_denied *denied)
{
    uint32_t kept = 0;
    for (uint32_t i = 0; i < denied->n_seen; i++) {
        struct stat status;
        if (fstat(denied->seen[i].fd, &status) == 0 && status.st_nlink == 0)
            tb_fd_close(&denied->seen[i].fd);
        else
            denied->seen[kept++] = denied->seen[i];
    }
    denied->n_seen = kept;
}

static bool means_nothing_there(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -ELOOP || error == -EXDEV ||
           error == -EACCES || error == -ENAMETOOLONG;
}

int fs_denied_look(const struct fs_denied_list *list, struct fs_denied *denied)
{
    struct stat status;
    if (denied->kept && denied->base == list->top)
        return TB_OK;
    tb_fd fd = fs_openat2(denied->base, denied->name, O_PATH, 0, denied->resolve);
    if (fd < 0)
        return means_nothing_there(fd) ? TB_OK : fd;
    if (fstat(fd, &status) < 0)
        return -errno;
    if (fs_denied_is(denied, fs_identity_of(&status)))
        return TB_OK;
    if (denied->n_seen == FS_SEEN_MAX)
        forget_deleted(denied);
    if (denied->n_seen == FS_SEEN_MAX)
        return TB_FULL;
    denied->seen[denied->n_seen].fd = fd;
    denied->seen[denied->n_seen++].identity = fs_identity_of(&status);
    fd = -1;
    return TB_OK;
}

static int keep(struct fs_denied_list *list, const struct fs_roots *roots, const char *path)
{
    uint32_t index;
    uint32_t n = list->n;
    int r = path[0] == '/' ? fs_denied_add(list, tb_bytes_of_string(path), false, &index)
                           : TB_MALFORMED;
    if (r != TB_OK)
        return r;
    if (list->n_kept == FS_DENIED_MAX)
        return TB_TOO_LARGE;
    list->kept[list->n_kept++] = index;
    list->items[index].kept = index == n; /* else it is some scope's too */
    find_base(&list->items[index], roots, list->top);
    return fs_denied_look(list, &list->items[index]);
}

int fs_denied_cover(struct fs_denied_list *list, const struct fs_roots *roots, const char *text)
{
    char *end;
    unsigned long long device = strtoull(text, &end, 16);
    if (end == text || *end != ':')
        return TB_MALFORMED;
    const char *second = end + 1;
    unsigned long long inode = strtoull(second, &end, 16);
    if (end == second || (*end != 0 && *end != ':'))
        return TB_MALFORMED;
    if (list->n_covered == FS_DENIED_MAX)
        return TB_TOO_LARGE;
    if (inode != 0) /* it was there */
        list->covered[list->n_covered++] = (struct fs_identity){(dev_t)device, (ino_t)inode};
    return *end == 0 ? TB_OK : keep(list, roots, end + 1);
}

bool fs_denied_keeps(const struct fs_denied_list *list, const char *path)
{
    for (uint32_t i = 0; i < list->n_kept; i++)
        if (fs_below(tb_bytes_of_string(list->items[list->kept[i]].path), path))
            return true;
    return false;
}

bool fs_denied_covers(const struct fs_denied_list *list, struct fs_identity identity)
{
    for (uint32_t i = 0; i < list->n_covered; i++)
        if (fs_identity_equal(list->covered[i], identity))
            return true;
    return false;
}
