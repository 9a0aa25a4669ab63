#include "plugins/fs/watched.h"

#include "base/fd.h"
#include "plugins/fs/open.h"
#include "plugins/fs/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

static const struct fs_failure too_many = {TB_CODE_TOO_LARGE, 0,
                                           "more than 4096 folders to watch: watch fewer"};
static const struct fs_failure not_here = {TB_CODE_IO, EOPNOTSUPP,
                                           "this file system cannot tell of changes"};

static struct fs_failure failure_of(int error)
{
    bool unable = error == -EXDEV || error == -ENODEV || error == -EOPNOTSUPP;
    return unable ? not_here : fs_failure_of(error);
}

static bool same_only(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* A place for what was marked: that of the same thing under its earlier name, or a new one. */
static struct fs_watched *place(struct fs_watched_list *list, const struct fs_notify_key *key,
                                const char *only)
{
    for (uint32_t i = 0; i < list->n; i++)
        if (fs_notify_key_equal(&list->items[i].key, key) && same_only(list->items[i].only, only))
            return &list->items[i];
    if (!list->items)
        list->items = calloc(FS_WATCHED_MAX, sizeof *list->items);
    return list->items && list->n < FS_WATCHED_MAX ? &list->items[list->n] : NULL;
}

static bool keep(struct fs_watched_list *list, const struct fs_watched *watched,
                 struct fs_failure *ret_failure)
{
    struct fs_watched *at = place(list, &watched->key, watched->only);
    if (!at)
        return fs_fail(too_many, ret_failure);
    char *path = strdup(watched->path);
    char *only = watched->only ? strdup(watched->only) : NULL;
    if (!path || (watched->only && !only)) {
        free(path);
        free(only);
        return fs_fail(fs_failure_of(-ENOMEM), ret_failure);
    }
    if (at == &list->items[list->n])
        list->n++;
    free(at->path);
    free(at->only);
    *at = (struct fs_watched){
        .key = watched->key, .path = path, .only = only, .below = watched->below};
    return true;
}

static bool mark(struct fs_watched_list *list, int fd, uint64_t mask, struct fs_watched *watched,
                 struct fs_failure *ret_failure)
{
    int r = fs_notify_mark(list->group, fd, mask, &watched->key);
    if (r < 0)
        return fs_fail(failure_of(r), ret_failure);
    return keep(list, watched, ret_failure);
}

/* ---- folders ---- */

struct descent {
    struct fs_watched_list *list;
    void (*found)(void *data, const struct fs_path *path, bool folder);
    void *data;
};

static enum fs_walk_next visit(void *context, const struct fs_found *found,
                               struct fs_failure *ret_failure)
{
    const struct descent *descent = context;
    if (!found->inside)
        return FS_WALK_PAST;
    if (descent->found)
        descent->found(descent->data, found->path, found->fd >= 0);
    if (found->fd < 0)
        return FS_WALK_ON;
    struct fs_watched watched = {.path = (char *)(uintptr_t)found->path->text, .below = true};
    return mark(descent->list, found->fd, FS_NOTIFY_ENTRIES, &watched, ret_failure) ? FS_WALK_ON
                                                                                    : FS_WALK_STOP;
}

static bool add_folder(const struct descent *descent, const struct fs_target *target, uint64_t mask,
                       bool below, struct fs_failure *ret_failure)
{
    static const struct fs_how how = {.intent = FS_LIST};
    struct stat status;
    tb_fd fd = -1;
    struct fs_watched watched = {.path = (char *)(uintptr_t)target->path->text, .below = below};
    if (!fs_open(target, &how, ret_failure, &status, &fd) ||
        !mark(descent->list, fd, mask, &watched, ret_failure))
        return false;
    struct descent context = *descent;
    const struct fs_walk walk = {.visit = visit, .context = &context};
    return !below || fs_walk(&walk, target, fd, ret_failure);
}

bool fs_watched_go_on(struct fs_watched_list *list, const struct fs_target *target,
                      void (*found)(void *data, const struct fs_path *path, bool folder),
                      void *data, struct fs_failure *ret_failure)
{
    const struct descent descent = {list, found, data};
    return add_folder(&descent, target, FS_NOTIFY_ENTRIES, true, ret_failure);
}

/* ---- files ---- */

/* The folder around a file, for that one name. It may be out of reach where the file alone was
 * granted: then the file itself has to do. */
static bool add_parent(struct fs_watched_list *list, const struct fs_target *target,
                       struct fs_failure *ret_failure)
{
    tb_cleanup(fs_entry_close) struct fs_entry entry = {.held = -1};
    struct fs_path parent = *target->path;
    char *slash = strrchr(parent.text, '/');
    if (!fs_entry_find(target, ret_failure, &entry))
        return false;
    tb_fd fd =
        fs_openat2(fs_entry_parent(&entry), ".", O_RDONLY | O_DIRECTORY, 0, fs_resolve_strict);
    if (fd < 0)
        return true;
    *slash = 0;
    struct fs_watched watched = {.path = parent.text, .only = slash + 1};
    return mark(list, fd, FS_NOTIFY_ENTRIES, &watched, ret_failure);
}

static bool add_file(struct fs_watched_list *list, const struct fs_target *target,
                     struct fs_failure *ret_failure)
{
    static const struct fs_how how = {.intent = FS_FILE, .flags = O_RDONLY};
    struct stat status;
    tb_fd fd = -1;
    struct fs_watched watched = {.path = (char *)(uintptr_t)target->path->text};
    return fs_open(target, &how, ret_failure, &status, &fd) &&
           mark(list, fd, FS_NOTIFY_FILE, &watched, ret_failure) &&
           add_parent(list, target, ret_failure);
}

static bool add_top(struct fs_watched_list *list, const struct stat *status,
                    const struct fs_path *path, struct fs_failure *ret_failure)
{
    struct fs_path *copy = list->n_tops < FS_WATCHED_TOPS_MAX ? malloc(sizeof *copy) : NULL;
    if (!copy)
        return fs_fail(fs_failure_of(-ENOMEM), ret_failure);
    *copy = *path;
    list->tops[list->n_tops++] =
        (struct fs_watched_top){.identity = fs_identity_of(status), .path = copy};
    return true;
}

bool fs_watched_add(struct fs_watched_list *list, const struct fs_target *target, bool below,
                    struct fs_failure *ret_failure)
{
    static const struct fs_how how = {.intent = FS_LOOK};
    struct stat status;
    tb_fd fd = -1;
    if (!fs_open(target, &how, ret_failure, &status, &fd))
        return false;
    const struct descent descent = {.list = list};
    if (!S_ISDIR(status.st_mode))
        return add_file(list, target, ret_failure);
    return add_top(list, &status, target->path, ret_failure) &&
           add_folder(&descent, target, FS_NOTIFY_ENTRIES | FS_NOTIFY_SELF, below, ret_failure);
}

/* ---- where they are now ---- */

/* Also one that is gone: it may be anywhere. That it was removed is told of itself alone. */
static bool is_away(const struct fs_watched_top *top, const struct fs_target *target)
{
    static const struct fs_how how = {.intent = FS_SELF};
    struct fs_failure failure;
    struct stat now;
    tb_fd fd = -1;
    return !fs_open(target, &how, &failure, &now, &fd) ||
           !fs_identity_equal(top->identity, fs_identity_of(&now));
}

static void set_away(struct fs_watched_list *list, const struct fs_watched_top *top)
{
    struct tb_bytes folder = fs_path_bytes(top->path);
    for (uint32_t i = 0; i < list->n; i++)
        if (fs_below(folder, list->items[i].path))
            list->items[i].away = top->away;
}

void fs_watched_look(struct fs_watched_list *list, struct fs_space *space, uint32_t scope)
{
    for (uint32_t i = 0; i < list->n_tops; i++) {
        struct fs_watched_top *top = &list->tops[i];
        const struct fs_target target = {space, scope, top->path};
        bool away = is_away(top, &target);
        if (away == top->away)
            continue;
        top->away = away;
        set_away(list, top);
    }
}

/* ---- the end ---- */

static void drop(struct fs_watched *watched)
{
    free(watched->path);
    free(watched->only);
}

/* The kernel's mark stays with the folder; what comes of it is of nothing known. */
void fs_watched_leave(struct fs_watched_list *list, const char *path)
{
    struct tb_bytes folder = tb_bytes_of_string(path);
    uint32_t kept = 0;
    for (uint32_t i = 0; i < list->n; i++) {
        if (list->items[i].below && fs_below(folder, list->items[i].path))
            drop(&list->items[i]);
        else
            list->items[kept++] = list->items[i];
    }
    for (uint32_t i = kept; i < list->n; i++)
        list->items[i] = (struct fs_watched){0};
    list->n = kept;
}

void fs_watched_deinit(struct fs_watched_list *list)
{
    for (uint32_t i = 0; i < list->n; i++)
        drop(&list->items[i]);
    free(list->items);
    list->items = NULL;
    list->n = 0;
    for (uint32_t i = 0; i < list->n_tops; i++)
        free(list->tops[i].path);
    list->n_tops = 0;
    tb_fd_close(&list->group);
}
