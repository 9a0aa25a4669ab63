#include "cli/session.h"

#include "base/fd.h"
#include "cli/cli.h"
#include "host/bridge.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void on_opened(void *data, uint32_t id, const char *name, const uint8_t *bootstrap,
                      size_t n_bootstrap, const char *code, const char *message)
{
    struct cli_session *session = data;
    (void)id;
    session->opened = name != NULL;
    session->refused = name == NULL;
    if (n_bootstrap > 0 && n_bootstrap <= sizeof session->bootstrap) {
        memcpy(session->bootstrap, bootstrap, n_bootstrap);
        session->n_bootstrap = n_bootstrap;
    }
    if (name) {
        (void)snprintf(session->name, sizeof session->name, "%s", name);
    } else {
        (void)snprintf(session->code, sizeof session->code, "%s", code);
        (void)snprintf(session->message, sizeof session->message, "%s", message);
    }
}

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    struct cli_session *session = data;
    (void)view;
    if (strcmp(event, "violation") != 0)
        (void)snprintf(session->message, sizeof session->message, "%s", message);
    if (session->test)
        session->test->alert(session->test->data, event);
}

static void on_ask(void *data, const struct trollbridge_ask *ask)
{
    struct cli_session *session = data;
    cli_prompt_show(&session->prompt, session->bridge, ask);
}

static void on_asked_over(void *data, uint32_t id)
{
    struct cli_session *session = data;
    cli_prompt_over(&session->prompt, id);
    cli_secret_over(&session->secret, id);
}

static void on_secret(void *data, const struct trollbridge_secret *asked)
{
    struct cli_session *session = data;
    cli_secret_show(&session->secret, session->bridge, asked);
}

static int spawn(struct cli_session *session, const char *app)
{
    struct stat folder;
    if (stat(app, &folder) < 0 || !S_ISDIR(folder.st_mode))
        return cli_error(CLI_FILES, "not_found", "%s is not the folder of an app", app);
    const struct cli_session_test *test = session->test;
    const struct trollbridge_options options = {
        .app = app,
        .plugins = test ? test->plugins : NULL,
        .n_plugins = test ? test->n_plugins : 0,
        .opened = on_opened,
        .alert = on_alert,
        .ask = on_ask,
        .secret = on_secret,
        .asked_over = on_asked_over,
        .data = session,
    };
    enum trollbridge_result result =
        bridge_spawn(&options, test ? test->folder : NULL, &session->bridge);
    switch (result) {
    case TROLLBRIDGE_OK:
        return CLI_DONE;
    case TROLLBRIDGE_FILES:
        return CLI_FILES; /* the compiler has said what is wrong, with file and line */
    case TROLLBRIDGE_PART:
        return CLI_PART; /* so has the supervisor */
    case TROLLBRIDGE_INVALID:
    case TROLLBRIDGE_LOST:
    case TROLLBRIDGE_OUT_OF_MEMORY:
    case TROLLBRIDGE_BUSY:
        break;
    }
    return cli_error(CLI_PART, "io", "%s", trollbridge_result_text(result));
}

/* Waits for the control link alone: the answer to OPEN. */
static bool await_opened(struct cli_session *session)
{
    struct pollfd control = {.fd = trollbridge_fd(session->bridge), .events = POLLIN};
    while (!session->opened && !session->refused) {
        if (poll(&control, 1, -1) < 0 && errno != EINTR)
            return false;
        if (trollbridge_dispatch(session->bridge) != TROLLBRIDGE_OK)
            return false;
    }
    return true;
}

static int open_view(struct cli_session *session, const char *view, const char *origin,
                     bool relayed, int own_fd, int broker_fd)
{
    tb_fd own = own_fd;
    const struct trollbridge_view options = {
        .label = view, .origin = origin, .document = 1, .relay = relayed};
    enum trollbridge_result result = trollbridge_open(session->bridge, &options, broker_fd, NULL);
    if (result == TROLLBRIDGE_INVALID)
        return cli_error(CLI_USAGE, "usage", "view '%s' or origin '%s' is not in the format", view,
                         origin ? origin : "local");
    if (result != TROLLBRIDGE_OK || !await_opened(session))
        return cli_session_lost(session);
    if (session->refused)
        return cli_error(CLI_DENIED, session->code, "%s", session->message);
    if (relayed) {
        session->link_fd = own;
        own = -1;
        return CLI_DONE;
    }
    session->endpoint = tb_endpoint_new(own, (struct tb_bytes){0});
    own = -1;
    if (!session->endpoint)
        return cli_error(CLI_PART, "io", "out of memory");
    while (!tb_endpoint_ready(session->endpoint))
        if (!cli_session_wait(session, NULL, 0))
            return cli_session_lost(session);
    return CLI_DONE;
}

static int begin(struct cli_session *session, const char *app, const char *view, const char *origin,
                 bool relayed)
{
    int pair[2];
    int status = spawn(session, app);
    if (status != CLI_DONE)
        return status;
    if (tb_fd_pair(SOCK_STREAM, pair) < 0)
        return cli_error(CLI_PART, "io", "no socketpair: %s", strerror(errno));
    return open_view(session, view, origin, relayed, pair[0], pair[1]);
}

int cli_session_begin(struct cli_session *session, const char *app, const char *view,
                      const char *origin, bool relayed)
{
    *session = (struct cli_session){.link_fd = -1};
    return begin(session, app, view, origin, relayed);
}

int cli_session_begin_test(struct cli_session *session, const char *app, const char *view,
                           const char *origin, const struct cli_session_test *test)
{
    *session = (struct cli_session){.link_fd = -1, .test = test};
    return begin(session, app, view, origin, false);
}

void cli_session_end(struct cli_session *session)
{
    tb_endpoint_free(session->endpoint);
    tb_fd_close(&session->link_fd);
    trollbridge_close(session->bridge);
    cli_secret_deinit(&session->secret);
    *session = (struct cli_session){.link_fd = -1};
}

enum { OWN = 4 }; /* what a session waits for by itself */

bool cli_session_wait(struct cli_session *session, struct pollfd *others, size_t n_others)
{
    int sent = tb_endpoint_flush(session->endpoint);
    short link_events = (short)(POLLIN | (sent == TB_AGAIN ? POLLOUT : 0));
    struct pollfd polls[OWN + CLI_SESSION_OTHERS] = {
        {.fd = tb_endpoint_fd(session->endpoint), .events = link_events},
        {.fd = trollbridge_fd(session->bridge), .events = POLLIN},
        {.fd = cli_prompt_fd(&session->prompt), .events = POLLIN},
        {.fd = cli_secret_fd(&session->secret), .events = POLLIN},
    };
    tb_assert(n_others <= CLI_SESSION_OTHERS);
    for (size_t i = 0; i < n_others; i++)
        polls[OWN + i] = others[i];
    int n = poll(polls, OWN + n_others, -1);
    for (size_t i = 0; i < n_others; i++)
        others[i].revents = n > 0 ? polls[OWN + i].revents : 0;
    if (n < 0)
        return errno == EINTR;
    if (polls[2].revents != 0)
        cli_prompt_read(&session->prompt, session->bridge);
    if (polls[3].revents != 0)
        cli_secret_read(&session->secret, session->bridge);
    /* A lost bridge shows on the view's link too, after what still is to be read there. */
    if (polls[1].revents != 0 && trollbridge_dispatch(session->bridge) != TROLLBRIDGE_OK &&
        polls[0].revents == 0)
        return false;
    if (polls[0].revents & (POLLIN | POLLHUP | POLLERR))
        return tb_endpoint_dispatch(session->endpoint, false) != TB_CLOSED;
    return true;
}

int cli_session_lost(const struct cli_session *session)
{
    int code = session->endpoint ? tb_endpoint_close_code(session->endpoint) : -1;
    return cli_error(CLI_LOST, "session_closed", "the session was lost (%s)%s%s",
                     code >= 0 ? tb_close_name((uint32_t)code) : "the link ended",
                     session->message[0] ? ": " : "", session->message);
}
