/*
 * The standard error of the process tree, which comes through a pipe: line by line it is handed on,
 * and what is an error is kept, so that a page can show it. Warnings are only handed on.
 *
 * Plugins write to it too, whatever they like.
 */
#pragma once

#include "dev/error.h"

#include <stdio.h>

enum {
    DEV_LINE_MAX = 8 * 1024, /* what is longer is handed on in pieces, and is no error */
    DEV_ERRORS_MAX = 50,
};

struct dev_errors {
    /* Each line without its newline; borrowed in the call. */
    void (*line)(void *data, struct tb_bytes untrusted_line);
    void *data;
    size_t n_list;
    uint64_t n_more; /* further ones that there was no room for */
    struct dev_error list[DEV_ERRORS_MAX];
    bool in_line; /* a piece of what is held was handed on already */
    size_t n_held;
    uint8_t held[DEV_LINE_MAX];
};

void dev_errors_init(struct dev_errors *errors,
                     void (*line)(void *data, struct tb_bytes untrusted_line), void *data);

/* Reads once from a pipe that does not block. TB_OK; TB_AGAIN: nothing has come; TB_CLOSED: there
 * is no writer left, and what was held is handed on; or -errno. */
tb_must_check int dev_errors_read(struct dev_errors *errors, int fd);
/* The same of bytes that came in another way, and of their end. */
void dev_errors_add(struct dev_errors *errors, struct tb_bytes untrusted_bytes);
void dev_errors_end(struct dev_errors *errors);

/* Forgets those that are kept: the files are read anew. */
void dev_errors_clear(struct dev_errors *errors);

/* A line, in which nothing is left that a terminal obeys, and a newline. */
void dev_line_print(FILE *out, struct tb_bytes untrusted_line);
