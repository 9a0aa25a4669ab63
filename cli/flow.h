/* One direction of a relay: what one end has sent and the other has not taken yet. At most one
 * chunk is held, and nothing blocks, so that neither direction waits for the other. */
#pragma once

#include "cli/output.h"

enum { CLI_FLOW_CHUNK = 64 * 1024 };

struct cli_flow {
    int from; /* borrowed */
    struct cli_output to;
    bool ended; /* `from` has no more */
    bool shut;  /* `to` takes no more: what comes is thrown away */
};

void cli_flow_init(struct cli_flow *flow, int from, int to);
void cli_flow_deinit(struct cli_flow *flow);

/* Whether `from` is to be polled for reading, and `to` for writing. */
bool cli_flow_wants(const struct cli_flow *flow);
bool cli_flow_holds(const struct cli_flow *flow);

/* To be called when poll says that the end is ready, or broken. */
void cli_flow_read(struct cli_flow *flow);
void cli_flow_write(struct cli_flow *flow);
