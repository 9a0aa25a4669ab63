#include "base/fd.h"
#include "plugins/fs/change.h"
#include "plugins/fs/commands.h"
#include "plugins/fs/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <unistd.h>

static const struct fs_failure wrong_kind = {TB_CODE_IO, EPERM,
                                             "only files and folders can be renamed"};
static const struct fs_failure too_far = {
    TB_CODE_IO, EXDEV,
    "the two lie in different folders of the scope, or on different file systems: copy the file "
    "and remove the old one"};
static const struct fs_failure changed = {TB_CODE_IO, EBUSY,
                                          "it became something else meanwhile: try again"};

/* One end of the renaming: what is there, if anything is. */
struct side {
    struct fs_target target;
    struct fs_entry entry;
    struct stat status;
    int fd; /* O_PATH; -1: nothing is there */
};

static void close_side(struct side *side)
{
    tb_fd_close(&side->fd);
    fs_entry_close(&side->entry);
}

static bool look(struct side *side, struct fs_failure *ret_failure)
{
    const struct fs_how how = {.intent = FS_SELF};
    if (!fs_entry_find(&side->target, ret_failure, &side->entry) ||
        !fs_open_entry(&side->target, &side->entry, &how, ret_failure, &side->status, &side->fd))
        return false;
    return fs_target_may_go(&side->target, fs_identity_of(&side->status), ret_failure);
}

static bool look_at_old(struct side *old, struct fs_failure *ret_failure)
{
    if (!look(old, ret_failure))
        return false;
    bool right = S_ISREG(old->status.st_mode) || S_ISDIR(old->status.st_mode);
    return right || fs_fail(wrong_kind, ret_failure);
}

/* Nothing has to be there; but a name that denied ones lie below is not to be had either. */
static bool look_at_new(struct side *new, struct fs_failure *ret_failure)
{
    static const struct fs_identity nothing;
    if (look(new, ret_failure))
        return true;
    return ret_failure->number == ENOENT &&
           new->entry.root &&fs_target_may_go(&new->target, nothing, ret_failure);
}

struct moving {
    const struct fs_target *old;
    const struct fs_target *new;
};

/* What a folder holds goes from its old name to its new one: it has to be in the scope under both.
 */
static enum fs_walk_next check_both(void *context, const struct fs_found *found,
                                    struct fs_failure *ret_failure)
{
    const struct moving *moving = context;
    struct fs_path path = *moving->new->path;
    const char *rest = found->path->text + moving->old->path->n + 1;
    enum fs_walk_next next = fs_walk_inside(moving->old->space, found, ret_failure);
    if (next == FS_WALK_STOP)
        return next;
    if (fs_path_enter(&path, rest) && fs_scope_find(moving->new->space, moving->new->scope, &path))
        return FS_WALK_ON;
    *ret_failure = fs_outside;
    return FS_WALK_STOP;
}

static bool check_content(const struct side *old, const struct side *new,
                          struct fs_failure *ret_failure)
{
    struct moving moving = {&old->target, &new->target};
    const struct fs_walk walk = {.visit = check_both, .context = &moving};
    return !S_ISDIR(old->status.st_mode) || fs_walk(&walk, &old->target, old->fd, ret_failure);
}

/* Not glibc's, which calls another one when there are no flags. */
static int move(const struct side *from, const struct side *to, unsigned flags)
{
    long r = syscall(SYS_renameat2, fs_entry_parent(&from->entry), from->entry.name,
                     fs_entry_parent(&to->entry), to->entry.name, flags);
    return r < 0 ? -errno : 0;
}

/* Names are what the kernel renames. If somebody put another thing under the old name after it was
 * looked at, that one has moved: a folder nobody looked into, or what is denied, goes back. */
static bool check_moved(const struct side *old, const struct side *new,
                        struct fs_failure *ret_failure)
{
    struct stat status;
    if (fstatat(fs_entry_parent(&new->entry), new->entry.name, &status, AT_SYMLINK_NOFOLLOW) < 0)
        return true; /* gone again already */
    struct fs_identity moved = fs_identity_of(&status);
    if (fs_identity_equal(moved, fs_identity_of(&old->status)))
        return true;
    if (!S_ISDIR(status.st_mode) && !fs_target_denies(&old->target, moved, true))
        return true;
    (void)move(new, old, RENAME_NOREPLACE);
    return fs_fail(changed, ret_failure);
}

static bool move_side(struct side *old, struct side *new, struct fs_failure *ret_failure)
{
    if (!look_at_old(old, ret_failure) || !look_at_new(new, ret_failure) ||
        !check_content(old, new, ret_failure))
        return false;
    int r = move(old, new, 0);
    if (r < 0)
        return fs_fail(r == -EXDEV ? too_far : fs_failure_of(r), ret_failure);
    return check_moved(old, new, ret_failure);
}

bool fs_move(const struct fs_target *from, const struct fs_target *to,
             struct fs_failure *ret_failure)
{
    tb_cleanup(close_side) struct side old = {.target = *from, .entry.held = -1, .fd = -1};
    tb_cleanup(close_side) struct side new = {.target = *to, .entry.held = -1, .fd = -1};
    return move_side(&old, &new, ret_failure);
}

void fs_rename(struct tb_call *call)
{
    struct fs_path old_path;
    struct fs_path new_path;
    struct tb_args options;
    struct fs_failure failure;
    if (!tb_arg_args(call, call->args, "options", TB_OPTIONAL, &options) ||
        !fs_read_path(call, "oldPath", options, "oldPathBaseDir", &old_path) ||
        !fs_read_path(call, "newPath", options, "newPathBaseDir", &new_path))
        return;
    const struct fs_target from = fs_target_of(call, &old_path);
    const struct fs_target to = fs_target_of(call, &new_path);
    bool done = fs_move(&from, &to, &failure);
    fs_answer_done(call, done, failure);
}
