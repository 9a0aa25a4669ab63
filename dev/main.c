/*
 * trollbridge-dev: an app in an ordinary browser, while it is being written. `trollbridge dev`
 * starts it, and has read the command line: `dev APP PORT ANSWER`, the last one "" where it was not
 * given. It is a host like any other: all that it has of the broker is libtrollbridge.
 */
#include "dev/dev.h"

#include "base/fd.h"

#include <signal.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

enum { N_ARGUMENTS = 4 };

static void on_signal(void *data, uint32_t events)
{
    struct dev *dev = data;
    (void)events;
    dev->ended = true;
}

/* They are blocked from here on, and read. What is started of ours begins with them unblocked. */
static int watch_signals(struct dev *dev)
{
    sigset_t signals;
    sigemptyset(&signals);
    sigaddset(&signals, SIGINT);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGHUP);
    (void)sigprocmask(SIG_BLOCK, &signals, NULL);
    (void)signal(SIGPIPE, SIG_IGN);
    dev->signals = (struct dev_watch){
        .fd = signalfd(-1, &signals, SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal, .data = dev};
    if (dev->signals.fd < 0 || dev_loop_add(&dev->loop, &dev->signals, EPOLLIN) < 0)
        return cli_error(CLI_PART, "io", "out of memory");
    return CLI_DONE;
}

static int start(struct dev *dev)
{
    if (dev_loop_init(&dev->loop) < 0)
        return cli_error(CLI_PART, "io", "out of memory");
    if (dev_problems_init(dev) < 0)
        return cli_error(CLI_PART, "io", "out of memory");
    int status = watch_signals(dev);
    if (status == CLI_DONE)
        status = dev_server_start(dev);
    return status == CLI_DONE ? dev_bridge_start(dev) : status;
}

static void stop(struct dev *dev)
{
    int signals = dev->signals.fd;
    dev_terminal_stop(dev);
    dev_reload_stop(dev);
    dev_pages_free(&dev->pages);
    dev_server_stop(dev);
    dev_bridge_stop(dev);
    dev_problems_deinit(dev);
    dev_loop_remove(&dev->loop, &dev->signals);
    tb_fd_close(&signals);
    dev_frontend_deinit(&dev->frontend);
    dev_loop_deinit(&dev->loop);
    free(dev->csp);
}

static int run(const struct dev_options *options)
{
    static struct dev dev = {
        .loop = {-1},
        .server = {.listening = {{.fd = -1}, {.fd = -1}}},
        .bridge_watch = {.fd = -1},
        .reload = {.watch = {.fd = -1}},
        .panel = {.watch = {.fd = -1}},
        .signals = {.fd = -1},
        .terminal = {.typed = {.fd = -1}, .passphrase = {.fd = -1}},
        .problems = {.pipe = {.fd = -1}, .writer = -1, .own = -1},
        .frontend = {.app = -1},
    };
    dev.options = options;
    int status = start(&dev);
    if (status == CLI_DONE) {
        dev_terminal_start(&dev, options->answer);
        dev_reload_start(&dev);
        dev_views_print(&dev.views);
        while (!dev.ended && lws_service(dev.server.context, 0) >= 0)
            ;
    }
    stop(&dev);
    return status;
}

int main(int argc, char **argv)
{
    if (argc != N_ARGUMENTS)
        return cli_error(CLI_USAGE, "usage", "this program is started by `trollbridge dev`");
    if (sodium_init() < 0)
        return cli_error(CLI_PART, "io", "no randomness");
    const struct dev_options options = {
        .app = argv[1],
        .port = (unsigned)strtoul(argv[2], NULL, 10),
        .answer = *argv[3] ? argv[3] : NULL,
    };
    return run(&options);
}
