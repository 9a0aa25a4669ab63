#include "answers/store.h"

#include "base/fd.h"
#include "base/folder.h"
#include "base/result.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

static const char file_name[] = "answers";
static const char new_name[] = "answers.new";

int tb_store_open(const char *path, bool make)
{
    char folder[PATH_MAX];
    const char *slash = strrchr(path, '/');
    int r = make ? tb_folder_make(path) : 0;
    if (r < 0 || !slash || slash == path || (size_t)(slash - path) >= sizeof folder)
        return r < 0 ? r : -EINVAL;
    memcpy(folder, path, (size_t)(slash - path));
    folder[slash - path] = 0;
    int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    return fd < 0 ? -errno : fd;
}

int tb_store_lock(int folder, bool wait)
{
    int r;
    do {
        r = flock(folder, LOCK_EX | (wait ? 0 : LOCK_NB));
    } while (r < 0 && errno == EINTR);
    if (r < 0)
        return errno == EWOULDBLOCK ? TB_AGAIN : -errno;
    return TB_OK;
}

void tb_store_unlock(int folder)
{
    (void)flock(folder, LOCK_UN);
}

/* Nobody else can have written what says who may do what without being asked. */
static bool is_ours(int fd)
{
    struct stat stat;
    return fstat(fd, &stat) == 0 && S_ISREG(stat.st_mode) && stat.st_uid == geteuid() &&
           (stat.st_mode & (S_IWGRP | S_IWOTH)) == 0;
}

int tb_store_load(int folder, struct tb_answers *ret_answers)
{
    /* O_NONBLOCK, so that a FIFO cannot hold us up. */
    tb_fd fd = openat(folder, file_name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (fd < 0 && errno == ENOENT) {
        *ret_answers = (struct tb_answers){0};
        return TB_OK;
    }
    if (fd < 0)
        return errno == ELOOP ? TB_MALFORMED : -errno;
    return is_ours(fd) ? tb_answers_read(fd, ret_answers) : TB_MALFORMED;
}

int tb_store_save(int folder, const struct tb_answers *answers)
{
    tb_cleanup(tb_bytes_free) uint8_t *data = NULL;
    size_t n;
    int r = tb_answers_write(answers, &data, &n);
    if (r == 0)
        r = tb_folder_replace(folder, new_name, file_name, tb_bytes_of(data, n));
    return r;
}
