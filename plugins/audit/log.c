#include "plugins/audit/log.h"

#include "base/escape.h"

#include <sys/stat.h>
#include <unistd.h>

/* As the log writes it. False: it would be cut there. */
static bool put_escaped(struct tb_bytes text, char *ret_text, size_t size)
{
    struct tb_escaped escaped = tb_escape(text, ret_text, size - 1);
    ret_text[escaped.n] = 0;
    return !escaped.cut;
}

bool audit_log_init(struct audit_log *log, int fd, struct tb_bytes view, struct tb_bytes origin)
{
    struct stat status;
    log->fd = fd;
    return fstat(fd, &status) == 0 && S_ISREG(status.st_mode) &&
           put_escaped(view, log->view, sizeof log->view) &&
           put_escaped(origin, log->origin, sizeof log->origin);
}

/* The page in another origin that had this view before is another page. */
static bool is_own(const struct audit_log *log, struct tb_bytes line,
                   struct audit_record *ret_record)
{
    struct audit_record record;
    if (!audit_record_read(line, &record) || !tb_bytes_are(record.view, log->view) ||
        !tb_bytes_are(record.origin, log->origin))
        return false;
    *ret_record = record;
    return true;
}

/* What of the file is held from an offset on; nothing where it cannot be read. */
static struct tb_bytes hold(struct audit_log *log, uint64_t offset, size_t n)
{
    ssize_t got = pread(log->fd, log->block, n, (off_t)offset);
    return tb_bytes_of(log->block, got > 0 ? (size_t)got : 0);
}

/* Not by fstat, which libc may ask for by a path that is empty. */
static uint64_t size_of(const struct audit_log *log)
{
    off_t size = lseek(log->fd, 0, SEEK_END);
    return size > 0 ? (uint64_t)size : 0;
}

/* The next whole line; false: there is none. */
static bool next_line(struct tb_bytes *rest, struct tb_bytes *ret_line)
{
    const uint8_t *end = rest->n > 0 ? memchr(rest->data, '\n', rest->n) : NULL;
    if (!end)
        return false;
    *ret_line = tb_bytes_cut(rest, '\n');
    return true;
}

/* ---- back ---- */

static uint64_t count_own(const struct audit_log *log, struct tb_bytes lines)
{
    struct audit_record record;
    struct tb_bytes line;
    uint64_t n = 0;
    while (next_line(&lines, &line))
        n += is_own(log, line, &record);
    return n;
}

/* How many bytes there are before the view's record `skip`, from 0 on. */
static size_t find_own(const struct audit_log *log, struct tb_bytes lines, uint64_t skip)
{
    struct audit_record record;
    struct tb_bytes rest = lines;
    struct tb_bytes line;
    while (next_line(&rest, &line))
        if (is_own(log, line, &record) && skip-- == 0)
            return (size_t)(line.data - lines.data);
    return lines.n;
}

/* Where the first line begins that does so behind the front; all of it: none does. */
static size_t first_line(struct tb_bytes text)
{
    size_t n = text.n;
    (void)tb_bytes_cut(&text, '\n');
    return n - text.n;
}

/* The lines that begin in the block before `end`. None: all of it is in one line. */
static struct tb_bytes lines_before(struct audit_log *log, uint64_t end, uint64_t *ret_begin)
{
    uint64_t begin = end > AUDIT_BLOCK ? end - AUDIT_BLOCK : 0;
    struct tb_bytes lines = hold(log, begin, (size_t)(end - begin));
    size_t cut = begin > 0 ? first_line(lines) : 0;
    *ret_begin = cut < lines.n ? begin + cut : begin;
    return tb_bytes_of(lines.data + cut, lines.n - cut);
}

/* The end of the last whole line. */
static struct audit_place end_place(struct audit_log *log)
{
    uint64_t size = size_of(log);
    uint64_t begin = size > AUDIT_BLOCK ? size - AUDIT_BLOCK : 0;
    struct tb_bytes held = hold(log, begin, (size_t)(size - begin));
    const uint8_t *newline = held.n > 0 ? memrchr(held.data, '\n', held.n) : NULL;
    if (newline)
        return (struct audit_place){.offset = begin + (uint64_t)(newline - held.data) + 1};
    return (struct audit_place){.offset = begin, .inside = begin > 0};
}

struct audit_place audit_log_back(struct audit_log *log, uint64_t n)
{
    struct audit_place place = end_place(log);
    uint64_t at = place.offset;
    for (unsigned i = 0; i < AUDIT_BACK_BLOCKS && n > 0 && at > 0 && !place.inside; i++) {
        uint64_t begin;
        struct tb_bytes lines = lines_before(log, at, &begin);
        uint64_t own = count_own(log, lines);
        if (own > 0)
            place.offset = begin + find_own(log, lines, own > n ? own - n : 0);
        n -= own < n ? own : n;
        at = begin;
    }
    return place;
}

/* ---- on ---- */

/* Nothing that a record could be in: a line that does not end in a whole block is passed over, and
 * so is what a file that has become shorter has lost. */
static bool pass_over(struct audit_log *log, struct audit_place *place, size_t n_held)
{
    if (n_held == AUDIT_BLOCK)
        *place = (struct audit_place){.offset = place->offset + n_held, .inside = true};
    else if (n_held == 0 && size_of(log) < place->offset)
        *place = end_place(log);
    return n_held == AUDIT_BLOCK;
}

bool audit_log_read(struct audit_log *log, struct audit_place *place,
                    bool (*tell)(void *data, const struct audit_record *record), void *data)
{
    struct tb_bytes held = hold(log, place->offset, AUDIT_BLOCK);
    struct tb_bytes rest = held;
    struct tb_bytes line;
    struct audit_record record;
    bool any = false;
    while (next_line(&rest, &line)) {
        if (!place->inside && is_own(log, line, &record) && !tell(data, &record))
            return false;
        *place = (struct audit_place){.offset = place->offset + line.n + 1};
        any = true;
    }
    if (!any)
        return pass_over(log, place, held.n);
    return held.n == AUDIT_BLOCK;
}
