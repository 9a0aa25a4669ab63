#include "frontend/find.h"

#include "base/fd.h"
#include "base/result.h"
#include "frontend/folder.h"

#include <errno.h>

/* What only means that there is no such file. */
static bool absent(int error)
{
    return error == -ENOENT || error == -ENOTDIR || error == -EISDIR || error == -ENAMETOOLONG;
}

int tb_frontend_find(int folder, const struct tb_frontend_path *tries, size_t n,
                     struct tb_found *ret_found)
{
    for (size_t i = 0; i < n; i++) {
        struct tb_found found = {.path = tries[i].text};
        found.fd = tb_folder_open_file(folder, found.path, &found.size);
        if (found.fd >= 0) {
            *ret_found = found;
            return TB_OK;
        }
        if (!absent(found.fd))
            return TB_DENIED;
    }
    return TB_UNKNOWN;
}

void tb_found_deinit(struct tb_found *found)
{
    tb_fd_close(&found->fd);
}
