#include "cli/flow.h"

#include <errno.h>
#include <unistd.h>

void cli_flow_init(struct cli_flow *flow, int from, int to)
{
    *flow = (struct cli_flow){.from = from};
    cli_output_init(&flow->to, to, CLI_FLOW_CHUNK);
}

void cli_flow_deinit(struct cli_flow *flow)
{
    cli_output_deinit(&flow->to);
}

bool cli_flow_wants(const struct cli_flow *flow)
{
    return !flow->ended && !cli_flow_holds(flow);
}

bool cli_flow_holds(const struct cli_flow *flow)
{
    return !flow->shut && cli_output_fd(&flow->to) >= 0;
}

void cli_flow_read(struct cli_flow *flow)
{
    uint8_t chunk[CLI_FLOW_CHUNK];
    ssize_t n = read(flow->from, chunk, sizeof chunk);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    flow->ended = n <= 0;
    if (n > 0 && !flow->shut)
        flow->shut = !cli_output_put(&flow->to, tb_bytes_of(chunk, (size_t)n));
}

void cli_flow_write(struct cli_flow *flow)
{
    flow->shut |= !cli_output_write(&flow->to);
}
