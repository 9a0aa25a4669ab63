/* The processes that are always there: scribe and broker. Each says which layers of its sandbox
 * hold before it does anything else; without that word it has not started. */
#include "supervisor/supervisor.h"

#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

enum { REPORT_MS = 10000 };

/* "held: a b; missing: c" */
static void describe(const struct tb_layers *layers, char *text, size_t size)
{
    static const enum tb_layer_state states[] = {TB_LAYER_HELD, TB_LAYER_PARTIAL, TB_LAYER_MISSING};
    size_t n = 0;
    text[0] = 0;
    for (size_t i = 0; i < TB_ARRAY_LEN(states); i++) {
        char names[TB_LAYERS_TEXT_SIZE];
        uint32_t mask = tb_layers_in(layers, states[i]);
        if (mask == 0)
            continue;
        tb_layers_names(mask, names);
        int more = snprintf(text + n, size - n, "%s%s: %s", n > 0 ? "; " : "",
                            tb_layer_state_name(states[i]), names);
        n += more > 0 && (size_t)more < size - n ? (size_t)more : 0;
    }
}

static const char *role_of(const struct child *child)
{
    return child->kind == CHILD_BROKER   ? "broker"
           : child->kind == CHILD_SCRIBE ? "scribe"
           : child->kind == CHILD_HOOK   ? "hook"
                                         : "plugin";
}

void supervisor_read_report(struct supervisor *supervisor, struct child *child)
{
    uint8_t bytes[TB_LAYERS_SIZE];
    struct tb_layers layers;
    char text[TB_ORIGIN_MAX];
    ssize_t n = read(child->report_fd, bytes, sizeof bytes);
    tb_fd_close(&child->report_fd);
    if (n != sizeof bytes || tb_layers_decode(tb_bytes_of(bytes, sizeof bytes), &layers) != TB_OK)
        return;
    describe(&layers, text, sizeof text);
    const struct tb_inner message = {
        .type = TB_INNER_LAYERS,
        .token = child->token,
        .view = tb_bytes_of_string(role_of(child)),
        .webview = tb_bytes_of_string(text),
    };
    supervisor_tell(supervisor, &message, -1);
}

/* Waits until the report is there to be read. It comes after the role has closed its sandbox. */
static int await_report(const struct child *child)
{
    struct pollfd report = {.fd = child->report_fd, .events = POLLIN};
    int n = poll(&report, 1, REPORT_MS);
    return n == 1 && (report.revents & POLLIN) ? 0 : -ETIMEDOUT;
}

static int start(struct supervisor *supervisor, enum child_kind kind, const char *program,
                 const char *name, int *fds, size_t n_fds)
{
    const char *const argv[] = {name, supervisor->namespace_names, supervisor->require_names, NULL};
    int report[2];
    if (pipe2(report, O_CLOEXEC) < 0)
        return -errno;
    fds[n_fds - 1] = report[1];
    struct child *child = supervisor_spawn(supervisor, kind, program, argv, fds, n_fds, 0);
    tb_fd_close(&report[1]);
    if (!child) {
        tb_fd_close(&report[0]);
        return -ECHILD;
    }
    child->report_fd = report[0];
    int r = await_report(child);
    if (r < 0) {
        child_kill(child);
        (void)child_reap(child);
    }
    return r;
}

/* It was sent before the scribe's report. A scribe that was started anew may have another file. */
static int take_log(struct supervisor *supervisor, int socket)
{
    uint8_t byte;
    int log = -1;
    ssize_t n = tb_fd_receive(socket, &byte, sizeof byte, &log, MSG_DONTWAIT);
    if (n != sizeof byte || log < 0)
        return -EPROTO;
    tb_fd_close(&supervisor->audit_fd);
    supervisor->audit_fd = log;
    return 0;
}

int supervisor_start_scribe(struct supervisor *supervisor, int *ret_link_fd)
{
    int pair[2];
    int log[2];
    int r = tb_fd_pair(SOCK_STREAM, pair);
    if (r < 0)
        return r;
    tb_fd link = pair[0];
    tb_fd their_link = pair[1];
    r = tb_fd_pair(SOCK_SEQPACKET, log);
    if (r < 0)
        return r;
    tb_fd log_socket = log[0];
    tb_fd their_log_socket = log[1];
    int fds[] = {their_link, supervisor->policy.settings_fd, their_log_socket, -1};
    r = start(supervisor, CHILD_SCRIBE, supervisor->programs.scribe, "scribe", fds,
              TB_ARRAY_LEN(fds));
    if (r == 0)
        r = take_log(supervisor, log_socket);
    if (r < 0)
        return r;
    supervisor->scribe_started_ns = tb_clock_ns();
    *ret_link_fd = link;
    link = -1;
    return 0;
}

int supervisor_start_broker(struct supervisor *supervisor, int scribe_link_fd)
{
    int pair[2];
    int r = tb_fd_pair(SOCK_SEQPACKET, pair);
    if (r < 0)
        return r;
    supervisor->broker_fd = pair[0];
    int fds[] = {supervisor->control_fd, pair[1], scribe_link_fd, supervisor->policy.settings_fd,
                 -1};
    r = start(supervisor, CHILD_BROKER, supervisor->programs.broker, "broker", fds,
              TB_ARRAY_LEN(fds));
    tb_fd_close(&pair[1]);
    return r;
}
