#include "cli/test_folder.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

enum { OPEN_FOLDERS = 8 };

/* A folder that another user could have made, or can rename, is none of ours: mkdtemp makes its
 * own, and the supervisor gets its real path. */
int test_folder_make(struct test_folder *ret_folder)
{
    const char *base = getenv("TMPDIR");
    char path[PATH_MAX];
    char real[PATH_MAX];
    if (!base || base[0] != '/')
        base = "/tmp";
    int n = snprintf(path, sizeof path, "%s/trollbridge-test-XXXXXX", base);
    if (n < 0 || (size_t)n >= sizeof path)
        return -ENAMETOOLONG;
    if (!mkdtemp(path))
        return -errno;
    if (!realpath(path, real)) {
        int r = -errno;
        (void)rmdir(path);
        return r;
    }
    (void)snprintf(ret_folder->path, sizeof ret_folder->path, "%s", real);
    return 0;
}

static int remove_one(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path) < 0 && errno != ENOENT;
}

/* FTW_PHYS: a link is removed and never followed. */
void test_folder_remove(struct test_folder *folder)
{
    if (folder->path[0] != 0)
        (void)nftw(folder->path, remove_one, OPEN_FOLDERS, FTW_DEPTH | FTW_PHYS);
    folder->path[0] = 0;
}
