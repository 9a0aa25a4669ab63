#include "dev/reload.h"

#include "base/clock.h"
#include "dev/dev.h"
#include "dev/talk.h"

#include <string.h>

enum {
    SETTLED_S = 10, /* a broker that has lived for so long was not broken from the start */
    DEATHS_MAX = 5, /* then whoever sits there has to do something */
};

static const char *frontend_of(const struct dev *dev)
{
    return dev_upstream_is_there(&dev->upstream) ? "" : trollbridge_app(dev->bridge)->frontend;
}

static void schedule(struct dev *dev, lws_sorted_usec_list_t *timer,
                     void (*then)(lws_sorted_usec_list_t *), uint64_t ns)
{
    lws_sul_schedule(dev->server.context, 0, timer, then, (lws_usec_t)(ns / 1000) + 1);
}

static struct dev *dev_of(struct dev_reload *reload)
{
    return lws_container_of(reload, struct dev, reload);
}

static void tell_lack(const struct dev *dev)
{
    const char *lack = dev_changes_take_lack(dev->reload.changes);
    if (lack)
        (void)cli_error(CLI_DONE, "watch", "%s", lack);
}

/* Without a broker nobody knows which folder is the frontend's: whoever starts one aims again. */
static void aim(struct dev *dev)
{
    if (!dev->reload.changes)
        return;
    dev_changes_aim(dev->reload.changes, dev->bridge ? frontend_of(dev) : "");
    tell_lack(dev);
}

/* ---- the broker, again ---- */

static bool start_bridge(struct dev *dev)
{
    size_t n_views = dev->views.n;
    int status = dev_bridge_start(dev);
    dev->reload.started_ns = tb_clock_ns();
    if (status == CLI_DONE)
        aim(dev);
    if (status == CLI_DONE && dev->views.n > n_views)
        dev_views_print(&dev->views);
    dev_problems_show(dev, status == CLI_DONE ? NULL : "the app cannot be started");
    return status == CLI_DONE;
}

/* Whoever would have answered is not there any more. */
static void forget(struct dev_reload *reload)
{
    reload->changed = 0;
    reload->again = false;
    reload->restarts = false;
}

void dev_reload_restart(struct dev *dev)
{
    forget(&dev->reload);
    (void)cli_error(CLI_DONE, "restart", "what has changed needs another start of the broker");
    dev_bridge_stop(dev);
    dev_pages_lose(&dev->pages, "The app is being started again.");
    if (start_bridge(dev))
        dev_pages_say_reload(&dev->pages, DEV_WHY_APP);
}

static void on_revival(lws_sorted_usec_list_t *timer)
{
    struct dev *dev = dev_of(lws_container_of(timer, struct dev_reload, revival));
    if (!dev->bridge && start_bridge(dev))
        dev_pages_reopen(&dev->pages);
}

/* At once the first time, then ever later: one that cannot live is not started in a circle. */
void dev_reload_revive(struct dev *dev)
{
    struct dev_reload *reload = &dev->reload;
    bool settled = tb_clock_ns() - reload->started_ns > SETTLED_S * TB_S_NS;
    reload->n_deaths = settled ? 0 : reload->n_deaths + 1;
    forget(reload);
    dev_bridge_stop(dev);
    if (reload->n_deaths > DEATHS_MAX) {
        (void)cli_error(CLI_LOST, "lost",
                        "the broker has ended again and again: it is started "
                        "again when the app's files change");
        dev_pages_lose(&dev->pages, "The broker has ended again and again.");
        return;
    }
    (void)cli_error(CLI_LOST, "lost", "the broker has ended: another one is started");
    dev_pages_lose(&dev->pages, "The broker has ended; another one is being started.");
    schedule(dev, &reload->revival, on_revival,
             reload->n_deaths > 1 ? (TB_S_NS << (reload->n_deaths - 2)) : 0);
}

/* ---- the policy, again ---- */

static void begin(struct dev *dev, unsigned changed)
{
    struct dev_reload *reload = &dev->reload;
    reload->again = reload->changed != 0;
    reload->changed |= changed;
    if (reload->again)
        return; /* the answer to the last one comes first */
    dev_problems_clear(&dev->problems);
    if (trollbridge_reload(dev->bridge, NULL) != TROLLBRIDGE_OK)
        reload->changed = 0; /* that it is gone is told by others */
}

static void show_done(struct dev *dev, const char *before, const char *after, unsigned changed)
{
    bool same = strcmp(before, after) == 0;
    dev_problems_show(dev, NULL);
    if (!same)
        (void)cli_error(CLI_DONE, "policy", "read again: %.16s…", after);
    if (!same || (changed & DEV_CHANGE_FILES))
        dev_pages_say_reload(&dev->pages, same ? DEV_WHY_FILES : DEV_WHY_POLICY);
}

void dev_reload_done(struct dev *dev, const char *before, const char *after, const char *code,
                     const char *message)
{
    struct dev_reload *reload = &dev->reload;
    unsigned changed = reload->changed;
    reload->changed = 0;
    if (reload->again) {
        reload->again = false;
        begin(dev, changed);
    } else if (before) {
        show_done(dev, before, after, changed);
    } else if (strcmp(code, "denied") == 0) {
        reload->restarts = true;
    } else {
        dev_problems_show(dev, message);
    }
}

static void act(struct dev *dev, unsigned changed)
{
    const unsigned of_policy = DEV_CHANGE_POLICY | DEV_CHANGE_APP;
    if (changed & of_policy) {
        aim(dev);
        dev->reload.n_deaths = 0;
        if (dev->bridge)
            begin(dev, changed);
        else
            dev_reload_restart(dev);
    } else if (changed & DEV_CHANGE_FILES) {
        dev_pages_say_reload(&dev->pages, DEV_WHY_FILES);
    }
}

/* ---- what has changed ---- */

static void on_due(lws_sorted_usec_list_t *timer);

static void wait(struct dev *dev)
{
    struct dev_reload *reload = &dev->reload;
    uint64_t now_ns = tb_clock_ns();
    uint64_t due_ns = dev_changes_due_ns(reload->changes);
    if (due_ns != TB_NEVER)
        schedule(dev, &reload->due, on_due, due_ns > now_ns ? due_ns - now_ns : 0);
}

static void on_due(lws_sorted_usec_list_t *timer)
{
    struct dev *dev = dev_of(lws_container_of(timer, struct dev_reload, due));
    unsigned changed = dev_changes_take(dev->reload.changes, tb_clock_ns());
    if (changed != 0)
        act(dev, changed);
    wait(dev);
}

static void on_changes(void *data, uint32_t events)
{
    struct dev *dev = data;
    (void)events;
    if (dev_changes_read(dev->reload.changes, tb_clock_ns()) < 0) {
        dev_reload_stop(dev);
        return;
    }
    tell_lack(dev);
    wait(dev);
}

void dev_reload_start(struct dev *dev)
{
    struct dev_reload *reload = &dev->reload;
    reload->started_ns = tb_clock_ns();
    int r = dev_changes_new(dev->options->app, frontend_of(dev), NULL, &reload->changes);
    if (r < 0) {
        (void)cli_error(CLI_DONE, "watch", "changes of files are not seen: %s", strerror(-r));
        return;
    }
    tell_lack(dev);
    reload->watch =
        (struct dev_watch){.fd = dev_changes_fd(reload->changes), .ready = on_changes, .data = dev};
    if (dev_loop_add(&dev->loop, &reload->watch, EPOLLIN) < 0)
        reload->watch.fd = -1;
}

void dev_reload_stop(struct dev *dev)
{
    struct dev_reload *reload = &dev->reload;
    if (!dev->server.context)
        return;
    lws_sul_schedule(dev->server.context, 0, &reload->due, on_due, LWS_SET_TIMER_USEC_CANCEL);
    lws_sul_schedule(dev->server.context, 0, &reload->revival, on_revival,
                     LWS_SET_TIMER_USEC_CANCEL);
    dev_loop_remove(&dev->loop, &reload->watch);
    dev_changes_free(reload->changes);
    reload->changes = NULL;
}
