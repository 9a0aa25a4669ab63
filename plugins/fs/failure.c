#include "plugins/fs/failure.h"

#include <errno.h>
#include <string.h>

const struct fs_failure fs_outside = {TB_CODE_SCOPE, 0, "not in the scope of this command"};

bool fs_fail(struct fs_failure failure, struct fs_failure *ret_failure)
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
        return fs_outside;
    case ENXIO:
        return (struct fs_failure){TB_CODE_IO, ENXIO, "not a regular file"};
    default: {
        /* Not strerror: that one asks for the locale. */
        const char *text = strerrordesc_np(-error);
        return (struct fs_failure){TB_CODE_IO, -error, text ? text : "unknown error"};
    }
    }
}
