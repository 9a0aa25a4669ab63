#include "base/place.h"

#include <dlfcn.h>
#include <errno.h>
#include <link.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { LEVELS_MAX = 4 }; /* libexec/trollbridge/plugins/fs is the deepest */

static bool up(char *path)
{
    char *slash = strrchr(path, '/');
    if (!slash || slash == path)
        return false;
    *slash = 0;
    return true;
}

int tb_place_of(const char *relative, char ret_path[static PATH_MAX])
{
    Dl_info own;
    struct link_map *map;
    char folder[PATH_MAX];
    char candidate[PATH_MAX];
    if (!dladdr1((void *)(uintptr_t)tb_place_of, &own, (void **)&map, RTLD_DL_LINKMAP))
        return -ENOENT;
    /* The program itself has whatever name it was called by; the kernel knows which file it is. */
    if (!realpath(map->l_name[0] ? map->l_name : "/proc/self/exe", folder))
        return -errno;
    for (int level = 0; level < LEVELS_MAX && up(folder); level++) {
        int n = snprintf(candidate, sizeof candidate, "%s/%s", folder, relative);
        if (n < 0 || (size_t)n >= sizeof candidate)
            return -ENAMETOOLONG;
        if (access(candidate, F_OK) == 0) {
            memcpy(ret_path, candidate, (size_t)n + 1);
            return 0;
        }
    }
    return -ENOENT;
}
