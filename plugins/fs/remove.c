#include "base/fd.h"
#include "plugins/fs/change.h"
#include "plugins/fs/commands.h"
#include "plugins/fs/walk.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>

static bool unlink_at(int folder, const char *name, bool is_folder, struct fs_failure *ret_failure)
{
    return unlinkat(folder, name, is_folder ? AT_REMOVEDIR : 0) == 0 ||
           fs_fail(fs_failure_of(-errno), ret_failure);
}

/* Once more: somebody may have put it there since the first walk. */
static enum fs_walk_next remove_file(void *context, const struct fs_found *found,
                                     struct fs_failure *ret_failure)
{
    enum fs_walk_next next = fs_walk_inside(context, found, ret_failure);
    if (next == FS_WALK_STOP || S_ISDIR(found->status->st_mode))
        return next;
    return unlink_at(found->folder, found->name, false, ret_failure) ? FS_WALK_ON : FS_WALK_STOP;
}

static bool remove_folder(tb_unused void *context, const struct fs_found *found,
                          struct fs_failure *ret_failure)
{
    return unlink_at(found->folder, found->name, true, ret_failure);
}

/* Nothing is removed at all if one of the things in it may not be. */
static bool empty_folder(const struct fs_target *target, int folder, struct fs_failure *ret_failure)
{
    const struct fs_walk check = {.visit = fs_walk_inside, .context = target->space};
    const struct fs_walk remove = {
        .visit = remove_file, .leave = remove_folder, .context = target->space};
    return fs_walk(&check, target, folder, ret_failure) &&
           fs_walk(&remove, target, folder, ret_failure);
}

/* What is removed is what stands under the name at that moment: the kernel has no way to say it by
 * descriptor. A folder that is not empty cannot come to harm by that, nor can what a link leads to.
 */
bool fs_take_away(const struct fs_target *target, bool recursive, struct fs_failure *ret_failure)
{
    tb_cleanup(fs_entry_close) struct fs_entry entry = {.held = -1};
    const struct fs_how how = {.intent = FS_SELF};
    struct stat status;
    tb_fd fd = -1;
    if (!fs_entry_find(target, ret_failure, &entry) ||
        !fs_open_entry(target, &entry, &how, ret_failure, &status, &fd) ||
        !fs_target_may_go(target, fs_identity_of(&status), ret_failure))
        return false;
    bool is_folder = S_ISDIR(status.st_mode);
    if (is_folder && recursive && !empty_folder(target, fd, ret_failure))
        return false;
    return unlink_at(fs_entry_parent(&entry), entry.name, is_folder, ret_failure);
}

void fs_remove(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct fs_failure failure;
    bool recursive = false;
    if (!fs_read_target(call, &path, &options) ||
        !tb_arg_bool(call, options, "recursive", TB_OPTIONAL, &recursive))
        return;
    const struct fs_target target = fs_target_of(call, &path);
    bool done = fs_take_away(&target, recursive, &failure);
    fs_answer_done(call, done, failure);
}
