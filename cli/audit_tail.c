#include "cli/audit.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

static const char help[] =
    "Usage: trollbridge audit tail APP|FILE [--last N] [--denied] [--json]\n"
    "\n"
    "Shows the last records of the log and then each new one, until interrupted.\n"
    "\n"
    "  --last N  begin with the last N records (10)\n"
    "  --denied  only what was refused, answers too\n"
    "  --json    the lines of the log as they are\n"
    "\n"
    "Example:\n"
    "  trollbridge audit tail examples/notes --denied\n";

static volatile sig_atomic_t interrupted;

static void interrupt(int number tb_unused)
{
    interrupted = 1;
}

/* From here on SIGINT and SIGTERM arrive only while *ret_waiting is the mask. */
static void catch_interrupts(sigset_t *ret_waiting)
{
    sigset_t blocked;
    struct sigaction action = {.sa_handler = interrupt};
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigprocmask(SIG_BLOCK, &blocked, ret_waiting);
    sigdelset(ret_waiting, SIGINT);
    sigdelset(ret_waiting, SIGTERM);
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
}

/* A new descriptor that is readable when the file has changed, or -errno. */
static int watch(int fd)
{
    char name[32];
    tb_fd changes = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
    (void)snprintf(name, sizeof name, "/proc/self/fd/%d", fd);
    if (changes < 0 || inotify_add_watch(changes, name, IN_MODIFY) < 0)
        return -errno;
    int watching = changes;
    changes = -1;
    return watching;
}

/* 0, or -errno: -EINTR when interrupted, -ENODATA when there is less than was read already. */
static int wait_for_more(const struct tb_lines *lines, int changes, const sigset_t *waiting)
{
    char events[4096];
    struct stat stat;
    struct pollfd poll = {.fd = changes, .events = POLLIN};
    if (ppoll(&poll, 1, NULL, waiting) < 0)
        return -errno;
    if (read(changes, events, sizeof events) < 0 && errno != EAGAIN)
        return -errno;
    if (fstat(lines->fd, &stat) < 0)
        return -errno;
    return (uint64_t)stat.st_size < lines->offset ? -ENODATA : 0;
}

static int print_new(const struct audit_options *options, struct tb_lines *lines)
{
    struct tb_piece piece;
    int r;
    while ((r = tb_lines_next(lines, &piece)) == TB_OK)
        if (audit_wants(options, &piece))
            audit_print(options, &piece);
    if (r < 0)
        return r;
    return fflush(stdout) != 0 ? -errno : 0;
}

static int follow(const struct audit_options *options, struct tb_lines *lines)
{
    sigset_t waiting;
    catch_interrupts(&waiting);
    /* Watched before the first look, so that nothing is missed in between. */
    tb_fd changes = watch(lines->fd);
    if (changes < 0)
        return changes;
    audit_print_head(options);
    int r = audit_print_last(options, lines);
    while (r == 0) {
        r = print_new(options, lines);
        if (r == 0)
            r = wait_for_more(lines, changes, &waiting);
        if (r == -EINTR && !interrupted)
            r = 0;
    }
    return interrupted ? 0 : r;
}

int audit_tail(int argc, char **argv)
{
    static struct tb_lines lines;
    struct audit_options options = {.last = 10};
    int r = audit_parse(argc, argv, help, &options);
    if (r != CLI_DONE)
        return r == AUDIT_HELPED ? CLI_DONE : r;
    tb_fd fd = -1;
    r = audit_open(options.target, &fd);
    if (r != CLI_DONE)
        return r;
    tb_lines_init(&lines, fd, 0);
    r = follow(&options, &lines);
    if (r == -ENODATA)
        return cli_error(CLI_DENIED, "torn", "the log was cut while it was read");
    if (r < 0)
        return cli_error(CLI_FILES, "io", "cannot read the log: %s", strerror(-r));
    return CLI_DONE;
}
