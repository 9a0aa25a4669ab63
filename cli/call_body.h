/* The raw body of a request: whole where it is known to be small, else read and sent in parts. */
#pragma once

#include "endpoint/endpoint.h"

#include <stdbool.h>

enum { CLI_BODY_WHOLE = 1024 * 1024 }; /* shorter files are sent whole */

struct cli_body {
    const char *name; /* NULL: there is none */
    int fd;           /* -1: closed */
    bool streamed;
    bool ended; /* streamed: all of it was read */
    uint8_t *data;
    size_t n; /* what is read and not sent */
};

/* `name` may be NULL, and - for standard input; `whole`: it must not be streamed. An exit status;
 * what is wrong has been printed. */
int cli_body_open(struct cli_body *body, const char *name, bool whole);
void cli_body_close(struct cli_body *body);

/* What is to be polled for POLLIN: -1 when nothing is to be read now. */
int cli_body_fd(const struct cli_body *body);
/* Reads a part. An exit status; what is wrong has been printed. */
int cli_body_read(struct cli_body *body);
/* Sends what was read, as far as there is credit; a call that is over takes no more. */
void cli_body_send(struct cli_body *body, struct tb_endpoint *endpoint, uint64_t id);
