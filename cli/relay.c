/* `trollbridge relay`: a view's link on stdin and stdout, so that a host or an endpoint can be
 * written in any language. */
#include "base/fd.h"
#include "cli/cli.h"
#include "cli/session.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static const char help[] =
    "usage: trollbridge relay APP [--view LABEL] [--origin URL]\n"
    "\n"
    "Starts the app in folder APP and carries the frames of one view's link (PROTOCOL.md): from\n"
    "the broker to standard output, beginning with the bootstrap as a BOOT frame, and from\n"
    "standard input to the broker. The link is a relayed one: everything is sealed, RAW_CLEAR is\n"
    "not allowed. Ends when standard input or the session does.\n"
    "\n"
    "Exit status: 0 standard input ended; 2 usage; 3 the app's files are wrong; 4 a required\n"
    "layer or part is missing; 5 the session was lost.\n";

enum { CHUNK = 64 * 1024 };

/* Moves one chunk. False: the source has ended, or the sink does not take more. */
static bool move(int from, int to)
{
    static uint8_t chunk[CHUNK];
    ssize_t n = read(from, chunk, sizeof chunk);
    if (n < 0 && errno == EINTR)
        return true;
    return n > 0 && tb_fd_write_all(to, tb_bytes_of(chunk, (size_t)n)) == 0;
}

static int boot(const struct cli_session *session)
{
    uint8_t header[TB_HEADER_SIZE];
    tb_frame_header(header, TB_BOOT, 0, session->n_bootstrap);
    if (tb_fd_write_all(STDOUT_FILENO, tb_bytes_of(header, sizeof header)) < 0)
        return -EPIPE;
    return tb_fd_write_all(STDOUT_FILENO, tb_bytes_of(session->bootstrap, session->n_bootstrap));
}

static int carry(struct cli_session *session)
{
    struct pollfd polls[] = {
        {.fd = STDIN_FILENO, .events = POLLIN},
        {.fd = session->link_fd, .events = POLLIN},
        {.fd = trollbridge_fd(session->bridge), .events = POLLIN},
    };
    for (;;) {
        if (poll(polls, TB_ARRAY_LEN(polls), -1) < 0 && errno != EINTR)
            return CLI_LOST;
        if (polls[1].revents != 0 && !move(session->link_fd, STDOUT_FILENO))
            return cli_session_lost(session);
        if (polls[0].revents != 0 && !move(STDIN_FILENO, session->link_fd))
            return CLI_DONE;
        if (polls[2].revents != 0 && polls[1].revents == 0 &&
            trollbridge_dispatch(session->bridge) != TROLLBRIDGE_OK)
            return cli_session_lost(session);
    }
}

int cli_relay(int argc, char **argv)
{
    static const struct option long_options[] = {
        {"view", required_argument, NULL, 'v'},
        {"origin", required_argument, NULL, 'o'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    const char *view = "main";
    const char *origin = "local";
    int option;
    opterr = 0;
    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        if (option == 'h') {
            fputs(help, stdout);
            return CLI_DONE;
        }
        if (option == '?')
            return cli_usage("relay", "unknown option, or one without its value");
        *(option == 'v' ? &view : &origin) = optarg;
    }
    if (argc - optind != 1)
        return cli_usage("relay", "one APP is needed");

    struct cli_session session;
    int status = cli_session_begin(&session, argv[optind], view, origin, true);
    if (status == CLI_DONE)
        status = boot(&session) == 0 ? carry(&session) : CLI_DONE;
    cli_session_end(&session);
    return status;
}
