#include "dev/changes.h"

#include "base/fd.h"
#include "base/result.h"
#include "dev/inotify.h"
#include "dev/names.h"
#include "dev/quiet.h"
#include "dev/targets.h"
#include "frontend/folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    FOLDERS_MAX = 4096,
    DEPTH_MAX = 32,
    LACK_MAX = PATH_MAX + 256,
};

struct dev_changes {
    struct dev_folders folders;
    struct dev_targets targets;
    struct dev_quiet quiet;
    unsigned flags; /* of what was read, and is not counted yet */
    unsigned depth_max;
    char lack[LACK_MAX];
    char lack_taken[LACK_MAX];
};

/* ---- what is watched ---- */

/* The first that is wrong is told; what follows is mostly the same. */
tb_printf(2, 3) static void lacks(struct dev_changes *changes, const char *format, ...)
{
    va_list list;
    if (changes->lack[0])
        return;
    va_start(list, format);
    (void)vsnprintf(changes->lack, sizeof changes->lack, format, list);
    va_end(list);
}

/* A new descriptor of the folder, which is watched from here on; -1: it is not. */
static int add_folder(struct dev_changes *changes, const char *path)
{
    int fd = -1;
    int r = dev_folders_add(&changes->folders, path, &fd);
    if (r == TB_DENIED)
        lacks(changes, "%s is a link, or cannot be read: what changes there is not seen", path);
    else if (r == TB_FULL)
        lacks(changes,
              "%s and more cannot be watched: %zu folders are, and there is a limit of ours, %zu, "
              "and one of this machine's, fs.inotify.max_user_watches",
              path, changes->folders.n, changes->folders.max);
    else if (r < 0)
        lacks(changes, "%s cannot be watched: %s", path, strerror(-r));
    return fd;
}

static bool is_folder(int folder, const struct dirent *entry)
{
    struct stat status;
    if (entry->d_type != DT_UNKNOWN)
        return entry->d_type == DT_DIR;
    return fstatat(folder, entry->d_name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           S_ISDIR(status.st_mode);
}

static bool join(char ret_path[static PATH_MAX], const char *folder, const char *name)
{
    int n = snprintf(ret_path, PATH_MAX, "%s%s%s", folder, folder[0] ? "/" : "", name);
    return n > 0 && n < PATH_MAX;
}

static bool add_whole(struct dev_changes *changes, const struct dev_target *target,
                      const char *path, unsigned depth);

/* One entry of a folder. Whether it is a file that matters, or holds one. */
static bool add_entry(struct dev_changes *changes, const struct dev_target *target, DIR *folder,
                      const char *path, const struct dirent *entry, unsigned depth)
{
    char below[PATH_MAX];
    const char *name = entry->d_name;
    if (strcmp(name, ".") == 0 || strcmp(name, "..") == 0 || dev_name_is_foreign(name) ||
        dev_name_is_temporary(name) || !join(below, path, name))
        return false;
    if (!is_folder(dirfd(folder), entry))
        return dev_target_wants(target, name);
    return add_whole(changes, target, below, depth + 1);
}

/* Watched first, read then: what comes in between is told twice, and not missed. A folder that was
 * watched already is read again, since it may have been moved, and what is below it with it. */
static bool add_whole(struct dev_changes *changes, const struct dev_target *target,
                      const char *path, unsigned depth)
{
    bool found = false;
    if (depth > changes->depth_max) {
        lacks(changes, "%s lies more than %u folders deep: what changes there is not seen", path,
              changes->depth_max);
        return false;
    }
    int fd = add_folder(changes, path);
    DIR *folder = fd < 0 ? NULL : fdopendir(fd);
    if (!folder) {
        tb_fd_close(&fd);
        return false;
    }
    for (const struct dirent *entry; (entry = readdir(folder));)
        if (add_entry(changes, target, folder, path, entry, depth))
            found = true;
    (void)closedir(folder);
    return found;
}

/* Watches the folders on the way to the target, as far as they are there, and all of it if it is a
 * folder. Whether there is anything of it. */
static bool add_target(struct dev_changes *changes, const struct dev_target *target)
{
    char way[sizeof target->path] = "";
    for (const char *slash = target->path; slash; slash = strchr(slash + 1, '/')) {
        (void)snprintf(way, sizeof way, "%.*s", (int)(slash - target->path), target->path);
        tb_fd fd = add_folder(changes, way);
        if (fd < 0)
            return false;
    }
    if (target->whole)
        return add_whole(changes, target, target->path, 0);
    off_t size;
    tb_fd file = tb_folder_open_file(changes->folders.app, target->path, &size);
    return file >= 0;
}

static void add_all(struct dev_changes *changes)
{
    changes->lack[0] = 0;
    dev_folders_remove(&changes->folders, "");
    for (size_t i = 0; i < changes->targets.n; i++)
        (void)add_target(changes, &changes->targets.list[i]);
}

/* ---- what happens ---- */

enum { GONE = IN_DELETE | IN_MOVED_FROM, COME = IN_CREATE | IN_MOVED_TO };

/* A folder has come or gone, or what is no folder has changed. Whether that matters to the target.
 */
static bool concerns(struct dev_changes *changes, const struct dev_target *target, const char *path,
                     const char *name, uint32_t mask)
{
    bool folder = mask & IN_ISDIR;
    bool within = dev_target_holds(target, path);
    if (!within && !(folder && dev_target_is_below(target, path)))
        return false;
    if (!folder)
        return dev_target_wants(target, name);
    if (mask & GONE)
        return true;
    if (!(mask & COME))
        return false;
    return within && target->whole ? add_whole(changes, target, path, 0)
                                   : add_target(changes, target);
}

/* What has happened to an entry of a folder. */
static unsigned of_entry(struct dev_changes *changes, const char *folder, const char *name,
                         uint32_t mask)
{
    char path[PATH_MAX];
    unsigned flags = 0;
    if (dev_name_is_foreign(name) || dev_name_is_temporary(name) || !join(path, folder, name))
        return 0;
    if ((mask & IN_ISDIR) && (mask & GONE))
        dev_folders_remove(&changes->folders, path);
    for (size_t i = 0; i < changes->targets.n; i++)
        if (concerns(changes, &changes->targets.list[i], path, name, mask))
            flags |= changes->targets.list[i].change;
    return flags;
}

static unsigned of_event(struct dev_changes *changes, const struct inotify_event *event)
{
    if (event->mask & IN_Q_OVERFLOW) {
        add_all(changes);
        return DEV_CHANGE_ALL;
    }
    const char *folder = dev_folders_path(&changes->folders, event->wd);
    if (!folder)
        return 0;
    /* If it is deleted, its manifest is. */
    if (folder[0] == 0 && (event->mask & IN_MOVE_SELF)) {
        lacks(changes, "the app's folder is not at its place any more");
        return DEV_CHANGE_APP;
    }
    if (event->mask & IN_IGNORED)
        dev_folders_forget(&changes->folders, event->wd);
    else if (event->len > 0) {
        char way[PATH_MAX]; /* what is known of the folder may change meanwhile */
        (void)snprintf(way, sizeof way, "%s", folder);
        return of_entry(changes, way, event->name, event->mask);
    }
    return 0;
}

static void on_event(void *data, const struct inotify_event *event)
{
    struct dev_changes *changes = data;
    changes->flags |= of_event(changes, event);
}

int dev_changes_read(struct dev_changes *changes, uint64_t now_ns)
{
    int r = dev_inotify_read(changes->folders.inotify, on_event, changes);
    dev_quiet_add(&changes->quiet, changes->flags, now_ns);
    changes->flags = 0;
    return r;
}

/* ---- the whole ---- */

static void read_manifest(struct dev_changes *changes, struct dev_manifest *ret_manifest)
{
    tb_cleanup(tb_bytes_free) uint8_t *text = NULL;
    size_t n = 0;
    off_t size;
    tb_fd fd = tb_folder_open_file(changes->folders.app, DEV_MANIFEST_FILE, &size);
    memset(ret_manifest, 0, sizeof *ret_manifest);
    if (fd >= 0 && tb_fd_read_all(fd, DEV_MANIFEST_MAX, &text, &n) == TB_OK)
        dev_manifest_read(tb_bytes_of(text, n), ret_manifest);
}

/* What has happened until now is kept for the next read, which is due: watches that are taken away
 * say so. */
void dev_changes_aim(struct dev_changes *changes, const char *frontend)
{
    struct dev_manifest manifest;
    int r = dev_inotify_read(changes->folders.inotify, on_event, changes);
    (void)r; /* the next read finds the same wrong */
    read_manifest(changes, &manifest);
    bool fits = dev_targets_set(&changes->targets, frontend, &manifest);
    add_all(changes);
    if (!fits)
        lacks(changes, "%s is too long a path: what changes there is not seen", frontend);
}

int dev_changes_new(const char *app, const char *frontend, const struct dev_changes_limits *limits,
                    struct dev_changes **ret_changes)
{
    size_t folders = limits && limits->folders ? limits->folders : FOLDERS_MAX;
    struct dev_changes *changes = calloc(1, sizeof *changes);
    int r = changes ? dev_folders_init(&changes->folders, app, folders) : -ENOMEM;
    if (r < 0) {
        free(changes);
        return r;
    }
    changes->depth_max = limits && limits->depth ? limits->depth : DEPTH_MAX;
    dev_changes_aim(changes, frontend);
    *ret_changes = changes;
    return 0;
}

void dev_changes_free(struct dev_changes *changes)
{
    if (!changes)
        return;
    dev_folders_deinit(&changes->folders);
    free(changes);
}

const char *dev_changes_lack(const struct dev_changes *changes)
{
    return changes->lack[0] ? changes->lack : NULL;
}

const char *dev_changes_take_lack(struct dev_changes *changes)
{
    if (strcmp(changes->lack, changes->lack_taken) == 0)
        return NULL;
    memcpy(changes->lack_taken, changes->lack, sizeof changes->lack);
    return dev_changes_lack(changes);
}

int dev_changes_fd(const struct dev_changes *changes)
{
    return changes->folders.inotify;
}

uint64_t dev_changes_due_ns(const struct dev_changes *changes)
{
    return dev_quiet_due_ns(&changes->quiet);
}

unsigned dev_changes_take(struct dev_changes *changes, uint64_t now_ns)
{
    return dev_quiet_take(&changes->quiet, now_ns);
}
