/* One real session of an app without a WebView: host and endpoint in this program. */
#pragma once

#include "base/result.h"
#include "cli/prompt.h"
#include "cli/secret.h"
#include "endpoint/endpoint.h"
#include "host/trollbridge.h"

#include <poll.h>
#include <stdbool.h>

/* Of a test: the calls are answered here, and nothing else happens. */
struct cli_session_test {
    const char *folder; /* absolute: where the log goes */
    const struct trollbridge_plugin *plugins;
    size_t n_plugins;
    void (*alert)(void *data, const char *event);
    void *data;
};

struct cli_session {
    struct trollbridge *bridge;
    struct tb_endpoint *endpoint;        /* NULL when `relayed` */
    const struct cli_session_test *test; /* borrowed; NULL: this is none */
    int link_fd;                         /* relayed: our end of the view link */
    uint8_t bootstrap[TB_BOOTSTRAP_MAX];
    size_t n_bootstrap;
    struct cli_prompt prompt; /* zeroed: every one is dismissed */
    struct cli_secret secret; /* the same; owned */
    char name[17];            /* of the session in the log, 16 hex digits */
    bool opened;
    bool refused;
    char code[64];     /* of a refusal */
    char message[513]; /* of a refusal, or of the last alert */
};

/*
 * Spawns Trollbridge for the app and opens the view. With `relayed` the link is handed out as it
 * is; else an endpoint is made and has its WELCOME when this returns. Returns an exit status; what
 * is wrong has been printed.
 */
int cli_session_begin(struct cli_session *session, const char *app, const char *view,
                      const char *origin, bool relayed);
void cli_session_end(struct cli_session *session);

/* The same for a test, whose views never are relayed. */
int cli_session_begin_test(struct cli_session *session, const char *app, const char *view,
                           const char *origin, const struct cli_session_test *test);

/* Waits until the endpoint or the bridge has something, and handles it, or one of `others` has
 * (CLI_SESSION_OTHERS at most; `revents` says so). False: the session is lost. */
enum { CLI_SESSION_OTHERS = 3 };
bool cli_session_wait(struct cli_session *session, struct pollfd *others, size_t n_others);
/* Says why it is lost; CLI_LOST. */
int cli_session_lost(const struct cli_session *session);
