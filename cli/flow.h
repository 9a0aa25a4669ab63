/* One direction of a relay: bytes that one end has sent and the other has not taken yet. At most
 * one chunk is held, and nothing blocks: neither direction waits for the other. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { CLI_FLOW_CHUNK = 64 * 1024 };

struct cli_flow {
    int from;
    int to;
    bool to_socket; /* `to` is a socket; else each write is small enough not to block */
    bool ended;     /* `from` has no more */
    bool shut;      /* `to` takes no more: what comes is thrown away */
    size_t at;
    size_t n;
    uint8_t bytes[CLI_FLOW_CHUNK];
};

void cli_flow_init(struct cli_flow *flow, int from, int to);

/* Whether `from` is to be polled for reading, and `to` for writing. */
bool cli_flow_wants(const struct cli_flow *flow);
bool cli_flow_holds(const struct cli_flow *flow);

/* To be called when poll says that the end is ready, or broken. */
void cli_flow_read(struct cli_flow *flow);
void cli_flow_write(struct cli_flow *flow);
