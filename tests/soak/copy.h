/* A file that is copied by calls of `fs` alone: open, read and write in pieces of about 1 MiB. */
#pragma once

#include "endpoint/endpoint.h"

struct view;

enum copy_step {
    COPY_NONE,
    COPY_OPEN_FROM,
    COPY_OPEN_TO,
    COPY_READ,
    COPY_WRITE,
    COPY_CLOSE_FROM,
    COPY_CLOSE_TO
};

struct copy {
    enum copy_step step;   /* that is under way; COPY_NONE: nothing is copied */
    bool waits;            /* its call is not made yet */
    struct tb_buffer args; /* of that call */
    char *to;
    uint64_t rid_from;
    uint64_t rid_to;
    uint64_t n;
};

/* Prints {"view", "copied": bytes}, or {"view", "copied": false, "error"}. */
void copy_begin(struct view *view, const char *from, const char *to);
void copy_turn(struct view *view);
void copy_end(struct view *view); /* the session is over */
