#include "base/fd.h"
#include "plugins/fs/change.h"
#include "plugins/fs/commands.h"

#include <errno.h>

struct making {
    struct fs_target target; /* its path is `path` */
    struct fs_path path;     /* cut off while the folders above are made */
    unsigned mode;
};

static bool make_one(const struct making *making, struct fs_failure *ret_failure)
{
    tb_cleanup(fs_entry_close) struct fs_entry entry = {.held = -1};
    if (!fs_entry_find(&making->target, ret_failure, &entry))
        return false;
    return mkdirat(fs_entry_parent(&entry), entry.name, making->mode) == 0 ||
           fs_fail(fs_failure_of(-errno), ret_failure);
}

static void cut(struct fs_path *path, size_t n)
{
    path->text[n] = 0;
    path->n = n;
}

/* Cuts the path off at the first folder that can be made, and makes it. */
static bool make_first(struct making *making, struct fs_failure *ret_failure)
{
    while (!make_one(making, ret_failure) && ret_failure->number != EEXIST) {
        const char *slash = strrchr(making->path.text, '/');
        if (ret_failure->number != ENOENT || slash == making->path.text)
            return false;
        cut(&making->path, (size_t)(slash - making->path.text));
    }
    return true;
}

static bool is_folder(const struct fs_target *target, struct fs_failure *ret_failure)
{
    static const struct fs_how how = {.intent = FS_LOOK};
    struct stat status;
    tb_fd fd = -1;
    if (!fs_open(target, &how, ret_failure, &status, &fd))
        return false;
    return S_ISDIR(status.st_mode) || fs_fail(fs_failure_of(-EEXIST), ret_failure);
}

/* Each folder that is missing has to be in the scope itself. That it is there is as good as made.
 */
static bool make_all(struct making *making, struct fs_failure *ret_failure)
{
    const struct fs_path whole = making->path;
    if (!make_first(making, ret_failure))
        return false;
    while (making->path.n < whole.n) {
        const char *slash = strchr(whole.text + making->path.n + 1, '/');
        making->path.text[making->path.n] = '/';
        cut(&making->path, slash ? (size_t)(slash - whole.text) : whole.n);
        if (!make_one(making, ret_failure) && ret_failure->number != EEXIST)
            return false;
    }
    return is_folder(&making->target, ret_failure);
}

bool fs_make(const struct fs_target *target, unsigned mode, bool recursive,
             struct fs_failure *ret_failure)
{
    struct making making = {.target = *target, .path = *target->path, .mode = mode & 0777};
    making.target.path = &making.path;
    return recursive ? make_all(&making, ret_failure) : make_one(&making, ret_failure);
}

void fs_mkdir(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct fs_failure failure;
    uint64_t mode = 0777;
    bool recursive = false;
    if (!fs_read_target(call, &path, &options) ||
        !tb_arg_uint(call, options, "mode", TB_OPTIONAL, UINT32_MAX, &mode) ||
        !tb_arg_bool(call, options, "recursive", TB_OPTIONAL, &recursive))
        return;
    const struct fs_target target = fs_target_of(call, &path);
    bool done = fs_make(&target, (unsigned)mode, recursive, &failure);
    fs_answer_done(call, done, failure);
}
