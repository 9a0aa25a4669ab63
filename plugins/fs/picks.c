#include "plugins/fs/picks.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdlib.h>

/* The folder that things are resolved from: the picked one, or the one that the file's place is in.
 */
static int open_folder(struct tb_bytes at, struct fs_root *root)
{
    char path[FS_PATH_MAX + 1];
    struct stat status;
    if (at.n > FS_PATH_MAX)
        return TB_TOO_LARGE;
    memcpy(path, at.data, at.n);
    path[at.n] = 0;
    tb_fd fd = fs_openat2(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0,
                          RESOLVE_NO_SYMLINKS | RESOLVE_NO_MAGICLINKS);
    if (fd < 0)
        return fd;
    if (fstat(fd, &status) < 0)
        return -errno;
    root->identity = fs_identity_of(&status);
    root->fd = fd;
    fd = -1;
    return TB_OK;
}

static char *copy(struct tb_bytes text)
{
    return strndup((const char *)text.data, text.n);
}

static int open_file(struct tb_bytes at, struct fs_root *root)
{
    size_t n = at.n;
    while (n > 1 && at.data[n - 1] != '/')
        n--;
    root->alias = copy(tb_bytes_of(at.data + n, at.n - n));
    if (!root->alias)
        return -ENOMEM;
    return open_folder(tb_bytes_of(at.data, n > 1 ? n - 1 : 1), root);
}

static void deinit(struct fs_root *root)
{
    tb_fd_close(&root->fd);
    free(root->path);
    free(root->alias);
}

int fs_picks_add(struct fs_picks *picks, const struct tb_pick *pick)
{
    struct fs_root root = {.path = copy(pick->path), .n = pick->path.n, .fd = -1};
    int r = picks->n == FS_PICKS_MAX ? TB_TOO_LARGE : root.path ? TB_OK : -ENOMEM;
    if (r == TB_OK)
        r = pick->folder ? open_folder(pick->at, &root) : open_file(pick->at, &root);
    if (r == TB_OK)
        picks->items[picks->n++] = (struct fs_pick){root, pick->recursive};
    else
        deinit(&root);
    return r;
}

void fs_picks_deinit(struct fs_picks *picks)
{
    for (uint32_t i = 0; i < picks->n; i++)
        deinit(&picks->items[i].root);
    picks->n = 0;
}

static bool reaches(const struct fs_pick *pick, const struct fs_path *path)
{
    const char *below = fs_below(fs_root_bytes(&pick->root), path->text);
    if (!below || (pick->root.alias && strcmp(below, ".") != 0))
        return false;
    return pick->recursive || !strchr(below, '/');
}

const struct fs_root *fs_picks_find(const struct fs_picks *picks, const struct fs_path *path)
{
    const struct fs_root *found = NULL;
    for (uint32_t i = 0; i < picks->n; i++)
        if (reaches(&picks->items[i], path) && (!found || picks->items[i].root.n >= found->n))
            found = &picks->items[i].root;
    return found;
}

bool fs_picks_hold(const struct fs_picks *picks, struct tb_bytes path)
{
    for (uint32_t i = 0; i < picks->n; i++)
        if (fs_below(path, picks->items[i].root.path))
            return true;
    return false;
}

bool fs_picks_have(const struct fs_picks *picks, struct fs_identity identity)
{
    for (uint32_t i = 0; i < picks->n; i++)
        if (!picks->items[i].root.alias &&
            fs_identity_equal(picks->items[i].root.identity, identity))
            return true;
    return false;
}
