/*
 * What is denied is covered by something empty. Where the plugin's own folder lies inside of what
 * is covered, the cover has the folders that lead there and nothing else, and the folder itself is
 * placed on its end.
 */
#include "confine/cover.h"
#include "base/fd.h"
#include "confine/inside.h"
#include "sandbox/linux.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define LID   (TB_MOUNT_RDONLY | TB_MOUNT_NOSUID | TB_MOUNT_NODEV | TB_MOUNT_NOEXEC)
#define STATE (TB_MOUNT_NOSUID | TB_MOUNT_NODEV | TB_MOUNT_NOEXEC)

static const char denied_folder[] = ".denied-folder";
static const char denied_file[] = ".denied-file";

int hull_make_lids(int folder)
{
    bool ok = mkdirat(folder, denied_folder, 0500) == 0 &&
              mknodat(folder, denied_file, S_IFREG | 0000, 0) == 0;
    return ok ? 0 : -errno;
}

static int put_lid(int at, int lids, const char *name)
{
    tb_fd lid = tb_open_tree(lids, name, TB_OPEN_TREE_CLONE | TB_OPEN_TREE_CLOEXEC);
    struct tb_mount_attr attr = {.set = LID};
    if (lid < 0 || tb_mount_setattr(lid, 0, &attr) < 0 || tb_move_mount(lid, at) < 0)
        return -errno;
    return 0;
}

/* The way from the denied folder to the plugin's own, in a lid that holds just that. */
static int put_lid_with_way(int at, int lids, size_t number, const char *way)
{
    char path[PATH_MAX + 32];
    int n = snprintf(path, sizeof path, "/.denied-but-%zu", number);
    if (snprintf(path + n, sizeof path - (size_t)n, "/%s", way) >= PATH_MAX - n)
        return -ENAMETOOLONG;
    tb_fd end = hull_open_place(lids, path, true);
    if (end < 0)
        return end;
    path[n] = 0;
    return put_lid(at, lids, path + 1);
}

/* The plugin's own folder as it is seen from one that holds it; NULL: it lies elsewhere. */
static const char *way_to_state(const struct hull *hull, const char *folder)
{
    const char *way = hull->state ? hull_below(folder, hull->state) : NULL;
    return way || !hull->state ? way : hull_below(folder, hull->state_real);
}

/* What this user cannot enter now could be opened to it while the cover is needed: the outermost
 * folder that is shut stands for all in it. */
static int open_covered(int root, const char *path)
{
    char outer[PATH_MAX];
    if (snprintf(outer, sizeof outer, "%s", path) >= PATH_MAX)
        return -ENAMETOOLONG;
    int at = hull_open_inside(root, outer);
    for (char *end; at == -EACCES && (end = strrchr(outer, '/')) && end != outer;) {
        *end = 0;
        at = hull_open_inside(root, outer);
    }
    return at;
}

int hull_cover(int root, int lids, const char *path)
{
    tb_fd at = open_covered(root, path);
    if (at == -ENOENT || at == -ENOTDIR)
        return 0;
    struct stat status;
    if (at < 0 || fstat(at, &status) < 0)
        return at < 0 ? at : -errno;
    return put_lid(at, lids, S_ISDIR(status.st_mode) ? denied_folder : denied_file);
}

int hull_cover_processes(int root, int lids, const struct hull *hull)
{
    tb_fd at = hull->picks ? hull_open_inside(root, "/proc") : -1;
    if (!hull->picks)
        return hull_cover(root, lids, "/proc");
    return at < 0 ? at : put_lid(at, lids, ".");
}

/* One that the plugin's own folder lies in. */
static int cover_around(int root, int lids, size_t number, const char *path, const char *way)
{
    tb_fd at = hull_open_inside(root, path);
    if (at == -ENOENT || at == -ENOTDIR)
        return 0;
    return at < 0 ? at : put_lid_with_way(at, lids, number, way);
}

static int place_state(int root, const struct hull *hull)
{
    tb_fd tree =
        tb_open_tree(hull->state_fd, "",
                     TB_OPEN_TREE_CLONE | TB_OPEN_TREE_CLOEXEC | AT_EMPTY_PATH | TB_AT_RECURSIVE);
    struct tb_mount_attr attr = {.set = STATE, .propagation = MS_PRIVATE};
    if (tree < 0 || tb_mount_setattr(tree, TB_AT_RECURSIVE, &attr) < 0)
        return -errno;
    tb_fd at = hull_open_place(root, hull->state, true);
    if (at < 0)
        return at;
    return tb_move_mount(tree, at) < 0 ? -errno : 0;
}

/* Outside in: the folder of its own is placed once all around it is covered. */
int hull_cover_all(int root, int lids, const struct hull *hull)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < hull->mask.n; i++) {
        const char *way = way_to_state(hull, hull->mask.list[i]);
        if (way && way[0])
            r = cover_around(root, lids, i, hull->mask.list[i], way);
    }
    if (r == 0 && hull->state)
        r = place_state(root, hull);
    for (size_t i = 0; r == 0 && i < hull->mask.n; i++)
        if (!way_to_state(hull, hull->mask.list[i]))
            r = hull_cover(root, lids, hull->mask.list[i]);
    return r;
}
