#include "cli/output.h"

#include <errno.h>
#include <limits.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

/* The descriptor is shared with whoever gave it, so that it is not made non-blocking. */
void cli_output_init(struct cli_output *output, int fd, size_t max)
{
    struct stat file = {0};
    (void)!fstat(fd, &file);
    tb_buffer_init(&output->waiting, max);
    output->fd = fd;
    output->is_socket = S_ISSOCK(file.st_mode);
    output->most = S_ISREG(file.st_mode) || output->is_socket ? max : PIPE_BUF;
}

void cli_output_deinit(struct cli_output *output)
{
    tb_buffer_deinit(&output->waiting);
}

bool cli_output_put(struct cli_output *output, struct tb_bytes bytes)
{
    return tb_buffer_append(&output->waiting, bytes);
}

int cli_output_fd(const struct cli_output *output)
{
    return tb_buffer_n(&output->waiting) > 0 ? output->fd : -1;
}

bool cli_output_write(struct cli_output *output)
{
    struct tb_bytes bytes = tb_buffer_bytes(&output->waiting);
    size_t most = bytes.n < output->most ? bytes.n : output->most;
    ssize_t n = output->is_socket ? send(output->fd, bytes.data, most, MSG_DONTWAIT | MSG_NOSIGNAL)
                                  : write(output->fd, bytes.data, most);
    if (n < 0)
        return errno == EINTR || errno == EAGAIN;
    tb_buffer_consume(&output->waiting, (size_t)n);
    return true;
}
