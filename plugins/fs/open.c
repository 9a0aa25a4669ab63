#include "plugins/fs/open.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>

static int open_flags(const struct fs_how *how)
{
    /* O_NONBLOCK: opening a FIFO must not wait for its other end. */
    static const int common = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    switch (how->intent) {
    case FS_FILE:
        return common | how->flags;
    case FS_LIST:
        return common | O_RDONLY | O_DIRECTORY;
    case FS_SELF:
        return O_PATH | O_NOFOLLOW;
    case FS_LOOK:
        break;
    }
    return O_PATH; /* and no O_NOFOLLOW, with which a link itself would be opened */
}

static bool check_opened(const struct fs_target *target, enum fs_intent intent,
                         const struct stat *status, struct fs_failure *ret_failure)
{
    bool into = intent == FS_FILE || intent == FS_LIST;
    if (fs_target_denies(target, fs_identity_of(status), into))
        return fs_fail(fs_outside, ret_failure);
    if (intent == FS_FILE && S_ISDIR(status->st_mode))
        return fs_fail(fs_failure_of(-EISDIR), ret_failure);
    if (intent == FS_FILE && !S_ISREG(status->st_mode))
        return fs_fail(fs_failure_of(-ENXIO), ret_failure);
    return true;
}

bool fs_open_entry(const struct fs_target *target, const struct fs_entry *entry,
                   const struct fs_how *how, struct fs_failure *ret_failure,
                   struct stat *ret_status, int *ret_fd)
{
    struct stat status;
    unsigned mode = (how->flags & O_CREAT) ? how->mode & 0777 : 0; /* no set-id bits from a page */
    tb_fd fd =
        fs_openat2(fs_entry_parent(entry), entry->name, open_flags(how), mode, fs_resolve_strict);
    if (fd < 0)
        return fs_fail(fs_failure_of(fd), ret_failure);
    if (fstat(fd, &status) < 0)
        return fs_fail(fs_failure_of(-errno), ret_failure);
    if (!check_opened(target, how->intent, &status, ret_failure))
        return false;
    *ret_status = status;
    *ret_fd = fd;
    fd = -1;
    return true;
}

bool fs_open(const struct fs_target *target, const struct fs_how *how,
             struct fs_failure *ret_failure, struct stat *ret_status, int *ret_fd)
{
    tb_cleanup(fs_entry_close) struct fs_entry entry = {.held = -1};
    return fs_entry_find(target, ret_failure, &entry) &&
           fs_open_entry(target, &entry, how, ret_failure, ret_status, ret_fd);
}
