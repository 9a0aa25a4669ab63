#include "base/fd.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/sysmacros.h>

static void pack_uint(struct tb_packer *packer, const char *key, uint64_t value)
{
    tb_pack_key_uint(packer, key, value);
}

static void pack_bool(struct tb_packer *packer, const char *key, bool value)
{
    tb_pack_key_bool(packer, key, value);
}

/* Milliseconds since 1970, or nil. */
static void pack_time(struct tb_packer *packer, const char *key, bool known,
                      const struct statx_timestamp *time)
{
    tb_pack_key(packer, key);
    if (known)
        tb_pack_int(packer, time->tv_sec * 1000 + time->tv_nsec / 1000000);
    else
        tb_pack_nil(packer);
}

static void pack_info(struct tb_packer *packer, const struct statx *info)
{
    tb_pack_map(packer, 18);
    pack_bool(packer, "isFile", S_ISREG(info->stx_mode));
    pack_bool(packer, "isDirectory", S_ISDIR(info->stx_mode));
    pack_bool(packer, "isSymlink", S_ISLNK(info->stx_mode));
    pack_uint(packer, "size", info->stx_size);
    pack_time(packer, "mtime", info->stx_mask & STATX_MTIME, &info->stx_mtime);
    pack_time(packer, "atime", info->stx_mask & STATX_ATIME, &info->stx_atime);
    pack_time(packer, "birthtime", info->stx_mask & STATX_BTIME, &info->stx_btime);
    pack_bool(packer, "readonly", (info->stx_mode & 0222) == 0);
    tb_pack_key(packer, "fileAttributes");
    tb_pack_nil(packer);
    pack_uint(packer, "dev", makedev(info->stx_dev_major, info->stx_dev_minor));
    pack_uint(packer, "ino", info->stx_ino);
    pack_uint(packer, "mode", info->stx_mode);
    pack_uint(packer, "nlink", info->stx_nlink);
    pack_uint(packer, "uid", info->stx_uid);
    pack_uint(packer, "gid", info->stx_gid);
    pack_uint(packer, "rdev", makedev(info->stx_rdev_major, info->stx_rdev_minor));
    pack_uint(packer, "blksize", info->stx_blksize);
    pack_uint(packer, "blocks", info->stx_blocks);
}

void fs_answer_info(struct tb_call *call, int fd)
{
    struct statx info;
    if (statx(fd, "", AT_EMPTY_PATH, STATX_BASIC_STATS | STATX_BTIME, &info) < 0)
        fs_answer_failure(call, fs_failure_of(-errno));
    else
        pack_info(tb_reply_value(call), &info);
}

static void look(struct tb_call *call, enum fs_intent intent)
{
    struct fs_path path;
    struct tb_args options;
    struct stat status;
    tb_fd fd = -1;
    const struct fs_how how = {.intent = intent};
    if (fs_read_target(call, &path, &options) && fs_open_for(call, &path, &how, &status, &fd))
        fs_answer_info(call, fd);
}

void fs_stat(struct tb_call *call)
{
    look(call, FS_LOOK);
}

void fs_lstat(struct tb_call *call)
{
    look(call, FS_SELF);
}

/* Of a link: whether it is there itself. It is not followed to see. */
void fs_exists(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct stat status;
    struct fs_failure failure;
    tb_fd fd = -1;
    const struct fs_how how = {.intent = FS_SELF};
    if (!fs_read_target(call, &path, &options))
        return;
    const struct fs_target target = fs_target_of(call, &path);
    bool there = fs_open(&target, &how, &failure, &status, &fd);
    if (there || failure.number == ENOENT || failure.number == ENOTDIR)
        tb_pack_bool(tb_reply_value(call), there);
    else
        fs_answer_failure(call, failure);
}
