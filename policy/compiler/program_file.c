/* The file of a program: where it really is, and how it is known again. */
#include "policy/compiler/programs.h"

#include "base/fd.h"
#include "policy/settings.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_LINE_MAX = 256 }; /* as long as the kernel reads it */

static uint64_t nanoseconds(const struct timespec *time)
{
    return (uint64_t)time->tv_sec * 1000000000u + (uint64_t)time->tv_nsec;
}

enum tb_program_found tb_program_file_find(struct tb_arena *arena, struct tb_bytes path,
                                           struct tb_program_file *ret_file)
{
    char real[PATH_MAX];
    struct stat status;
    struct tb_bytes normal;
    if (!realpath(tb_arena_string(arena, path), real))
        return errno == ENOENT ? TB_PROGRAM_MISSING : TB_PROGRAM_NOT_ONE;
    if (stat(real, &status) < 0)
        return TB_PROGRAM_MISSING;
    if (!S_ISREG(status.st_mode) || (status.st_mode & 0111) == 0 ||
        !tb_path_normalise(arena, tb_bytes_of_string(real), &normal))
        return TB_PROGRAM_NOT_ONE;
    *ret_file = (struct tb_program_file){
        .path = path,
        .real = normal,
        .identity = {status.st_dev, status.st_ino, (uint64_t)status.st_size,
                     nanoseconds(&status.st_mtim), nanoseconds(&status.st_ctim)},
    };
    return TB_PROGRAM_FOUND;
}

static bool is_blank(uint8_t c)
{
    return c == ' ' || c == '\t';
}

static struct tb_bytes trimmed(struct tb_bytes text)
{
    while (text.n > 0 && is_blank(text.data[0]))
        text = tb_bytes_of(text.data + 1, text.n - 1);
    while (text.n > 0 && is_blank(text.data[text.n - 1]))
        text.n--;
    return text;
}

enum tb_program_kind tb_program_file_kind(struct tb_arena *arena, struct tb_bytes path,
                                          struct tb_bytes *ret_interpreter,
                                          struct tb_bytes *ret_argument)
{
    uint8_t first[FIRST_LINE_MAX];
    tb_fd fd = open(tb_arena_string(arena, path), O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    ssize_t n = fd < 0 ? -1 : pread(fd, first, sizeof first, 0);
    if (n < 0)
        return TB_PROGRAM_UNKNOWN;
    if (n < 2 || first[0] != '#' || first[1] != '!')
        return TB_PROGRAM_NATIVE;
    struct tb_bytes rest = tb_bytes_of(first + 2, (size_t)n - 2);
    struct tb_bytes line = trimmed(tb_bytes_cut(&rest, '\n'));
    size_t at = 0;
    while (at < line.n && !is_blank(line.data[at]))
        at++;
    *ret_interpreter = tb_arena_copy(arena, tb_bytes_of(line.data, at));
    *ret_argument = tb_arena_copy(arena, trimmed(tb_bytes_of(line.data + at, line.n - at)));
    return TB_PROGRAM_SCRIPT;
}

void tb_program_file_pack(struct tb_packer *packer, const struct tb_program_file *file)
{
    tb_pack_key_str(packer, "path", file->path);
    tb_pack_key_str(packer, "real", file->real);
    tb_pack_key(packer, "identity");
    tb_pack_array(packer, TB_ARRAY_LEN(file->identity));
    for (size_t i = 0; i < TB_ARRAY_LEN(file->identity); i++)
        tb_pack_uint(packer, file->identity[i]);
}
