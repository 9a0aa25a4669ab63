#include "audit/lines.h"

#include "base/result.h"

#include <errno.h>
#include <unistd.h>

void tb_lines_init(struct tb_lines *lines, int fd, uint64_t offset)
{
    lines->fd = fd;
    lines->offset = offset;
    lines->in_line = false;
    lines->start = 0;
    lines->end = 0;
}

static struct tb_piece take(struct tb_lines *lines, size_t n, bool ends)
{
    struct tb_piece piece = {
        .bytes = tb_bytes_of(lines->held + lines->start, n),
        .starts = !lines->in_line,
        .ends = ends,
        .offset = lines->offset,
    };
    lines->start += n + ends;
    lines->offset += n + ends;
    lines->in_line = !ends;
    return piece;
}

/* TB_OK, TB_CLOSED or -errno. */
static int fill(struct tb_lines *lines)
{
    size_t n = lines->end - lines->start;
    memmove(lines->held, lines->held + lines->start, n);
    lines->start = 0;
    lines->end = n;
    ssize_t got;
    do
        got = pread(lines->fd, lines->held + n, sizeof lines->held - n, (off_t)(lines->offset + n));
    while (got < 0 && errno == EINTR);
    if (got <= 0)
        return got < 0 ? -errno : TB_CLOSED;
    lines->end += (size_t)got;
    return TB_OK;
}

int tb_lines_next(struct tb_lines *lines, struct tb_piece *ret_piece)
{
    for (;;) {
        size_t n = lines->end - lines->start;
        const uint8_t *front = lines->held + lines->start;
        const uint8_t *newline = n > 0 ? memchr(front, '\n', n) : NULL;
        if (newline || n >= TB_LINE_MAX) {
            *ret_piece = take(lines, newline ? (size_t)(newline - front) : n, newline != NULL);
            return TB_OK;
        }
        int r = fill(lines);
        if (r != TB_OK)
            return r;
    }
}

bool tb_lines_rest(struct tb_lines *lines, struct tb_piece *ret_piece)
{
    if (lines->end == lines->start)
        return false;
    *ret_piece = take(lines, lines->end - lines->start, false);
    return true;
}
