#include "cli/flow.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

void cli_flow_init(struct cli_flow *flow, int from, int to)
{
    struct stat status;
    flow->from = from;
    flow->to = to;
    flow->to_socket = fstat(to, &status) == 0 && S_ISSOCK(status.st_mode);
    flow->ended = false;
    flow->shut = false;
    flow->at = 0;
    flow->n = 0;
}

bool cli_flow_wants(const struct cli_flow *flow)
{
    return !flow->ended && flow->n == 0;
}

bool cli_flow_holds(const struct cli_flow *flow)
{
    return flow->n > 0;
}

static bool passing(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

void cli_flow_read(struct cli_flow *flow)
{
    ssize_t n = read(flow->from, flow->bytes, sizeof flow->bytes);
    if (n < 0 && passing(errno))
        return;
    flow->ended = n <= 0;
    flow->at = 0;
    flow->n = n > 0 && !flow->shut ? (size_t)n : 0;
}

/* A pipe that poll calls writable has room for PIPE_BUF bytes; more could block. Its flags are the
 * host's too and stay as they are. */
static ssize_t write_some(const struct cli_flow *flow)
{
    const uint8_t *data = flow->bytes + flow->at;
    if (flow->to_socket)
        return send(flow->to, data, flow->n, MSG_DONTWAIT | MSG_NOSIGNAL);
    return write(flow->to, data, flow->n < PIPE_BUF ? flow->n : PIPE_BUF);
}

void cli_flow_write(struct cli_flow *flow)
{
    ssize_t n = write_some(flow);
    if (n < 0 && passing(errno))
        return;
    flow->shut |= n < 0;
    flow->at += n > 0 ? (size_t)n : 0;
    flow->n = flow->shut ? 0 : flow->n - (size_t)n;
}
