/* `trollbridge relay`: a view's link on stdin and stdout, so that a host or an endpoint can be
 * written in any language. */
#include "base/wire.h"
#include "cli/cli.h"
#include "cli/flow.h"
#include "cli/session.h"

#include <errno.h>
#include <getopt.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const char help[] =
    "usage: trollbridge relay APP [--view LABEL] [--origin URL]\n"
    "\n"
    "Starts the app in folder APP and carries the frames of one view's link (PROTOCOL.md): from\n"
    "the broker to standard output, beginning with the bootstrap as a BOOT frame, and from\n"
    "standard input to the broker. The link is a relayed one: everything is sealed, RAW_CLEAR is\n"
    "not allowed. Ends when standard input or the session does.\n"
    "\n"
    "Exit status: 0 the host has ended the session, or nobody reads standard output; 1 the view\n"
    "was refused; 2 usage; 3 the app's files are wrong; 4 a required layer or part is missing;\n"
    "5 the session was lost.\n";

/* How long a host that has ended its own direction may take nothing of what is left for it. */
enum { LEAVING_MS = 5000 };

struct relay {
    struct cli_session *session;
    struct cli_flow up;   /* from the host to the broker */
    struct cli_flow down; /* from the broker to the host */
    bool half_closed;     /* the broker knows that `up` has ended */
    bool bridge_lost;
    uint8_t header[TB_HEADER_SIZE]; /* of the frame in `up` that is at hand */
    size_t n_header;
    size_t n_body; /* that is still to come */
    bool closing;  /* CLOSE was among the frames: the host ends the session itself */
};

/* The bootstrap is the first frame. */
static bool boot(struct relay *relay)
{
    const struct cli_session *session = relay->session;
    uint8_t header[TB_HEADER_SIZE];
    tb_frame_header(header, TB_BOOT, 0, session->n_bootstrap);
    return cli_output_put(&relay->down.to, tb_bytes_of(header, sizeof header)) &&
           cli_output_put(&relay->down.to, tb_bytes_of(session->bootstrap, session->n_bootstrap));
}

/* An end that nothing is wanted of is left out: poll would report its hang-up again and again. */
static struct pollfd watch(int fd, bool read, bool write)
{
    short events = (short)((read ? POLLIN : 0) | (write ? POLLOUT : 0));
    return (struct pollfd){.fd = events ? fd : -1, .events = events};
}

static int wait(const struct relay *relay, struct pollfd polls[static 4])
{
    const struct cli_flow *up = &relay->up;
    const struct cli_flow *down = &relay->down;
    bool leaving = up->ended && cli_flow_holds(down);
    polls[0] = watch(up->from, cli_flow_wants(up), false);
    polls[1] = watch(down->from, cli_flow_wants(down), cli_flow_holds(up));
    polls[2] = (struct pollfd){.fd = down->to.fd, .events = cli_flow_holds(down) ? POLLOUT : 0};
    polls[3] = watch(trollbridge_fd(relay->session->bridge), !relay->bridge_lost, false);
    int n = poll(polls, 4, leaving ? LEAVING_MS : -1);
    return n < 0 && errno == EINTR ? 0 : n == 0 ? -ETIMEDOUT : n < 0 ? -errno : 0;
}

/* Of what the host says only the headers are looked at, to know a session that it has closed from
 * one that was lost. */
static void look(struct relay *relay, struct tb_bytes bytes)
{
    for (size_t at = 0; at < bytes.n;) {
        size_t n = bytes.n - at < relay->n_body ? bytes.n - at : relay->n_body;
        relay->n_body -= n;
        at += n;
        if (relay->n_body > 0 || at == bytes.n)
            return;
        relay->header[relay->n_header++] = bytes.data[at++];
        if (relay->n_header < TB_HEADER_SIZE)
            continue;
        relay->n_header = 0;
        relay->n_body = tb_load_u32(relay->header);
        relay->closing |= relay->header[4] == TB_CLOSE;
    }
}

/* Nothing waits when this is called, so that what waits afterwards is what was read. */
static void read_host(struct relay *relay)
{
    cli_flow_read(&relay->up);
    look(relay, tb_buffer_bytes(&relay->up.to.waiting));
}

static bool broken(const struct pollfd *end)
{
    return (end->revents & (POLLERR | POLLHUP | POLLNVAL)) != 0;
}

/* False: the host takes nothing more. */
static bool serve(struct relay *relay, const struct pollfd polls[static 4])
{
    if (polls[0].revents != 0)
        read_host(relay);
    if (cli_flow_holds(&relay->up) && (polls[1].revents & POLLOUT || broken(&polls[1])))
        cli_flow_write(&relay->up);
    if (cli_flow_wants(&relay->down) && (polls[1].revents & POLLIN || broken(&polls[1])))
        cli_flow_read(&relay->down);
    if (polls[2].revents & POLLOUT)
        cli_flow_write(&relay->down);
    if (polls[3].revents != 0)
        relay->bridge_lost = trollbridge_dispatch(relay->session->bridge) != TROLLBRIDGE_OK;
    return !relay->down.shut && !broken(&polls[2]);
}

/* What the host has sent before its end still reaches the broker, and the other way round. */
static void half_close(struct relay *relay)
{
    if (relay->half_closed || !relay->up.ended || cli_flow_holds(&relay->up))
        return;
    relay->half_closed = true;
    (void)shutdown(relay->up.to.fd, SHUT_WR);
}

static int carry(struct relay *relay)
{
    struct pollfd polls[4];
    if (!boot(relay))
        return cli_error(CLI_PART, "io", "out of memory");
    while (!relay->down.ended || cli_flow_holds(&relay->down)) {
        half_close(relay);
        if (wait(relay, polls) < 0 || !serve(relay, polls))
            return CLI_DONE;
    }
    return relay->up.ended || relay->closing ? CLI_DONE : cli_session_lost(relay->session);
}

static int run(struct cli_session *session)
{
    struct relay relay = {.session = session};
    cli_flow_init(&relay.up, STDIN_FILENO, session->link_fd);
    cli_flow_init(&relay.down, session->link_fd, STDOUT_FILENO);
    int status = carry(&relay);
    cli_flow_deinit(&relay.up);
    cli_flow_deinit(&relay.down);
    return status;
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
            return cli_usage_option("relay", argv);
        *(option == 'v' ? &view : &origin) = optarg;
    }
    if (argc - optind != 1)
        return cli_usage("relay", "one APP is needed");

    struct cli_session session;
    int status = cli_session_begin(&session, argv[optind], view, origin, true);
    /* After the supervisor was started, which would inherit it. */
    (void)signal(SIGPIPE, SIG_IGN);
    if (status == CLI_DONE)
        status = run(&session);
    cli_session_end(&session);
    return status;
}
