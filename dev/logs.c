#include "dev/logs.h"

#include "base/fd.h"
#include "base/result.h"
#include "dev/inotify.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static const uint32_t watched = IN_CREATE | IN_MOVED_TO | IN_MODIFY | IN_ONLYDIR;

static bool name_of(const struct dev_logs *logs, size_t i, char ret_name[static NAME_MAX + 1])
{
    const char *dot = strrchr(logs->name, '.');
    int stem = (int)(dot ? (size_t)(dot - logs->name) : strlen(logs->name));
    int n = i == 0 ? snprintf(ret_name, NAME_MAX + 1, "%s", logs->name)
                   : snprintf(ret_name, NAME_MAX + 1, "%.*s-%zu%s", stem, logs->name, i + 1,
                              logs->name + stem);
    return n > 0 && n <= NAME_MAX;
}

/* Whether what lies there under its name is what is open. */
static bool is_open(const struct dev_log *log, const struct stat *there)
{
    struct stat open;
    return log->fd >= 0 && fstat(log->fd, &open) == 0 && open.st_ino == there->st_ino &&
           open.st_dev == there->st_dev;
}

/* Opens what lies there under its name, if that is another file than the one that is open. */
static void look(struct dev_logs *logs, size_t i)
{
    char name[NAME_MAX + 1];
    struct stat status;
    struct dev_log *log = &logs->list[i];
    if (!name_of(logs, i, name))
        return;
    tb_fd fd = openat(logs->folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 || fstat(fd, &status) < 0 || !S_ISREG(status.st_mode) || is_open(log, &status))
        return;
    tb_fd_close(&log->fd);
    *log = (struct dev_log){.fd = fd, .changed = true};
    fd = -1;
}

static void pass_over(struct dev_log *log)
{
    struct stat status;
    log->changed = false;
    if (log->fd >= 0 && fstat(log->fd, &status) == 0)
        log->offset = (uint64_t)status.st_size;
}

/* Takes a path apart. 0 or -errno. */
static int open_folder(struct dev_logs *logs, const char *path)
{
    const char *slash = strrchr(path, '/');
    char folder[PATH_MAX];
    int n = slash == path ? snprintf(folder, sizeof folder, "/")
                          : snprintf(folder, sizeof folder, "%.*s", slash ? (int)(slash - path) : 1,
                                     slash ? path : ".");
    if (n < 0 || (size_t)n >= sizeof folder)
        return -ENAMETOOLONG;
    logs->name = strdup(slash ? slash + 1 : path);
    logs->folder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (!logs->name || logs->folder < 0)
        return logs->name ? -errno : -ENOMEM;
    return 0;
}

static int watch(struct dev_logs *logs)
{
    char name[32];
    logs->inotify = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", logs->folder);
    if (logs->inotify < 0 || inotify_add_watch(logs->inotify, name, watched) < 0)
        return -errno;
    return 0;
}

int dev_logs_init(struct dev_logs *logs, const char *path,
                  void (*tell)(void *data, struct tb_bytes untrusted_line), void *data)
{
    memset(logs, 0, sizeof *logs);
    logs->inotify = logs->folder = -1;
    for (size_t i = 0; i < DEV_LOGS_MAX; i++)
        logs->list[i].fd = -1;
    logs->tell = tell;
    logs->data = data;
    int r = open_folder(logs, path);
    if (r == 0)
        r = watch(logs);
    if (r < 0) {
        dev_logs_deinit(logs);
        return r;
    }
    for (size_t i = 0; i < DEV_LOGS_MAX; i++) {
        look(logs, i);
        pass_over(&logs->list[i]);
    }
    return 0;
}

void dev_logs_deinit(struct dev_logs *logs)
{
    for (size_t i = 0; i < DEV_LOGS_MAX; i++)
        tb_fd_close(&logs->list[i].fd);
    tb_fd_close(&logs->inotify);
    tb_fd_close(&logs->folder);
    free(logs->name);
    logs->name = NULL;
}

static void on_event(void *data, const struct inotify_event *event)
{
    struct dev_logs *logs = data;
    bool lost = event->mask & IN_Q_OVERFLOW;
    for (size_t i = 0; i < DEV_LOGS_MAX; i++) {
        char name[NAME_MAX + 1];
        bool named = event->len > 0 && name_of(logs, i, name) && strcmp(name, event->name) == 0;
        if (!lost && !named)
            continue;
        if (event->mask & (IN_CREATE | IN_MOVED_TO | IN_Q_OVERFLOW))
            look(logs, i);
        logs->list[i].changed = true;
    }
}

/* As far as it reached when this began: whoever calls has other things to do, too. */
static int read_log(struct dev_logs *logs, struct dev_log *log)
{
    struct tb_piece piece;
    struct stat status;
    if (fstat(log->fd, &status) < 0)
        return -errno;
    uint64_t size = (uint64_t)status.st_size;
    if (size < log->offset) { /* cut back to its last whole line */
        log->offset = size;
        log->in_line = false;
    }
    tb_lines_init(&logs->lines, log->fd, log->offset);
    logs->lines.in_line = log->in_line;
    int r = TB_OK;
    while (logs->lines.offset < size && (r = tb_lines_next(&logs->lines, &piece)) == TB_OK)
        if (piece.starts && piece.ends)
            logs->tell(logs->data, piece.bytes);
    log->offset = logs->lines.offset;
    log->in_line = logs->lines.in_line;
    return r < 0 ? r : 0;
}

int dev_logs_read(struct dev_logs *logs)
{
    int r = dev_inotify_read(logs->inotify, on_event, logs);
    for (size_t i = 0; i < DEV_LOGS_MAX && r == 0; i++) {
        struct dev_log *log = &logs->list[i];
        if (!log->changed || log->fd < 0)
            continue;
        log->changed = false;
        r = read_log(logs, log);
    }
    return r;
}
