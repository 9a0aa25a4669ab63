#include "scribe/tail.h"

#include "base/result.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FIRST_WINDOW = 64 * 1024 };

static void free_bytes(uint8_t **data)
{
    free(*data);
}

/*
 * Finds the last whole record that begins behind a newline, or at the window's front if that is the
 * file's. Of the last line only the newline may be missing. Returns where what follows the record
 * begins, or SIZE_MAX.
 */
static size_t find_record(struct tb_bytes window, bool from_start, struct tb_tail *tail)
{
    size_t end = window.n - !tail->needs_newline;
    for (size_t rest = window.n; rest > 0;) {
        const uint8_t *before = end > 0 ? memrchr(window.data, '\n', end) : NULL;
        size_t start = before ? (size_t)(before - window.data) + 1 : 0;
        struct tb_bytes line = tb_bytes_of(window.data + start, end - start);
        if ((before || from_start) && tb_shape_read(line, &tail->n)) {
            tb_line_hash(line, tail->hash);
            return rest;
        }
        rest = start;
        end = start > 0 ? start - 1 : 0;
    }
    return SIZE_MAX;
}

static void note_torn(struct tb_bytes rest, struct tb_tail *tail)
{
    tail->torn = rest.n > 0;
    tail->n_torn = rest.n - (rest.n > 0 && !tail->needs_newline);
    tb_line_hash(tb_bytes_of(rest.data, tail->n_torn), tail->torn_hash);
}

/* TB_OK, TB_AGAIN when the window has no record and is not the whole file, or -errno. */
static int read_window(int fd, uint64_t size, size_t n, struct tb_tail *tail)
{
    tb_cleanup(free_bytes) uint8_t *data = malloc(n > 0 ? n : 1);
    if (!data)
        return -ENOMEM;
    for (size_t at = 0; at < n;) {
        ssize_t got = pread(fd, data + at, n - at, (off_t)(size - n + at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got <= 0)
            return got < 0 ? -errno : -EIO;
        at += (size_t)got;
    }
    bool from_start = n == size;
    tail->needs_newline = n > 0 && data[n - 1] != '\n';
    size_t rest = find_record(tb_bytes_of(data, n), from_start, tail);
    if (rest == SIZE_MAX && !from_start)
        return TB_AGAIN;
    if (rest == SIZE_MAX)
        rest = 0;
    note_torn(tb_bytes_of(data + rest, n - rest), tail);
    return TB_OK;
}

int tb_tail_read(int fd, struct tb_tail *ret_tail)
{
    struct stat stat;
    if (fstat(fd, &stat) < 0)
        return -errno;
    uint64_t size = (uint64_t)stat.st_size;
    struct tb_tail tail = {.size = size};
    for (size_t window = FIRST_WINDOW; window <= TB_TAIL_MAX; window *= 8) {
        int r = read_window(fd, size, size < window ? (size_t)size : window, &tail);
        if (r == TB_OK)
            *ret_tail = tail;
        if (r != TB_AGAIN)
            return r;
    }
    return TB_MALFORMED;
}
