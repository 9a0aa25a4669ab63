/* The bridge: what the broker says, and what is done when it dies. */
#include "dev/dev.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static void on_opened(void *data, uint32_t id, const char *session, const uint8_t *bootstrap,
                      size_t n_bootstrap, const char *code, const char *message)
{
    const struct dev *dev = data;
    struct dev_page *page = dev_pages_find(&dev->pages, id);
    /* That a document went away before its session was there is no news. */
    if (!session && strcmp(code, "session_closed") != 0)
        (void)cli_error(CLI_DENIED, code, "%s%s%s", page ? page->view->label : "", page ? ": " : "",
                        message);
    if (page)
        dev_page_opened(page, session, tb_bytes_of(bootstrap, n_bootstrap), message);
}

/* `closed` is how every document ends. */
static void on_alert(void *data, const char *view, const char *event, const char *message)
{
    (void)data;
    if (strcmp(event, "closed") != 0)
        (void)cli_error(CLI_DENIED, event, "%s%s%s", view, *view ? ": " : "", message);
}

static void on_ask(void *data, const struct trollbridge_ask *ask)
{
    struct dev *dev = data;
    dev_terminal_ask(dev, ask);
}

static void on_secret(void *data, const struct trollbridge_secret *secret)
{
    struct dev *dev = data;
    dev_terminal_ask_secret(dev, secret);
}

static void on_asked_over(void *data, uint32_t id)
{
    dev_terminal_over(data, id);
}

static void on_reloaded(void *data, uint32_t id, const char *before, const char *after,
                        const char *code, const char *message)
{
    (void)id;
    dev_reload_done(data, before, after, code, message);
}

/* It must not be ended from inside its own callbacks. */
static void on_bridge(void *data, uint32_t events)
{
    struct dev *dev = data;
    (void)events;
    if (trollbridge_dispatch(dev->bridge) != TROLLBRIDGE_OK)
        dev_reload_revive(dev);
    else if (dev->reload.restarts)
        dev_reload_restart(dev);
}

static int status_of(enum trollbridge_result result)
{
    /* The compiler, or the supervisor, has said what is wrong. */
    if (result == TROLLBRIDGE_FILES)
        return CLI_FILES;
    if (result == TROLLBRIDGE_PART)
        return CLI_PART;
    return cli_error(CLI_PART, "io", "%s", trollbridge_result_text(result));
}

static int spawn(struct dev *dev)
{
    const struct trollbridge_options options = {
        .app = dev->options->app,
        .plugins = dev->commands,
        .n_plugins = DEV_PLUGINS,
        .opened = on_opened,
        .alert = on_alert,
        .ask = on_ask,
        .secret = on_secret,
        .asked_over = on_asked_over,
        .reloaded = on_reloaded,
        .data = dev,
    };
    dev_commands_list(dev, dev->commands);
    dev_problems_clear(&dev->problems);
    dev_problems_divert(&dev->problems);
    enum trollbridge_result result = trollbridge_spawn(&options, &dev->bridge);
    dev_problems_restore(&dev->problems);
    return result == TROLLBRIDGE_OK ? CLI_DONE : status_of(result);
}

static int open_frontend(struct dev *dev, const struct trollbridge_app *app)
{
    if (*app->frontend == 0)
        return dev_problem(dev, CLI_FILES, "manifest",
                           "the app has no frontend: write `frontend = \"dist\"` in [app] "
                           "(trollbridge.toml)");
    int r = dev_frontend_set(&dev->frontend, app->folder, app->frontend);
    if (r < 0)
        return dev_problem(dev, CLI_FILES, "frontend", "%s/%s: %s: build the frontend first",
                           app->folder, app->frontend, strerror(-r));
    return CLI_DONE;
}

static int watch(struct dev *dev)
{
    dev->bridge_watch =
        (struct dev_watch){.fd = trollbridge_fd(dev->bridge), .ready = on_bridge, .data = dev};
    return dev_loop_add(&dev->loop, &dev->bridge_watch, EPOLLIN) < 0
               ? cli_error(CLI_PART, "io", "out of memory")
               : CLI_DONE;
}

/* What is kept of the manifest while there is no bridge. */
static int take_facts(struct dev *dev)
{
    const struct trollbridge_app *app = trollbridge_app(dev->bridge);
    if (app->production)
        return dev_problem(
            dev, CLI_FILES, "production",
            "`production` in [app] says that this is what is shipped: `trollbridge "
            "run` opens it; take the key out of what you develop (trollbridge.toml)");
    char *csp = strdup(app->csp);
    if (!csp)
        return cli_error(CLI_PART, "io", "out of memory");
    free(dev->csp);
    dev->csp = csp;
    if (!dev_views_update(&dev->views, app, dev->server.port))
        return dev_problem(dev, CLI_FILES, "manifest",
                           "the app has more than %d windows, or one whose `url` is too long",
                           DEV_VIEWS_MAX);
    if (!dev_upstream_read(app->dev_url, &dev->upstream))
        return dev_problem(dev, CLI_FILES, "manifest",
                           "`dev_url` in [app] is no address of this machine: write it as "
                           "http://localhost:5173 (trollbridge.toml)");
    return dev_upstream_is_there(&dev->upstream) ? CLI_DONE : open_frontend(dev, app);
}

int dev_bridge_start(struct dev *dev)
{
    int status = spawn(dev);
    if (status == CLI_DONE)
        status = take_facts(dev);
    if (status == CLI_DONE)
        status = watch(dev);
    if (status == CLI_DONE)
        dev_panel_start(dev);
    else
        dev_bridge_stop(dev);
    return status;
}

void dev_bridge_stop(struct dev *dev)
{
    dev_loop_remove(&dev->loop, &dev->bridge_watch);
    dev_terminal_forget(dev);
    dev_panel_stop(dev);
    trollbridge_close(dev->bridge);
    dev->bridge = NULL;
}
