#include "base/fd.h"
#include "plugins/fs/commands.h"
#include "plugins/fs/walk.h"

/* What is outside the scope is as if it were not there. */
static enum fs_walk_next add_file(void *context, const struct fs_found *found,
                                  tb_unused struct fs_failure *ret_failure)
{
    uint64_t *total = context;
    if (found->inside && S_ISREG(found->status->st_mode))
        *total += (uint64_t)found->status->st_size;
    return found->inside ? FS_WALK_ON : FS_WALK_PAST;
}

/* A file's size, or that of all files below a folder. */
void fs_size(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct stat status;
    struct fs_failure failure;
    tb_fd fd = -1;
    const struct fs_how how = {.intent = FS_LOOK};
    if (!fs_read_target(call, &path, &options) || !fs_open_for(call, &path, &how, &status, &fd))
        return;
    uint64_t total = S_ISDIR(status.st_mode) ? 0 : (uint64_t)status.st_size;
    const struct fs_target target = fs_target_of(call, &path);
    const struct fs_walk walk = {.visit = add_file, .context = &total};
    if (S_ISDIR(status.st_mode) && !fs_walk(&walk, &target, fd, &failure))
        fs_answer_failure(call, failure);
    else
        tb_pack_uint(tb_reply_value(call), total);
}
