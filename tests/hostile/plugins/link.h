/* The plugin link spoken by hand, and the ways to break it. */
#pragma once

#include "base/bytes.h"

struct request {
    uint64_t call;
    uint64_t ids; /* as INIT said: what its ids begin with */
    uint64_t n;   /* of the body */
    uint64_t at;
    bool pooled;
    char what[64];
    char arg[512];
};

/* Waits for the next CALL. False: the link has ended. */
bool link_next(struct request *ret_request);
/* Waits for a frame of that kind. False: the link has ended. */
bool link_await(uint8_t kind);
/* Sends what may be no frame at all. */
void link_send(struct tb_bytes bytes);
/* The honest answer: a text. */
void link_answer(const struct request *request, const char *text);
/* Breaks the protocol in the way that `what` names. False: it names none. */
bool link_break(const struct request *request);
