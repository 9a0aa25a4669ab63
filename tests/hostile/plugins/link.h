/* The plugin link spoken by hand, and the ways to break it. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct request {
    uint64_t call;
    uint64_t n; /* of the body */
    uint64_t at;
    bool pooled;
    char what[64];
    char arg[512];
};

/* Waits for the next CALL. False: the link has ended. */
bool link_next(struct request *ret_request);
/* The honest answer: a text. */
void link_answer(const struct request *request, const char *text);
/* Bytes on the link, whatever they are. */
void link_send(const void *data, size_t n);
/* Breaks the protocol in the way that `what` names. False: it names none. */
bool link_break(const struct request *request);
