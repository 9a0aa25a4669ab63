#include "plugins/shell/file.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

static uint64_t nanoseconds(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

/* The last is the time of any change to the inode, which nobody can set: one that was written and
 * put back, renamed or linked anew is another. */
static bool is_identity(const struct stat *status, const uint64_t identity[static 5])
{
    return status->st_dev == identity[0] && status->st_ino == identity[1] &&
           (uint64_t)status->st_size == identity[2] &&
           nanoseconds(&status->st_mtim) == identity[3] &&
           nanoseconds(&status->st_ctim) == identity[4];
}

bool shell_file_same(const struct shell_file *file)
{
    struct stat held;
    struct stat named;
    return file->fd >= 0 && fstat(file->fd, &held) == 0 && is_identity(&held, file->identity) &&
           stat(file->real, &named) == 0 && is_identity(&named, file->identity);
}

static char *copy_path(const struct tb_value *value)
{
    struct tb_bytes text;
    if (!tb_value_str(value, &text) || text.n == 0 || text.data[0] != '/' || text.n >= PATH_MAX ||
        memchr(text.data, 0, text.n))
        return NULL;
    return strndup((const char *)text.data, text.n);
}

static bool read_identity(const struct tb_value *array, uint64_t ret_identity[static 5])
{
    bool ok = tb_value_n(array) == 5;
    for (uint32_t i = 0; ok && i < 5; i++)
        ok = tb_value_uint(tb_value_at(array, i), &ret_identity[i]);
    return ok;
}

static bool begins_script(const char *path)
{
    char first[2];
    tb_fd fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    return fd >= 0 && pread(fd, first, sizeof first, 0) == 2 && first[0] == '#' && first[1] == '!';
}

int shell_file_read(const struct tb_value *map, struct shell_file *ret_file)
{
    struct shell_file file = {
        .path = copy_path(tb_value_get(map, "path")),
        .real = copy_path(tb_value_get(map, "real")),
        .fd = -1,
    };
    *ret_file = file;
    if (!file.path || !file.real ||
        !read_identity(tb_value_get(map, "identity"), ret_file->identity))
        return TB_MALFORMED;
    ret_file->fd = open(file.real, O_PATH | O_NOFOLLOW | O_CLOEXEC);
    ret_file->is_script = begins_script(file.real);
    return TB_OK;
}

void shell_file_deinit(struct shell_file *file)
{
    free(file->path);
    free(file->real);
    tb_fd_close(&file->fd);
}
