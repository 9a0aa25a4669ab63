#include "supervisor/supervisor.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

enum { CHUNK = 300, BYTES_PER_S = 16 * 1024 };

int supervisor_open_log(int ret_pipe[static 2])
{
    /* Not blocking on either side: a plugin that says too much loses it, and holds nobody up. */
    return pipe2(ret_pipe, O_CLOEXEC | O_NONBLOCK) < 0 ? -errno : 0;
}

/* Whether n more bytes may be passed on in this second. */
static bool within_rate(struct supervisor *supervisor, size_t n)
{
    uint64_t now_ns = tb_clock_ns();
    if (now_ns - supervisor->log_window_ns >= TB_S_NS) {
        supervisor->log_window_ns = now_ns;
        supervisor->n_logged = 0;
    }
    supervisor->n_logged += n;
    return supervisor->n_logged <= BYTES_PER_S;
}

/* A pipe that nobody reads, or a terminal that a person has halted, must not halt us. What is
 * written is shorter than what the kernel promises to take when it says that there is room. */
static bool takes_text(int fd)
{
    struct pollfd room = {.fd = fd, .events = POLLOUT};
    return poll(&room, 1, 0) == 1 && (room.revents & POLLOUT);
}

/* One read is one line; what is over the rate is dropped: this is the operational log, not the
 * audit log. */
void supervisor_read_log(struct supervisor *supervisor, struct child *child)
{
    char text[CHUNK];
    char line[CHUNK * TB_ESCAPE_UNIT];
    ssize_t n = read(child->log_fd, text, sizeof text);
    if (n <= 0) {
        tb_fd_close(&child->log_fd);
        return;
    }
    if (!within_rate(supervisor, (size_t)n))
        return;
    while (n > 1 && text[n - 1] == '\n')
        n--;
    struct tb_escaped escaped = tb_escape(tb_bytes_of(text, (size_t)n), line, sizeof line);
    if (takes_text(STDERR_FILENO))
        (void)dprintf(STDERR_FILENO, "trollbridge: plugin: %.*s\n", (int)escaped.n, line);
}

void supervisor_narrow_stderr(void)
{
    if (!isatty(STDERR_FILENO))
        return;
    int fd = open("/proc/self/fd/2", O_WRONLY | O_NOCTTY | O_CLOEXEC);
    if (fd < 0)
        fd = open("/dev/null", O_WRONLY | O_CLOEXEC); /* somebody else's terminal */
    if (fd >= 0)
        (void)dup2(fd, STDERR_FILENO);
    tb_fd_close(&fd);
}
