#include "dev/errors.h"

#include "base/escape.h"
#include "base/result.h"

#include <errno.h>
#include <unistd.h>

enum { READ_MAX = 16 * 1024 };

void dev_errors_init(struct dev_errors *errors,
                     void (*line)(void *data, struct tb_bytes untrusted_line), void *data)
{
    memset(errors, 0, sizeof *errors);
    errors->line = line;
    errors->data = data;
}

void dev_errors_clear(struct dev_errors *errors)
{
    errors->n_list = 0;
    errors->n_more = 0;
}

static bool same(const struct dev_error *a, const struct dev_error *b)
{
    return a->line == b->line && strcmp(a->code, b->code) == 0 &&
           strcmp(a->message, b->message) == 0 && strcmp(a->file, b->file) == 0;
}

static void keep(struct dev_errors *errors, const struct dev_error *error)
{
    for (size_t i = 0; i < errors->n_list; i++)
        if (same(&errors->list[i], error))
            return;
    if (errors->n_list < DEV_ERRORS_MAX)
        errors->list[errors->n_list++] = *error;
    else
        errors->n_more++;
}

/* What is held is a line, or a piece of one. */
static void hand_on(struct dev_errors *errors, bool ends)
{
    struct dev_error error;
    struct tb_bytes line = tb_bytes_of(errors->held, errors->n_held);
    bool whole = ends && !errors->in_line;
    if (whole && dev_error_read(line, &error) == TB_OK && !error.warning)
        keep(errors, &error);
    /* The newline alone, behind a piece, is no line. */
    if (whole || line.n > 0)
        errors->line(errors->data, line);
    errors->in_line = !ends;
    errors->n_held = 0;
}

void dev_errors_add(struct dev_errors *errors, struct tb_bytes untrusted_bytes)
{
    struct tb_bytes left = untrusted_bytes;
    while (left.n > 0) {
        const uint8_t *newline = memchr(left.data, '\n', left.n);
        size_t n = newline ? (size_t)(newline - left.data) : left.n;
        size_t room = sizeof errors->held - errors->n_held;
        bool fits = n <= room;
        n = fits ? n : room;
        memcpy(errors->held + errors->n_held, left.data, n);
        errors->n_held += n;
        n += fits && newline;
        left = tb_bytes_of(left.data + n, left.n - n);
        if (!fits || newline)
            hand_on(errors, fits);
    }
}

void dev_errors_end(struct dev_errors *errors)
{
    if (errors->n_held > 0)
        hand_on(errors, true);
    errors->in_line = false;
}

int dev_errors_read(struct dev_errors *errors, int fd)
{
    uint8_t bytes[READ_MAX];
    ssize_t n = read(fd, bytes, sizeof bytes);
    if (n < 0)
        return errno == EAGAIN || errno == EINTR ? TB_AGAIN : -errno;
    if (n == 0) {
        dev_errors_end(errors);
        return TB_CLOSED;
    }
    dev_errors_add(errors, tb_bytes_of(bytes, (size_t)n));
    return TB_OK;
}

void dev_line_print(FILE *out, struct tb_bytes untrusted_line)
{
    enum { PIECE = 256 };
    char shown[6 * PIECE + TB_ESCAPE_UNIT];
    struct tb_bytes left = untrusted_line;
    while (left.n > 0) {
        size_t n = left.n < PIECE ? left.n : PIECE;
        /* Not within a character. */
        while (n < left.n && n > PIECE - 4 && (left.data[n] & 0xc0) == 0x80)
            n--;
        size_t n_shown = tb_escape_shown(tb_bytes_of(left.data, n), shown, sizeof shown).n;
        fwrite(shown, 1, n_shown, out);
        left = tb_bytes_of(left.data + n, left.n - n);
    }
    fputc('\n', out);
}
