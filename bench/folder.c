#include "bench/folder.h"

#include <errno.h>
#include <ftw.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/stat.h>

int bench_folder_join(const char *folder, const char *name, char ret_path[static PATH_MAX])
{
    int n = snprintf(ret_path, PATH_MAX, "%s/%s", folder, name);
    return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int bench_folder_make(char ret_path[static PATH_MAX])
{
    const char *temporary = getenv("TMPDIR");
    int r = bench_folder_join(temporary && temporary[0] == '/' ? temporary : "/tmp",
                              "trollbridge-bench-XXXXXX", ret_path);
    if (r == 0 && !mkdtemp(ret_path))
        r = -errno;
    if (r < 0)
        ret_path[0] = 0;
    return r;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *ftw)
{
    (void)stat;
    (void)type;
    (void)ftw;
    (void)remove(path);
    return 0;
}

void bench_folder_remove(const char *path)
{
    if (path[0])
        (void)nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int bench_folder_add(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int r = bench_folder_join(folder, name, path);
    if (r < 0)
        return r;
    return mkdir(path, 0700) < 0 ? -errno : 0;
}

FILE *bench_folder_open(const char *folder, const char *name)
{
    char path[PATH_MAX];
    int r = bench_folder_join(folder, name, path);
    if (r < 0) {
        errno = -r;
        return NULL;
    }
    return fopen(path, "wxe");
}

int bench_folder_close(FILE *file)
{
    bool failed = ferror(file) != 0;
    return fclose(file) != 0 || failed ? -EIO : 0;
}

int bench_folder_write(const char *folder, const char *name, const char *format, ...)
{
    FILE *file = bench_folder_open(folder, name);
    if (!file)
        return -errno;
    va_list arguments;
    va_start(arguments, format);
    (void)vfprintf(file, format, arguments);
    va_end(arguments);
    return bench_folder_close(file);
}
