/*
 * A text file, line by line. Between two calls only the place in the file is kept: each line is
 * read from there straight into its answer.
 */
#include "base/fd.h"
#include "base/result.h"
#include "plugins/fs/commands.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

enum { FIRST_STEP = 4096, STEP = 64 * 1024 };

/* How the end of a line is written: one byte, or two in UTF-16. */
struct ending {
    uint8_t feed[2];
    uint8_t carriage[2];
    size_t n;
};

struct lines {
    int fd;
    off_t at;
    const struct ending *ending;
};

void fs_end_lines(void *object)
{
    struct lines *lines = object;
    tb_fd_close(&lines->fd);
    free(lines);
}

static void end_lines(struct lines **lines)
{
    if (*lines)
        fs_end_lines(*lines);
}

/* Every encoding that pages can name, but for two, has these in one byte. */
static const struct ending *ending_of(struct tb_bytes encoding)
{
    static const struct ending one = {{'\n'}, {'\r'}, 1};
    static const struct ending little = {{'\n', 0}, {'\r', 0}, 2};
    static const struct ending big = {{0, '\n'}, {0, '\r'}, 2};
    if (tb_bytes_are(encoding, "utf-16le"))
        return &little;
    return tb_bytes_are(encoding, "utf-16be") ? &big : &one;
}

void fs_read_text_file_lines(struct tb_call *call)
{
    struct fs_path path;
    struct tb_args options;
    struct tb_bytes encoding = {0};
    struct stat status;
    tb_fd fd = -1;
    const struct fs_how how = {.intent = FS_FILE, .flags = O_RDONLY};
    if (!fs_read_target(call, &path, &options) ||
        !tb_arg_str(call, options, "encoding", TB_OPTIONAL, &encoding) ||
        !fs_open_for(call, &path, &how, &status, &fd))
        return;
    tb_cleanup(end_lines) struct lines *lines = malloc(sizeof *lines);
    if (!lines) {
        fs_answer_failure(call, fs_failure_of(-ENOMEM));
        return;
    }
    *lines = (struct lines){.fd = fd, .ending = ending_of(encoding)};
    fd = -1;
    if (fs_answer_id(call, fs_state_of(call)->lines, lines))
        lines = NULL;
}

/* Bytes before the line's end in what was read, or SIZE_MAX. */
static size_t find_end(const struct ending *ending, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i + ending->n <= n; i += ending->n)
        if (memcmp(bytes + i, ending->feed, ending->n) == 0)
            return i;
    return SIZE_MAX;
}

static bool ends_in_carriage(const struct ending *ending, const uint8_t *bytes, size_t n)
{
    return n >= ending->n && memcmp(bytes + n - ending->n, ending->carriage, ending->n) == 0;
}

struct step {
    size_t used; /* of the file */
    size_t kept; /* of them, in the line */
    bool done;   /* the line, or the file, is at its end */
};

/* What the next bytes of the file mean. A carriage return at their end may belong to the line's
 * end: it is looked at again with what follows. */
static struct step take(const struct ending *ending, const uint8_t *bytes, size_t n, bool is_last)
{
    size_t end = find_end(ending, bytes, n);
    if (end != SIZE_MAX) {
        bool carriage = ends_in_carriage(ending, bytes, end);
        return (struct step){end + ending->n, carriage ? end - ending->n : end, true};
    }
    if (!is_last && n > ending->n && ends_in_carriage(ending, bytes, n))
        n -= ending->n;
    return (struct step){n, n, is_last};
}

/* Makes the line in the answer. False: the call is answered with an error. *ret_any: there was one.
 */
static bool answer_line(struct tb_call *call, struct lines *lines, bool *ret_any)
{
    size_t total = 0;
    for (size_t want = FIRST_STEP;; want = STEP) {
        uint8_t *room = tb_reply_room(call, want);
        if (!room)
            return false;
        ssize_t n = pread(lines->fd, room, want, lines->at);
        if (n < 0) {
            fs_answer_failure(call, fs_failure_of(-errno));
            return false;
        }
        struct step step = take(lines->ending, room, (size_t)n, (size_t)n < want);
        lines->at += (off_t)step.used;
        total += step.used;
        tb_reply_commit(call, step.kept);
        *ret_any = total > 0;
        if (step.done)
            return true;
    }
}

/* The line and a byte that is 0, or that byte alone, and it is 1: there are no more. With that, and
 * with an error, the id ends. */
void fs_read_text_file_lines_next(struct tb_call *call)
{
    struct tb_ids *ids = fs_state_of(call)->lines;
    void *found;
    uint64_t id = 0;
    bool any;
    if (!tb_arg_id(call, call->args, "rid", ids, &found) ||
        !tb_arg_uint(call, call->args, "rid", TB_REQUIRED, UINT64_MAX, &id))
        return;
    tb_reply_bytes_begin(call);
    bool good = answer_line(call, found, &any);
    uint8_t *last = good ? tb_reply_room(call, 1) : NULL;
    if (last) {
        *last = any ? 0 : 1;
        tb_reply_commit(call, 1);
    }
    if (!last || !any)
        fs_end_lines(tb_ids_remove(ids, id));
}
