#include "cli/call_body.h"

#include "base/fd.h"
#include "base/result.h"
#include "cli/cli.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BEGINNING_MAX = 1024 * 1024,
    WORDS = 512, /* what a frame holds beside args and body */
};

static int failed(const struct cli_body *body)
{
    return cli_error(CLI_USAGE, "io", "%s: %s", body->name, strerror(errno));
}

/* What a frame has room for beside args and the message's own words; 1 MiB at most. */
static size_t most_with(size_t n_args)
{
    size_t room = TB_FRAME_MAX - WORDS;
    size_t most = n_args < room ? room - n_args : 0;
    return most < BEGINNING_MAX ? most : BEGINNING_MAX;
}

/* Whether there is more than `most` shows with the byte behind. */
static int read_beginning(struct cli_body *body, size_t most)
{
    while (body->n <= most) {
        ssize_t n = read(body->fd, body->data + body->n, most + 1 - body->n);
        if (n < 0 && errno != EINTR)
            return failed(body);
        if (n == 0)
            return CLI_DONE;
        body->n += n > 0 ? (size_t)n : 0;
    }
    body->streamed = true;
    return CLI_DONE;
}

int cli_body_open(struct cli_body *body, const char *name, size_t n_args, bool whole)
{
    size_t most = most_with(n_args);
    *body = (struct cli_body){.name = name, .fd = -1};
    if (!name)
        return CLI_DONE;
    body->fd = strcmp(name, "-") == 0 ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                      : open(name, O_RDONLY | O_CLOEXEC);
    if (body->fd < 0)
        return cli_error(CLI_USAGE, "not_found", "%s: %s", name, strerror(errno));
    body->data = malloc(BEGINNING_MAX + 1);
    if (!body->data)
        return failed(body);
    int status = read_beginning(body, most);
    if (status == CLI_DONE && body->streamed && whole)
        return cli_error(CLI_DENIED, "too_large",
                         "%s: --repeat sends the same body again and again, and takes at most %zu "
                         "bytes; without it a body may have any length",
                         name, most);
    return status;
}

void cli_body_close(struct cli_body *body)
{
    tb_fd_close(&body->fd);
    free(body->data);
    *body = (struct cli_body){.fd = -1};
}

void cli_body_begun(struct cli_body *body)
{
    body->n = 0;
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
