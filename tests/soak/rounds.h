/* Streams that are opened and cancelled when they have begun, again and again. */
#pragma once

#include "endpoint/endpoint.h"

#include <jansson.h>

struct view;

struct rounds {
    struct tb_buffer args;
    uint32_t command;
    uint32_t n_total; /* 0: none are under way */
    uint32_t n_begun; /* a chunk came, and CANCEL was sent */
    uint32_t n_done;
    uint32_t n_cancelled; /* were answered `cancelled` */
    bool live;
    uint64_t number; /* of the one that is */
    bool cancelled;
};

/* Prints {"view", "rounds": N, "begun", "cancelled"} at the end. */
void rounds_begin(struct view *view, uint32_t n, const char *command, const json_t *args);
void rounds_turn(struct view *view);
void rounds_end(struct view *view); /* the session is over */
