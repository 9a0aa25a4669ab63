#include "dev/frontend.h"

#include "base/fd.h"
#include "base/result.h"
#include "frontend/folder.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static int open_now(const struct dev_frontend *frontend)
{
    return frontend->app < 0 ? -ENOENT : tb_folder_open(frontend->app, frontend->path);
}

int dev_frontend_set(struct dev_frontend *frontend, const char *app, const char *path)
{
    dev_frontend_deinit(frontend);
    char *own = strdup(path);
    if (!own)
        return -ENOMEM;
    int folder = open(app, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (folder < 0) {
        int r = -errno;
        free(own);
        return r;
    }
    *frontend = (struct dev_frontend){folder, own};
    tb_fd now = open_now(frontend);
    return now < 0 ? now : 0;
}

void dev_frontend_deinit(struct dev_frontend *frontend)
{
    tb_fd_close(&frontend->app);
    free(frontend->path);
    frontend->path = NULL;
}

int dev_frontend_find(const struct dev_frontend *frontend, const char *untrusted_path,
                      struct tb_frontend_path tries[static TB_FRONTEND_TRIES],
                      struct tb_found *ret_found)
{
    struct tb_frontend_path path;
    tb_fd folder = open_now(frontend);
    if (folder < 0 || !tb_frontend_path_take(tb_bytes_of_string(untrusted_path), &path))
        return TB_UNKNOWN;
    return tb_frontend_find(folder, tries, tb_frontend_tries(&path, tries), ret_found);
}
