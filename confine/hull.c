#include "confine/hull.h"

#include "base/fd.h"
#include "proto/inner.h"
#include "sandbox/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static int make_folder(const char *path)
{
    char prefix[PATH_MAX];
    size_t n = strlen(path);
    if (n >= sizeof prefix)
        return -ENAMETOOLONG;
    for (size_t i = 1; i <= n; i++) {
        if (path[i] != '/' && path[i] != 0)
            continue;
        memcpy(prefix, path, i);
        prefix[i] = 0;
        if (mkdir(prefix, 0700) < 0 && errno != EEXIST)
            return -errno;
    }
    /* Not a link that somebody put there to lead the plugin elsewhere. */
    tb_fd made = open(path, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return made < 0 ? -errno : 0;
}

int hull_make(const struct hull *hull)
{
    for (size_t i = 0; i < hull->make.n; i++) {
        int r = make_folder(hull->make.list[i]);
        if (r < 0)
            return r;
    }
    return 0;
}

struct rules {
    struct tb_landlock_rule *list;
    size_t n;
};

static int push(struct rules *rules, int *fd, uint32_t access)
{
    if (rules->n == HULL_RULES_MAX)
        return -E2BIG;
    rules->list[rules->n++] = (struct tb_landlock_rule){.fd = *fd, .access = access};
    *fd = -1;
    return 0;
}

/* A path that is not there needs no rule. */
static bool is_needed(int error)
{
    return error != ENOENT && error != ENOTDIR && error != EACCES;
}

static int add(struct rules *rules, const char *path, uint32_t access)
{
    tb_fd fd = open(path, O_PATH | O_CLOEXEC);
    if (fd < 0)
        return is_needed(errno) ? -errno : 0;
    return push(rules, &fd, access);
}

static int add_hull(struct rules *rules, const struct hull *hull, const struct hull_paths *paths,
                    uint32_t access)
{
    int r = 0;
    for (size_t i = 0; r == 0 && i < paths->n; i++) {
        tb_fd fd = open(paths->list[i], O_PATH | O_CLOEXEC);
        if (fd < 0)
            r = is_needed(errno) ? -errno : 0;
        else if (hull->mounted || !hull_is_state(hull, fd, paths->list[i]))
            r = push(rules, &fd, access);
    }
    return r;
}

static int add_each(struct rules *rules, const char *const *paths, uint32_t access)
{
    int r = 0;
    for (size_t i = 0; r == 0 && paths[i]; i++)
        r = add(rules, paths[i], access);
    return r;
}

static int add_runtime(struct rules *rules, const struct hull *hull)
{
    int r = add_each(rules, tb_runtime_folders, TB_PATH_READ);
    if (r == 0)
        r = add_each(rules, tb_runtime_libraries, TB_PATH_READ);
    if (r == 0)
        r = add_each(rules, tb_runtime_loaders, TB_PATH_READ | TB_PATH_EXEC);
    if (r == 0)
        r = add_each(rules, tb_runtime_devices, TB_PATH_READ | TB_PATH_WRITE);
    if (r == 0)
        r = add_each(rules, tb_runtime_settings, TB_PATH_READ);
    if (r == 0 && hull->network)
        r = add_each(rules, tb_runtime_network, TB_PATH_READ);
    if (r == 0)
        r = add(rules, hull->program, TB_PATH_READ | TB_PATH_EXEC);
    if (r == 0 && hull->interpreter)
        r = add(rules, hull->interpreter, TB_PATH_READ | TB_PATH_EXEC);
    return r;
}

/* By the descriptor that was checked, whatever the name leads to by now. */
static int add_state(struct rules *rules, const struct hull *hull)
{
    if (!hull->state)
        return 0;
    int fd = fcntl(hull->state_fd, F_DUPFD_CLOEXEC, 0);
    if (fd < 0 || rules->n == HULL_RULES_MAX) {
        tb_fd_close(&fd);
        return fd < 0 ? -errno : -E2BIG;
    }
    rules->list[rules->n++] =
        (struct tb_landlock_rule){.fd = fd, .access = TB_PATH_READ | TB_PATH_WRITE};
    return 0;
}

/* In a root that was taken whole the other name could be anybody's folder. */
static int add_picked(struct rules *rules)
{
    tb_fd whole = open(TB_PICKED_WHOLE, O_PATH | O_CLOEXEC);
    return whole < 0 ? add(rules, TB_PICKED_PLACE, TB_PATH_READ | TB_PATH_WRITE)
                     : push(rules, &whole, TB_PATH_READ | TB_PATH_WRITE);
}

int hull_rules(const struct hull *hull, struct tb_landlock_rule ret_rules[static HULL_RULES_MAX],
               size_t *ret_n)
{
    struct rules rules = {.list = ret_rules};
    int r = add_runtime(&rules, hull);
    if (r == 0)
        r = add_hull(&rules, hull, &hull->exec, TB_PATH_READ | TB_PATH_EXEC);
    if (r == 0)
        r = add_hull(&rules, hull, &hull->read, TB_PATH_READ);
    if (r == 0)
        r = add_hull(&rules, hull, &hull->write, TB_PATH_READ | TB_PATH_WRITE);
    if (r == 0)
        r = add_state(&rules, hull);
    if (r == 0 && hull->picks)
        r = add_picked(&rules);
    if (r == 0)
        *ret_n = rules.n;
    return r;
}

static char *describe(const char *path, bool scoped)
{
    struct stat status;
    char *text = NULL;
    if (stat(path, &status) < 0)
        status.st_dev = status.st_ino = 0;
    int n = asprintf(&text, "%llx:%llx%s%s", (unsigned long long)status.st_dev,
                     (unsigned long long)status.st_ino, scoped ? "" : ":", scoped ? "" : path);
    return n < 0 ? NULL : text;
}

char **hull_denied(const struct hull *hull)
{
    char **list = calloc(hull->mask.n + 1, sizeof *list);
    size_t n = 0;
    for (size_t i = 0; list && i < hull->mask.n; i++) {
        bool scoped = i < hull->n_scoped;
        if (scoped && access(hull->mask.list[i], F_OK) < 0)
            continue;
        list[n] = describe(hull->mask.list[i], scoped);
        if (!list[n++])
            return NULL;
    }
    return list;
}
