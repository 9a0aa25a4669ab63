/* Files that stay open: plugin-fs' FileHandle. */
#include "base/fd.h"
#include "base/result.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { COUNT_SIZE = 8 }; /* of the number behind the bytes of `read` */

struct open_options {
    bool read;
    bool write;
    bool append;
    bool truncate;
    bool create;
    bool create_new;
    uint64_t mode;
};

static bool read_options(struct tb_call *call, struct tb_args args,
                         struct open_options *ret_options)
{
    struct open_options options = {.read = true, .mode = 0666};
    if (!tb_arg_bool(call, args, "read", TB_OPTIONAL, &options.read) ||
        !tb_arg_bool(call, args, "write", TB_OPTIONAL, &options.write) ||
        !tb_arg_bool(call, args, "append", TB_OPTIONAL, &options.append) ||
        !tb_arg_bool(call, args, "truncate", TB_OPTIONAL, &options.truncate) ||
        !tb_arg_bool(call, args, "create", TB_OPTIONAL, &options.create) ||
        !tb_arg_bool(call, args, "createNew", TB_OPTIONAL, &options.create_new) ||
        !tb_arg_uint(call, args, "mode", TB_OPTIONAL, UINT32_MAX, &options.mode))
        return false;
    *ret_options = options;
    return true;
}

/* As the standard library that plugin-fs hands its options to: NULL, or what is wrong. */
static const char *check_options(const struct open_options *options)
{
    bool changes = options->write || options->append;
    if (!options->read && !changes)
        return "one of read, write and append must be true";
    if (!changes && (options->truncate || options->create || options->create_new))
        return "truncate, create and createNew need write or append";
    if (options->append && options->truncate && !options->create_new)
        return "append and truncate exclude each other";
    return NULL;
}

static int flags_of(const struct open_options *options)
{
    bool changes = options->write || options->append;
    int flags = !changes ? O_RDONLY : options->read ? O_RDWR : O_WRONLY;
    if (options->append)
        flags |= O_APPEND;
    if (options->create_new)
        return flags | O_CREAT | O_EXCL;
    return options->create ? flags | O_CREAT : flags;
}

/* ---- what stands behind an id: a descriptor ---- */

void fs_end_file(void *file)
{
    int *fd = file;
    tb_fd_close(fd);
    free(fd);
}

static void end_file(int **file)
{
    if (*file)
        fs_end_file(*file);
}

/* Takes the descriptor. */
static void answer_file(struct tb_call *call, int fd)
{
    tb_cleanup(end_file) int *file = malloc(sizeof *file);
    if (!file) {
        tb_fd_close(&fd);
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return;
    }
    *file = fd;
    if (fs_answer_id(call, fs_state_of(call)->files, file))
        file = NULL;
}

static void open_file(struct tb_call *call, const struct fs_path *path,
                      const struct open_options *options)
{
    const struct fs_how how = {
        .intent = FS_FILE, .flags = flags_of(options), .mode = (unsigned)options->mode};
    struct stat status;
    tb_fd fd = -1;
    if (!fs_open_for(call, path, &how, &status, &fd))
        return;
    /* Only now that the file is known to be the right one is its old content given up. */
    if (options->truncate && !options->create_new && ftruncate(fd, 0) < 0) {
        fs_answer_failure(call, fs_failure_of(-errno));
        return;
    }
    answer_file(call, fd);
    fd = -1;
}

void fs_open_command(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args args;
    struct open_options options;
    if (!fs_read_target(call, &path, &args) || !read_options(call, args, &options))
        return;
    const char *wrong = check_options(&options);
    if (wrong)
        tb_reply_error(call, TB_CODE_INVALID_ARGS, 0, "options: %s", wrong);
    else
        open_file(call, &path, &options);
}

void fs_create(struct tb_call *call)
{
    static const struct open_options options = {
        .write = true, .create = true, .truncate = true, .mode = 0666};
    struct fs_path path;
    struct tb_args args;
    if (fs_read_target(call, &path, &args))
        open_file(call, &path, &options);
}

/* ---- what is done with them; each answers the call if it returns false ---- */

static bool find_file(struct tb_call *call, int *ret_fd)
{
    void *file;
    if (!tb_arg_id(call, call->args, "rid", fs_state_of(call)->files, &file))
        return false;
    *ret_fd = *(const int *)file;
    return true;
}

/* The bytes, and behind them how many they are, the highest byte first. */
void fs_read(struct tb_call *call)
{
    int fd;
    uint64_t want;
    if (!find_file(call, &fd) ||
        !tb_arg_uint(call, call->args, "len", TB_REQUIRED, INT64_MAX, &want))
        return;
    size_t n = want < FS_CONTENT_MAX - COUNT_SIZE ? (size_t)want : FS_CONTENT_MAX - COUNT_SIZE;
    tb_reply_bytes_begin(call);
    uint8_t *room = tb_reply_room(call, n + COUNT_SIZE);
    if (!room)
        return;
    ssize_t got = read(fd, room, n);
    if (got < 0) {
        fs_answer_failure(call, fs_failure_of(-errno));
        return;
    }
    for (int i = 0; i < COUNT_SIZE; i++)
        room[got + i] = (uint8_t)((uint64_t)got >> 8 * (COUNT_SIZE - 1 - i));
    tb_reply_commit(call, (size_t)got + COUNT_SIZE);
}

void fs_write(struct tb_call *call)
{
    int fd;
    struct tb_bytes data;
    if (!find_file(call, &fd) || !tb_arg_bytes(call, call->args, "data", TB_REQUIRED, &data))
        return;
    int r = tb_fd_write_all(fd, data);
    if (r < 0)
        fs_answer_failure(call, fs_failure_of(r));
    else
        tb_pack_uint(tb_reply_value(call), data.n);
}

void fs_seek(struct tb_call *call)
{
    static const int whences[] = {SEEK_SET, SEEK_CUR, SEEK_END};
    int fd;
    int64_t offset;
    uint64_t whence;
    if (!find_file(call, &fd) ||
        !tb_arg_int(call, call->args, "offset", TB_REQUIRED, INT64_MIN, INT64_MAX, &offset) ||
        !tb_arg_uint(call, call->args, "whence", TB_REQUIRED, TB_ARRAY_LEN(whences) - 1, &whence))
        return;
    off_t at = lseek(fd, offset, whences[whence]);
    if (at < 0)
        fs_answer_failure(call, fs_failure_of(-errno));
    else
        tb_pack_uint(tb_reply_value(call), (uint64_t)at);
}

void fs_fstat(struct tb_call *call)
{
    int fd;
    if (find_file(call, &fd))
        fs_answer_info(call, fd);
}

void fs_ftruncate(struct tb_call *call)
{
    int fd;
    uint64_t length = 0;
    if (!find_file(call, &fd) ||
        !tb_arg_uint(call, call->args, "len", TB_OPTIONAL, INT64_MAX, &length))
        return;
    bool done = ftruncate(fd, (off_t)length) == 0;
    fs_answer_done(call, done, fs_failure_of(-errno));
}
