#include "dev/talk.h"

#include "base/result.h"
#include "base/wire.h"
#include "dev/connection.h"
#include "dev/dev.h"
#include "dev/panel.h"

enum { RECORDS_WAITING_MAX = DEV_SAID_MAX / 4 };

/* A message that could not be written is none; one that the queue has no room for ends the page. */
static void say(struct dev_page *page, int written, struct tb_buffer *message)
{
    uint8_t length[4];
    size_t n = tb_buffer_n(message);
    tb_store_u32(length, (uint32_t)n);
    if (page->socket && written == 0 && n <= DEV_MESSAGE_MAX) {
        if (tb_buffer_append(&page->said, tb_bytes_of(length, sizeof length)) &&
            tb_buffer_append(&page->said, tb_buffer_bytes(message)))
            (void)lws_callback_on_writable(page->socket->wsi);
        else
            dev_connection_close(page->socket);
    }
    tb_buffer_deinit(message);
}

void dev_page_say_taken(struct dev_page *page)
{
    struct tb_buffer message;
    tb_buffer_init(&message, DEV_JSON_MAX);
    say(page,
        dev_message_taken(&message, "This view was opened elsewhere: its session is there now."),
        &message);
}

void dev_page_say_lost(struct dev_page *page, const char *why)
{
    struct tb_buffer message;
    tb_buffer_init(&message, DEV_JSON_MAX);
    say(page, dev_message_lost(&message, why), &message);
}

void dev_page_renew(struct dev_page *page, struct tb_bytes bootstrap, const char *why)
{
    struct tb_buffer message;
    tb_buffer_init(&message, DEV_JSON_MAX);
    page->behind += bootstrap.n > 0;
    say(page,
        bootstrap.n > 0
            ? dev_message_bootstrap(&message, bootstrap, "The broker was started again.")
            : dev_message_lost(&message, why),
        &message);
}

void dev_page_say_errors(struct dev_page *page, const struct dev_errors *errors)
{
    struct tb_buffer message;
    tb_buffer_init(&message, DEV_JSON_MAX);
    say(page, dev_message_errors(&message, errors->list, errors->n_list, errors->n_more), &message);
}

/* One that waits for its document still will get the new one; one that has it and cannot hear yet
 * hears it first. */
void dev_page_say_reload(struct dev_page *page, enum dev_why why)
{
    struct tb_buffer message;
    if (!page->socket) {
        page->stale = !page->asker;
        return;
    }
    tb_buffer_init(&message, DEV_JSON_MAX);
    say(page, dev_message_reload(&message, why), &message);
}

/* While its app is being built, what a page was made of may be gone for a while. */
static bool is_there(const struct dev_page *page)
{
    struct tb_frontend_path tries[TB_FRONTEND_TRIES];
    tb_cleanup(tb_found_deinit) struct tb_found found = {.fd = -1};
    return dev_upstream_is_there(&page->dev->upstream) ||
           dev_frontend_find(&page->dev->frontend, page->target, tries, &found) != TB_UNKNOWN;
}

void dev_pages_say_reload(struct dev_pages *pages, enum dev_why why)
{
    for (struct dev_page *page = pages->first; page; page = page->next)
        if (is_there(page))
            dev_page_say_reload(page, why);
}

void dev_page_say_records(struct dev_page *page, const struct dev_record *const *list, size_t n)
{
    while (n > 0 && tb_buffer_n(&page->said) <= RECORDS_WAITING_MAX) {
        struct tb_buffer message;
        size_t written = 0;
        tb_buffer_init(&message, DEV_JSON_MAX);
        say(page, dev_message_records(&message, list, n, &written), &message);
        if (written == 0)
            return;
        list += written;
        n -= written;
    }
}

bool dev_page_hear(struct dev_page *page, struct tb_bytes untrusted_json)
{
    struct dev_heard heard;
    if (dev_message_read(untrusted_json, &heard) != TB_OK)
        return false;
    if (heard.type == DEV_HEARD_BEGIN) {
        page->behind -= page->behind > 0;
        return true;
    }
    bool opens = heard.open && !page->panel;
    page->panel = heard.open;
    if (opens)
        dev_panel_open(page);
    return true;
}
