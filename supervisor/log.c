#include "supervisor/supervisor.h"

#include "base/clock.h"
#include "base/escape.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { CHUNK = 300, BYTES_PER_S = 16 * 1024, PIPE_READS = 64 * 1024 / CHUNK + 1 };

static const char *head_of(const struct child *child)
{
    return child->kind == CHILD_HOOK ? "trollbridge: hook: " : "trollbridge: plugin: ";
}

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

static void write_line(struct supervisor *supervisor, const char *head, struct tb_bytes text)
{
    char line[CHUNK * TB_ESCAPE_UNIT];
    if (!within_rate(supervisor, strlen(head) + 1 + text.n))
        return;
    struct tb_escaped escaped = tb_escape(text, line, sizeof line);
    if (takes_text(STDERR_FILENO))
        (void)dprintf(STDERR_FILENO, "%s%.*s\n", head, (int)escaped.n, line);
}

/* What comes in two reads is two lines; what is over the rate is dropped: this is the operational
 * log, not the audit log. */
void supervisor_read_log(struct supervisor *supervisor, struct child *child)
{
    char text[CHUNK];
    ssize_t n = read(child->log_fd, text, sizeof text);
    if (n <= 0) {
        tb_fd_close(&child->log_fd);
        return;
    }
    for (size_t at = 0; at < (size_t)n;) {
        const char *end = memchr(text + at, '\n', (size_t)n - at);
        size_t length = (end ? (size_t)(end - text) : (size_t)n) - at;
        if (length > 0)
            write_line(supervisor, head_of(child), tb_bytes_of(text + at, length));
        at += length + 1;
    }
}

/* Why it ended is in its last words, and a pipe may hold more of them than one read takes. No more
 * than a pipe holds: children of the plugin's may still be writing. */
void supervisor_drain_log(struct supervisor *supervisor, struct child *child)
{
    for (int i = 0; i < PIPE_READS && child->log_fd >= 0; i++)
        supervisor_read_log(supervisor, child);
}

/* The calls of a plugin are told that it died, but not why. A kill is ours, or a limit's. */
void supervisor_log_death(struct supervisor *supervisor, const struct child *child, int status)
{
    char text[CHUNK];
    int number = WIFSIGNALED(status) ? WTERMSIG(status) : SIGKILL;
    const char *name = sigabbrev_np(number);
    if (number == SIGKILL || !name)
        return;
    int n = snprintf(text, sizeof text, "ended by SIG%s%s", name,
                     number == SIGSYS ? ": a system call that its sandbox does not have; "
                                        "`trollbridge doctor --calls` lists those that it has"
                                      : "");
    write_line(supervisor, head_of(child), tb_bytes_of(text, (size_t)n));
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
