/* Places for what a person picks while the plugin runs: mounts come to lie on them, and until then
 * nobody can open them. */
#include "base/fd.h"
#include "confine/cover.h"
#include "proto/inner.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/stat.h>

static int make_places(int place)
{
    char path[16];
    for (unsigned i = 1; i <= TB_PICKS_MAX; i++) {
        (void)snprintf(path, sizeof path, TB_PICKED_FOLDER, i);
        if (mkdirat(place, path, 0000) < 0)
            return -errno;
        (void)snprintf(path, sizeof path, TB_PICKED_FILE, i);
        if (mknodat(place, path, S_IFREG | 0000, 0) < 0)
            return -errno;
    }
    return 0;
}

int hull_make_picked(int root)
{
    static const char path[] = TB_PICKED_PLACE;
    if (mkdirat(root, path + 1, 0755) < 0)
        return -errno;
    tb_fd place = openat(root, path + 1, O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    return place < 0 ? -errno : make_places(place);
}
