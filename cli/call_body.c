#include "cli/call_body.h"

#include "base/fd.h"
#include "base/result.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int failed(const struct cli_body *body)
{
    return cli_error(CLI_USAGE, "io", "%s: %s", body->name, strerror(errno));
}

/* A pipe's length shows only at its end, which may be far off. */
static bool is_small_file(int fd)
{
    struct stat file;
    return fstat(fd, &file) == 0 && S_ISREG(file.st_mode) && file.st_size < CLI_BODY_WHOLE;
}

static int read_whole(struct cli_body *body)
{
    for (;;) {
        ssize_t n = read(body->fd, body->data + body->n, CLI_BODY_WHOLE + 1 - body->n);
        if (n < 0)
            return failed(body);
        if (n == 0)
            return CLI_DONE;
        body->n += (size_t)n;
        if (body->n > CLI_BODY_WHOLE)
            return cli_error(CLI_DENIED, "too_large",
                             "%s: a body that is sent whole is at most 1 MiB; a longer file, or "
                             "standard input, is sent in parts without --repeat",
                             body->name);
    }
}

int cli_body_open(struct cli_body *body, const char *name, bool whole)
{
    *body = (struct cli_body){.name = name, .fd = -1};
    if (!name)
        return CLI_DONE;
    body->fd = strcmp(name, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                      : open(name, O_RDONLY | O_CLOEXEC);
    if (body->fd < 0)
        return cli_error(CLI_USAGE, "not_found", "%s: %s", name, strerror(errno));
    body->streamed = !whole && !is_small_file(body->fd);
    body->data = malloc(body->streamed ? TB_CHUNK_RAW_MAX : CLI_BODY_WHOLE + 1);
    if (!body->data)
        return failed(body);
    return body->streamed ? CLI_DONE : read_whole(body);
}

void cli_body_close(struct cli_body *body)
{
    tb_fd_close(&body->fd);
    free(body->data);
    *body = (struct cli_body){.fd = -1};
}

int cli_body_fd(const struct cli_body *body)
{
    return body->streamed && !body->ended && body->n == 0 ? body->fd : -1;
}

int cli_body_read(struct cli_body *body)
{
    ssize_t n = read(body->fd, body->data, TB_CHUNK_RAW_MAX);
    if (n < 0 && errno != EINTR && errno != EAGAIN)
        return failed(body);
    body->ended = n == 0;
    body->n = n > 0 ? (size_t)n : 0;
    return CLI_DONE;
}

void cli_body_send(struct cli_body *body, struct tb_endpoint *endpoint, uint64_t id)
{
    if (!body->streamed || (body->n == 0 && !body->ended))
        return;
    int r = tb_endpoint_send(endpoint, id, tb_bytes_of(body->data, body->n), body->ended);
    if (r == TB_AGAIN || r == TB_FULL)
        return;
    body->n = 0;
    body->streamed = r == TB_OK && !body->ended;
}
