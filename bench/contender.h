/*
 * What is measured: something that takes a message, and some processes later has it back. Every
 * contender is driven by the same loop from outside (bench/cell.c) and times its calls itself, from
 * before a message is made until it has come back.
 */
#pragma once

#include "base/compiler.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define BENCH_FLOOR         "floor"
#define BENCH_PLAIN         "trollbridge"
#define BENCH_LARGE         "large policy to small"
#define BENCH_RULED_ROW     "ruled to plain"
#define BENCH_HOOKED_ROW    "hooked to plain"
#define BENCH_ELSEWHERE_ROW "hook elsewhere"

/* Who takes part beside the floor and BENCH_PLAIN. */
enum bench_with {
    BENCH_WITH_BEHIND = 1 << 0,
    BENCH_WITH_LARGE = 1 << 1,
    BENCH_WITH_RULED = 1 << 2,
    BENCH_WITH_HOOKED = 1 << 3,
    BENCH_WITH_ELSEWHERE = 1 << 4,
    BENCH_WITH_HOOK = BENCH_WITH_HOOKED | BENCH_WITH_ELSEWHERE, /* needs the program of the hook */
    BENCH_WITH_ALL = (1 << 5) - 1,
};

struct bench_load {
    size_t bytes; /* of one message */
    unsigned in_flight;
    unsigned with; /* of enum bench_with */
};

enum { BENCH_SAMPLES_MAX = 1 << 20, BENCH_IN_FLIGHT_MAX = 1024, BENCH_TREE_MAX = 32 };

/* One round: calls beyond BENCH_SAMPLES_MAX count, but are not timed one by one. */
struct bench_round {
    uint64_t n_calls;
    uint64_t elapsed_ns; /* until the last one was back */
    size_t n_samples;
    uint32_t *latency_ns; /* room for BENCH_SAMPLES_MAX */
};

static inline void bench_round_add(struct bench_round *round, uint64_t latency_ns)
{
    round->n_calls++;
    if (round->n_samples < BENCH_SAMPLES_MAX)
        round->latency_ns[round->n_samples++] =
            latency_ns < UINT32_MAX ? (uint32_t)latency_ns : UINT32_MAX;
}

struct bench_contender {
    const char *name;
    void *state;
    /* Keeps load->in_flight messages under way for duration_ns, then waits for the last one. False:
     * one got lost or came back wrong. */
    bool (*run)(void *state, const struct bench_load *load, uint64_t duration_ns,
                struct bench_round *round);
    pid_t tree[BENCH_TREE_MAX]; /* the processes beside this one, known once the first call is back
                                 */
    size_t n_tree;
};
