/* Bytes on their way to standard output or a link, whose reader takes them when it likes: written
 * as far as it goes without waiting. */
#pragma once

#include "base/buffer.h"

struct cli_output {
    struct tb_buffer waiting;
    int fd; /* borrowed */
    bool is_socket;
    size_t most; /* that one write may take without waiting, once poll says that there is room */
};

/* At most `max` bytes wait. */
void cli_output_init(struct cli_output *output, int fd, size_t max);
void cli_output_deinit(struct cli_output *output);

/* False: more than may wait, or out of memory. */
tb_must_check bool cli_output_put(struct cli_output *output, struct tb_bytes bytes);
/* To be polled for POLLOUT; -1 when nothing waits. */
int cli_output_fd(const struct cli_output *output);
/* Writes once. False: it cannot be written. */
tb_must_check bool cli_output_write(struct cli_output *output);
