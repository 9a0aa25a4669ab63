#include "dev/panel.h"

#include "base/result.h"
#include "cli/app.h"
#include "dev/dev.h"
#include "dev/talk.h"

#include <stdlib.h>
#include <string.h>

static void on_record(void *data, const char *session, const struct dev_record *record)
{
    const struct dev *dev = data;
    for (struct dev_page *page = dev->pages.first; page; page = page->next)
        if (page->panel && strcmp(page->session, session) == 0)
            dev_page_say_records(page, &record, 1);
}

static void on_log(void *data, uint32_t events)
{
    struct dev *dev = data;
    (void)events;
    int r = dev_records_read(dev->panel.records);
    if (r == 0)
        return;
    (void)cli_error(CLI_DONE, "log", "cannot be read any more: %s", strerror(-r));
    dev_panel_stop(dev);
}

/* The path of the log, which the caller frees; NULL: it has been said why. */
static char *log_of(const struct dev *dev)
{
    struct tb_settings settings;
    if (cli_app_settings(dev->options->app, &settings) != CLI_DONE)
        return NULL;
    struct tb_bytes file = settings.audit_file;
    char *path = strndup((const char *)file.data, file.n);
    tb_settings_deinit(&settings);
    return path;
}

void dev_panel_start(struct dev *dev)
{
    struct dev_panel *panel = &dev->panel;
    char *path = log_of(dev);
    int r = path ? dev_records_new(path, on_record, dev, &panel->records) : 0;
    free(path);
    if (r < 0)
        (void)cli_error(CLI_DONE, "log", "is not shown in pages: %s", strerror(-r));
    if (!panel->records)
        return;
    panel->watch =
        (struct dev_watch){.fd = dev_records_fd(panel->records), .ready = on_log, .data = dev};
    if (dev_loop_add(&dev->loop, &panel->watch, EPOLLIN) < 0)
        panel->watch.fd = -1;
}

void dev_panel_stop(struct dev *dev)
{
    dev_loop_remove(&dev->loop, &dev->panel.watch);
    dev_records_free(dev->panel.records);
    dev->panel.records = NULL;
}

void dev_panel_name(struct dev_page *page)
{
    struct dev_records *records = page->dev->panel.records;
    if (records && page->session[0] != 0 && dev_records_name(records, page->session) != TB_OK)
        page->session[0] = 0;
}

void dev_panel_forget(struct dev_page *page)
{
    if (page->dev->panel.records && page->session[0] != 0)
        dev_records_forget(page->dev->panel.records, page->session);
    page->session[0] = 0;
}

void dev_panel_open(struct dev_page *page)
{
    const struct dev_record *list[DEV_RECORDS_MAX];
    const struct dev_records *records = page->dev->panel.records;
    if (records && page->session[0] != 0)
        dev_page_say_records(page, list, dev_records_last(records, page->session, list));
}
