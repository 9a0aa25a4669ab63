/*
 * The floor: what three processes and two socketpairs cost when the one in the middle does nothing
 * but pass messages on. Client (this process) → relay → server and back.
 */
#pragma once

#include "bench/contender.h"
#include "bench/stream.h"

struct floor {
    int fd; /* -1: not begun */
    pid_t relay;
    pid_t server;
    struct stream in;
    uint8_t *message;
    size_t n_message;
};

/* 0 or -errno. The processes take over this one's CPU placement. */
tb_must_check int floor_begin(struct floor *floor, struct bench_contender *ret_contender);
void floor_end(struct floor *floor); /* waits for its processes; a floor never begun is fine */
