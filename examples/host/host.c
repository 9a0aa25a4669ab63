/* A host without a WebView: opens one view of an app, prints what it is told, shuts the view. */
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <trollbridge.h>
#include <unistd.h>

static enum { STARTING, OPENED, SHUTTING, OVER } state;

static void on_opened(void *data, uint32_t id, const char *session, const uint8_t *bootstrap,
                      size_t n_bootstrap, const char *code, const char *message)
{
    (void)data, (void)id, (void)bootstrap, (void)n_bootstrap;
    if (session)
        printf("opened: session %s\n", session);
    else
        printf("refused: %s: %s\n", code, message);
    state = session ? OPENED : OVER;
}

static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    (void)data;
    printf("alert: %s %s: %s\n", view, event, message);
    state = OVER;
}

int main(int argc, char **argv)
{
    /* Without `ask` and `secret` nobody is asked: calls that wait for a person are denied, and
     * plugins get no passphrase. */
    const struct trollbridge_options options = {
        .app = argc > 1 ? argv[1] : "examples/notes", .opened = on_opened, .alert = on_alert};
    const struct trollbridge_view view = {.label = "main", .document = 1};
    struct trollbridge *bridge;
    int link[2]; /* link[0] is the page's end: whoever speaks PROTOCOL.md for the page gets it */

    enum trollbridge_result result = trollbridge_spawn(&options, &bridge);
    if (result != TROLLBRIDGE_OK || socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, link) < 0) {
        fprintf(stderr, "host: %s\n", trollbridge_result_text(result));
        return 1;
    }
    result = trollbridge_open(bridge, &view, link[1], NULL);
    struct pollfd control = {.fd = trollbridge_fd(bridge), .events = POLLIN};
    while (result == TROLLBRIDGE_OK && state != OVER && poll(&control, 1, -1) > 0) {
        result = trollbridge_dispatch(bridge);
        if (state == OPENED && result == TROLLBRIDGE_OK) {
            state = SHUTTING; /* here a page would live; it goes away at once */
            result = trollbridge_shut(bridge, view.label);
        }
    }
    close(link[0]);
    trollbridge_close(bridge);
    return result == TROLLBRIDGE_OK ? 0 : 1;
}
