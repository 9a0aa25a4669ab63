#include "plugins/fs/open.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>

static const struct fs_failure outside = {TB_CODE_SCOPE, 0, "not in the scope of this command"};

static bool fail(struct fs_failure failure, struct fs_failure *ret_failure)
{
    *ret_failure = failure;
    return false;
}

struct fs_failure fs_failure_of(int error)
{
    switch (-error) {
    case ENOENT:
        return (struct fs_failure){TB_CODE_NOT_FOUND, ENOENT, "no such file or folder"};
    case ELOOP:
        return (struct fs_failure){TB_CODE_SCOPE, ELOOP,
                                   "a symbolic link is in the path; links are not followed"};
    case EXDEV:
        return outside;
    case ENXIO:
        return (struct fs_failure){TB_CODE_IO, ENXIO, "not a regular file"};
    default: {
        /* Not strerror: that one asks for the locale. */
        const char *text = strerrordesc_np(-error);
        return (struct fs_failure){TB_CODE_IO, -error, text ? text : "unknown error"};
    }
    }
}

/* Whether the thing is one that the scope denies. `into`: its content is wanted, or it is a folder
 * on the way. */
static bool is_denied(const struct fs_request *request, struct fs_identity identity, bool into)
{
    const struct fs_scope *scope = &request->space->scopes[request->scope];
    if (fs_denied_covers(&request->space->denied, identity))
        return true;
    for (uint32_t i = 0; i < scope->n_denied; i++) {
        const struct fs_denied *denied = &request->space->denied.items[scope->denied[i]];
        if ((into || !denied->only_below) && fs_denied_is(denied, identity))
            return true;
    }
    return false;
}

static bool look_at_denied(const struct fs_request *request, struct fs_failure *ret_failure)
{
    const struct fs_scope *scope = &request->space->scopes[request->scope];
    for (uint32_t i = 0; i < scope->n_denied; i++) {
        int r = fs_denied_look(&request->space->denied.items[scope->denied[i]]);
        if (r == TB_FULL)
            return fail(outside, ret_failure);
        if (r != TB_OK)
            return fail(fs_failure_of(r), ret_failure);
    }
    return true;
}

/* Where the last name begins. */
static const char *last_name(const char *below)
{
    const char *slash = strrchr(below, '/');
    return slash ? slash + 1 : below;
}

/* The folder that holds the last name: *ret_fd is new, or -1 if it is the root itself. 0 or -errno.
 */
static int open_parent(const struct fs_root *root, const char *below, int *ret_fd)
{
    char parent[FS_PATH_MAX + 1];
    size_t n = (size_t)(last_name(below) - below);
    if (n == 0)
        return 0;
    memcpy(parent, below, n - 1);
    parent[n - 1] = 0;
    int fd = fs_openat2(root->fd, parent, O_PATH | O_DIRECTORY, 0, fs_resolve_strict);
    if (fd < 0)
        return fd;
    *ret_fd = fd;
    return 0;
}

/* Step 3. Each `..` is the kernel's own answer at that moment, not a name that somebody can give.
 */
static bool check_ancestors(const struct fs_request *request, const struct fs_root *root,
                            int parent, struct fs_failure *ret_failure)
{
    char up[3 * TB_GLOB_PARTS_MAX + 3] = ".";
    for (size_t level = 0; level <= TB_GLOB_PARTS_MAX; level++) {
        struct stat status;
        if (fstatat(parent, up, &status, AT_SYMLINK_NOFOLLOW) < 0)
            return fail(fs_failure_of(-errno), ret_failure);
        struct fs_identity identity = fs_identity_of(&status);
        if (is_denied(request, identity, true))
            return fail(outside, ret_failure);
        if (fs_identity_equal(identity, root->identity))
            return true;
        memcpy(up + (level == 0 ? 0 : 3 * level - 1), level == 0 ? ".." : "/..",
               level == 0 ? 3 : 4);
    }
    return fail(outside, ret_failure); /* moved out of the root meanwhile */
}

static int open_flags(const struct fs_request *request)
{
    /* O_NONBLOCK: opening a FIFO must not wait for its other end. */
    static const int common = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY;
    switch (request->intent) {
    case FS_READ:
        return common | O_RDONLY;
    case FS_WRITE:
        return common | O_WRONLY | request->flags;
    case FS_LIST:
        return common | O_RDONLY | O_DIRECTORY;
    case FS_LOOK:
        break;
    }
    return O_PATH; /* and no O_NOFOLLOW, with which a link itself would be opened */
}

/* Step 5. */
static bool check_opened(const struct fs_request *request, const struct stat *status,
                         struct fs_failure *ret_failure)
{
    if (is_denied(request, fs_identity_of(status), request->intent != FS_LOOK))
        return fail(outside, ret_failure);
    bool file = request->intent == FS_READ || request->intent == FS_WRITE;
    if (file && S_ISDIR(status->st_mode))
        return fail(fs_failure_of(-EISDIR), ret_failure);
    if (file && !S_ISREG(status->st_mode))
        return fail(fs_failure_of(-ENXIO), ret_failure);
    return true;
}

/* Steps 4 and 5, in a parent that passed step 3. */
static bool open_in(const struct fs_request *request, int parent, const char *name,
                    struct fs_failure *ret_failure, struct stat *ret_status, int *ret_fd)
{
    struct stat status;
    unsigned mode = (request->flags & O_CREAT) ? request->mode & 0777 : 0;
    tb_fd fd = fs_openat2(parent, name, open_flags(request), mode, fs_resolve_strict);
    if (fd < 0)
        return fail(fs_failure_of(fd), ret_failure);
    if (fstat(fd, &status) < 0)
        return fail(fs_failure_of(-errno), ret_failure);
    if (!check_opened(request, &status, ret_failure))
        return false;
    *ret_status = status;
    *ret_fd = fd;
    fd = -1;
    return true;
}

bool fs_open(const struct fs_request *request, struct fs_failure *ret_failure,
             struct stat *ret_status, int *ret_fd)
{
    const struct fs_root *root = fs_scope_find(request->space, request->scope, request->path);
    const char *below =
        root ? fs_below(tb_bytes_of(root->path, root->n), request->path->text) : NULL;
    if (!below)
        return fail(outside, ret_failure);
    if (root->fd < 0)
        return fail(fs_failure_of(-ENOENT), ret_failure);

    tb_fd held_parent = -1;
    int r = open_parent(root, below, &held_parent);
    if (r < 0)
        return fail(fs_failure_of(r), ret_failure);
    int parent = held_parent >= 0 ? held_parent : root->fd;
    return look_at_denied(request, ret_failure) &&
           check_ancestors(request, root, parent, ret_failure) &&
           open_in(request, parent, last_name(below), ret_failure, ret_status, ret_fd);
}
