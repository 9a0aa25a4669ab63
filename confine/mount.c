/*
 * The root that a plugin gets. Its parts are taken from the old tree by descriptor before anything
 * is covered, and put at their own names in a new one, parents before what lies inside them.
 */
#include "base/fd.h"
#include "confine/alias.h"
#include "confine/cover.h"
#include "confine/inside.h"
#include "sandbox/linux.h"
#include "sandbox/root.h"
#include "sandbox/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mount.h>
#include <sys/stat.h>

#define READ_ONLY (TB_MOUNT_RDONLY | TB_MOUNT_NOSUID | TB_MOUNT_NODEV)
#define WRITABLE  (TB_MOUNT_NOSUID | TB_MOUNT_NODEV | TB_MOUNT_NOEXEC)
#define DEVICE    (TB_MOUNT_NOSUID | TB_MOUNT_NOEXEC)

struct part {
    const char *path;
    int mount;  /* detached; -1: a link that is made anew */
    char *link; /* owned; where the link leads */
    uint64_t attributes;
    unsigned order; /* of parts at the same path: the later one lies on top */
};

struct parts {
    struct part list[HULL_RULES_MAX];
    size_t n;
    const struct hull *hull;
    struct hull_aliases aliases;
};

static void parts_deinit(struct parts **parts)
{
    for (size_t i = 0; *parts && i < (*parts)->n; i++) {
        tb_fd_close(&(*parts)->list[i].mount);
        free((*parts)->list[i].link);
    }
    if (*parts)
        hull_aliases_deinit(&(*parts)->aliases);
    free(*parts);
}

static int push(struct parts *parts, struct part part)
{
    if (parts->n == TB_ARRAY_LEN(parts->list))
        return -E2BIG;
    part.order = (unsigned)parts->n;
    parts->list[parts->n++] = part;
    return 0;
}

static bool is_absent(int error)
{
    return error == ENOENT || error == ENOTDIR || error == EACCES;
}

/* With all that is mounted below it: what is not copied would be uncovered. */
static int take_open(struct parts *parts, const char *path, int file, uint64_t attributes)
{
    tb_fd tree = tb_open_tree(
        file, "", TB_OPEN_TREE_CLONE | TB_OPEN_TREE_CLOEXEC | TB_AT_RECURSIVE | AT_EMPTY_PATH);
    struct tb_mount_attr attr = {.set = attributes, .propagation = MS_PRIVATE};
    if (tree < 0 || tb_mount_setattr(tree, TB_AT_RECURSIVE, &attr) < 0)
        return -errno;
    int r = push(parts, (struct part){.path = path, .mount = tree, .attributes = attributes});
    if (r == 0)
        tree = -1;
    return r;
}

static void free_text(char **text)
{
    free(*text);
}

/* What is judged is what is taken: it is opened once, and by its name no more. */
static int take(struct parts *parts, const char *path, uint64_t attributes, bool expected)
{
    tb_fd file = tb_open_tree(AT_FDCWD, path, TB_OPEN_TREE_CLOEXEC);
    if (file < 0 && is_absent(errno)) {
        if (expected)
            fprintf(stderr, "trollbridge-confine: scope-root-missing: %s\n", path);
        return 0;
    }
    if (file < 0)
        return -errno;
    if (hull_is_state(parts->hull, file, path))
        return 0;
    tb_cleanup(free_text) char *real = hull_real_of(file);
    int r = real ? hull_aliases_add(&parts->aliases, parts->hull, path, real) : -EINVAL;
    return r == 0 ? take_open(parts, path, file, attributes) : r;
}

static int take_runtime(struct parts *parts, const char *path, uint64_t attributes)
{
    char target[PATH_MAX];
    ssize_t n = readlink(path, target, sizeof target - 1);
    if (n < 0)
        return take(parts, path, attributes, false);
    target[n] = 0;
    char *copy = strdup(target);
    return copy ? push(parts, (struct part){.path = path, .mount = -1, .link = copy}) : -ENOMEM;
}

/* A read-only part on top of a writable folder would take away what was granted. */
static bool is_writable(const struct hull *hull, const char *path)
{
    for (size_t i = 0; i < hull->write.n; i++)
        if (hull_below(hull->write.list[i], path))
            return true;
    return false;
}

/* Whether an outer folder brings this one along: as a mount of its own it would have a wall around
 * it that no renaming passes. Behind a link it is somewhere else. */
static bool comes_along(const struct hull *hull, const char *path)
{
    struct stat status;
    bool found = false;
    for (size_t i = 0; i < hull->write.n && !found; i++) {
        const char *outer = hull->write.list[i];
        found = strcmp(path, outer) != 0 && hull_below(outer, path) &&
                !hull_leads_through_link(outer, path);
    }
    return found && stat(path, &status) == 0;
}

static int take_hull(struct parts *parts, const struct hull *hull)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < hull->read.n; i++)
        if (!is_writable(hull, hull->read.list[i]))
            r = take(parts, hull->read.list[i], READ_ONLY | TB_MOUNT_NOEXEC, true);
    for (size_t i = 0; r == 0 && i < hull->write.n; i++)
        if (!comes_along(hull, hull->write.list[i]))
            r = take(parts, hull->write.list[i], WRITABLE, true);
    for (size_t i = 0; r == 0 && i < hull->exec.n; i++)
        r = take(parts, hull->exec.list[i], READ_ONLY, true);
    if (r == 0 && hull->interpreter)
        r = take(parts, hull->interpreter, READ_ONLY, true);
    return r == 0 ? take(parts, hull->program, READ_ONLY, true) : r;
}

/* Programs that nobody has named are there to be read, and cannot be mapped as code either: the
 * loader would start them for whoever may start the loader. */
static int take_system(struct parts *parts)
{
    int r = 0;
    for (size_t i = 0; r == 0 && tb_runtime_folders[i]; i++)
        r = take_runtime(parts, tb_runtime_folders[i], READ_ONLY | TB_MOUNT_NOEXEC);
    for (size_t i = 0; r == 0 && tb_runtime_libraries[i]; i++)
        r = take_runtime(parts, tb_runtime_libraries[i], READ_ONLY);
    return r;
}

static int take_all(struct parts *parts, const struct hull *hull)
{
    int r = take_system(parts);
    for (size_t i = 0; r == 0 && tb_runtime_devices[i]; i++)
        r = take(parts, tb_runtime_devices[i], DEVICE, false);
    for (size_t i = 0; r == 0 && tb_runtime_settings[i]; i++)
        r = take(parts, tb_runtime_settings[i], READ_ONLY | TB_MOUNT_NOEXEC, false);
    for (size_t i = 0; r == 0 && hull->network && tb_runtime_network[i]; i++)
        r = take(parts, tb_runtime_network[i], READ_ONLY | TB_MOUNT_NOEXEC, false);
    return r == 0 ? take_hull(parts, hull) : r;
}

static int compare(const void *a, const void *b)
{
    const struct part *left = a;
    const struct part *right = b;
    int order = strcmp(left->path, right->path);
    return order ? order : (left->order > right->order) - (left->order < right->order);
}

/* A hull that holds the folder may have the link already. */
static int place_link(int root, const struct part *part)
{
    bool made = symlinkat(part->link, root, part->path + 1) == 0;
    return made || errno == EEXIST ? 0 : -errno;
}

static int place(int root, const struct part *part)
{
    if (part->mount < 0)
        return place_link(root, part);
    struct stat status;
    if (fstat(part->mount, &status) < 0)
        return -errno;
    tb_fd at = hull_open_place(root, part->path, S_ISDIR(status.st_mode));
    if (at < 0)
        return at;
    return tb_move_mount(part->mount, at) < 0 ? -errno : 0;
}

static bool is_root(const struct part *part)
{
    return strcmp(part->path, "/") == 0;
}

/* A hull may be the whole tree. It then lies on top of the empty root, and is reached only by its
 * own descriptor. The view on processes that came with it is not part of any hull. */
static int place_root(const struct hull *hull, int lids, const struct part *part, int *root)
{
    if (tb_move_mount(part->mount, *root) < 0 || fchdir(part->mount) < 0)
        return -errno;
    *root = part->mount;
    return hull_cover_processes(*root, lids, hull);
}

static int place_all(struct parts *parts, int lids, int *root)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < parts->n; i++)
        r = is_root(&parts->list[i]) ? place_root(parts->hull, lids, &parts->list[i], root)
                                     : place(*root, &parts->list[i]);
    return r;
}

static int fill(struct parts *parts, const struct hull *hull)
{
    tb_fd empty = open(".", O_PATH | O_DIRECTORY | O_CLOEXEC);
    if (empty < 0)
        return -errno;
    int root = empty;
    int r = hull_make_lids(empty);
    if (r == 0 && hull->picks)
        r = hull_make_picked(empty);
    if (r == 0)
        r = place_all(parts, empty, &root);
    if (r == 0)
        r = hull_cover_aliases(root, empty, &parts->aliases);
    if (r == 0)
        r = hull_cover_all(root, empty, hull);
    if (r == 0)
        r = tb_root_finish();
    /* The whole tree as a hull has its own attributes. */
    return r == 0 && root == empty ? tb_root_seal() : r;
}

int hull_mount(const struct hull *hull)
{
    tb_cleanup(parts_deinit) struct parts *parts = calloc(1, sizeof *parts);
    if (!parts)
        return -ENOMEM;
    parts->hull = hull;
    int r = take_all(parts, hull);
    if (r < 0)
        return r;
    qsort(parts->list, parts->n, sizeof parts->list[0], compare);
    r = tb_root_begin();
    return r == 0 ? fill(parts, hull) : r;
}
