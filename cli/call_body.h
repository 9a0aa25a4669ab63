/* The raw body of a request. A short one is sent whole, which every plugin takes; of a longer one
 * the beginning goes with the call and the rest in parts, read as there is credit for it. */
#pragma once

#include "endpoint/endpoint.h"

#include <stdbool.h>

struct cli_body {
    const char *name; /* NULL: there is none */
    int fd;           /* -1: closed */
    bool streamed;    /* the beginning is not all */
    bool ended;       /* streamed: all of it was read */
    uint8_t *data;
    size_t n; /* what is read and not sent */
};

/*
 * Reads the beginning, as much as goes with a call whose args are that long. `name` may be NULL,
 * and
 * - for standard input; `whole`: it must not be streamed. An exit status; what is wrong has been
 * printed.
 */
int cli_body_open(struct cli_body *body, const char *name, size_t n_args, bool whole);
void cli_body_close(struct cli_body *body);

/* The beginning has gone with the call. */
void cli_body_begun(struct cli_body *body);
/* What is to be polled for POLLIN: -1 when nothing is to be read now. */
int cli_body_fd(const struct cli_body *body);
/* Reads a part. An exit status; what is wrong has been printed. */
int cli_body_read(struct cli_body *body);
/* Sends what was read, as far as there is credit; a call that is over takes no more. */
void cli_body_send(struct cli_body *body, struct tb_endpoint *endpoint, uint64_t id);
