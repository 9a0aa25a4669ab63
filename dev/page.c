#include "dev/page.h"

#include "base/fd.h"
#include "base/wire.h"
#include "dev/connection.h"
#include "dev/dev.h"
#include "dev/http.h"
#include "dev/talk.h"

#include <errno.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    PATIENCE_S = 30, /* as long as a ticket of the broker is good */
    UP_MAX = 4 * DEV_MESSAGE_MAX,
};

/* ---- the link ---- */

static void close_link(struct dev_page *page)
{
    int fd = page->link.fd;
    dev_loop_remove(&page->dev->loop, &page->link);
    tb_fd_close(&fd);
    tb_buffer_consume(&page->up, tb_buffer_n(&page->up));
}

/* It is read when the socket can take more, so that nothing waits here. Until then its end, which
 * no mask keeps out, is told once. */
static void read_when_wanted(struct dev_page *page, bool wanted)
{
    uint32_t events = tb_buffer_n(&page->up) > 0 ? EPOLLOUT : 0;
    dev_loop_change(&page->dev->loop, &page->link, events | (wanted ? EPOLLIN : EPOLLET));
}

static void stop_reading_socket(struct dev_page *page, bool stop)
{
    if (page->socket)
        (void)lws_rx_flow_control(page->socket->wsi, stop ? 0 : 1);
}

/* False: the link takes no more. */
static bool send_up(struct dev_page *page)
{
    while (tb_buffer_n(&page->up) > 0) {
        ssize_t n = tb_fd_send(page->link.fd, tb_buffer_bytes(&page->up), -1, MSG_DONTWAIT);
        if (n == -EINTR)
            continue;
        if (n < 0)
            return n == -EAGAIN;
        tb_buffer_consume(&page->up, (size_t)n);
    }
    return true;
}

static void go_on_sending(struct dev_page *page)
{
    if (!send_up(page))
        close_link(page);
    stop_reading_socket(page, tb_buffer_n(&page->up) > 0);
}

static void on_link(void *data, uint32_t events)
{
    struct dev_page *page = data;
    if (events & EPOLLOUT)
        go_on_sending(page);
    if (!(events & ~(uint32_t)EPOLLOUT)) {
        read_when_wanted(page, (page->link.events & EPOLLIN) != 0);
        return;
    }
    read_when_wanted(page, false);
    if (page->socket)
        (void)lws_callback_on_writable(page->socket->wsi);
}

static bool open_link(struct dev_page *page)
{
    int pair[2];
    struct dev *dev = page->dev;
    const struct trollbridge_view view = {
        .label = page->view->label, .document = page->document, .relay = 1};
    if (!dev->bridge || tb_fd_pair(SOCK_STREAM, pair) < 0)
        return false;
    page->link.fd = pair[0];
    if (dev_loop_add(&dev->loop, &page->link, 0) < 0) {
        tb_fd_close(&pair[0]);
        tb_fd_close(&pair[1]);
        page->link.fd = -1;
        return false;
    }
    return trollbridge_open(dev->bridge, &view, pair[1], &page->open_id) == TROLLBRIDGE_OK;
}

/* ---- life ---- */

static void on_patience(lws_sorted_usec_list_t *patience)
{
    dev_page_free(tb_container_of(patience, struct dev_page, patience));
}

/* The broker ends the session of the view's last document when it is asked for a new one: a page
 * that nobody has come for will never be one. */
static void free_abandoned(struct dev_pages *pages, const struct dev_page *newest)
{
    struct dev_page *next;
    for (struct dev_page *page = pages->first; page; page = next) {
        next = page->next;
        if (page->view == newest->view && page != newest && !page->socket)
            dev_page_free(page);
    }
}

struct dev_page *dev_page_new(struct dev *dev, struct dev_view *view, struct dev_connection *asker)
{
    uint8_t ticket[DEV_TICKET_HEX / 2];
    struct dev_page *page = dev->pages.n < DEV_PAGES_MAX ? calloc(1, sizeof *page) : NULL;
    if (!page)
        return NULL;
    *page = (struct dev_page){.dev = dev, .view = view, .document = ++view->document};
    page->link = (struct dev_watch){.fd = -1, .ready = on_link, .data = page};
    randombytes_buf(ticket, sizeof ticket);
    tb_hex(ticket, sizeof ticket, page->ticket);
    tb_buffer_init(&page->said, DEV_SAID_MAX);
    tb_buffer_init(&page->up, UP_MAX);
    page->next = dev->pages.first;
    dev->pages.first = page;
    dev->pages.n++;
    free_abandoned(&dev->pages, page);
    page->target = strdup(asker->target);
    if (!page->target || !open_link(page)) {
        dev_page_free(page);
        return NULL;
    }
    page->asker = asker;
    asker->waits = page;
    lws_sul_schedule(dev->server.context, 0, &page->patience, on_patience,
                     PATIENCE_S * LWS_US_PER_SEC);
    return page;
}

static void unlink_page(struct dev_page *page)
{
    struct dev_page **at = &page->dev->pages.first;
    while (*at != page)
        at = &(*at)->next;
    *at = page->next;
    page->dev->pages.n--;
    if (page->view->page == page)
        page->view->page = NULL;
}

void dev_page_free(struct dev_page *page)
{
    if (page->asker) {
        page->asker->waits = NULL;
        dev_http_give_up(page->asker, "The broker did not answer.");
    }
    if (page->socket) {
        page->socket->page = NULL;
        lws_set_timeout(page->socket->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    }
    lws_sul_schedule(page->dev->server.context, 0, &page->patience, on_patience,
                     LWS_SET_TIMER_USEC_CANCEL);
    close_link(page);
    dev_panel_forget(page);
    unlink_page(page);
    free(page->target);
    tb_buffer_deinit(&page->said);
    tb_buffer_deinit(&page->up);
    sodium_memzero(page->ticket, sizeof page->ticket);
    free(page);
}

void dev_pages_free(struct dev_pages *pages)
{
    while (pages->first)
        dev_page_free(pages->first);
}

/* ---- the session ---- */

struct dev_page *dev_pages_find(const struct dev_pages *pages, uint32_t open_id)
{
    struct dev_page *page = pages->first;
    while (page && page->open_id != open_id)
        page = page->next;
    return page;
}

void dev_page_opened(struct dev_page *page, const char *session, struct tb_bytes bootstrap,
                     const char *message)
{
    struct dev_connection *asker = page->asker;
    (void)snprintf(page->session, sizeof page->session, "%s", session ? session : "");
    dev_panel_name(page);
    if (page->reopens) {
        page->reopens = false;
        dev_page_renew(page, session ? bootstrap : (struct tb_bytes){0}, message);
        return;
    }
    if (!asker)
        return; /* whoever asked has gone, and so has, soon, this page */
    page->asker = NULL;
    asker->waits = NULL;
    if (session)
        dev_http_open(asker, page, bootstrap);
    else
        dev_http_give_up(asker, message);
    if (!session)
        dev_page_free(page);
}

struct dev_page *dev_pages_enter(struct dev_pages *pages, struct tb_bytes untrusted_ticket)
{
    if (untrusted_ticket.n != DEV_TICKET_HEX)
        return NULL;
    for (struct dev_page *page = pages->first; page; page = page->next)
        if (page->ticket[0] != 0 &&
            sodium_memcmp(page->ticket, untrusted_ticket.data, DEV_TICKET_HEX) == 0) {
            page->ticket[0] = 0;
            return page;
        }
    return NULL;
}

/* ---- another broker ---- */

/* Who waits for a document is told at once; a page that is there waits for another broker, which
 * counts from the beginning again. */
void dev_pages_lose(struct dev_pages *pages, const char *why)
{
    struct dev_page *next;
    for (struct dev_page *page = pages->first; page; page = next) {
        next = page->next;
        page->open_id = 0;
        close_link(page);
        dev_panel_forget(page);
        if (page->asker)
            dev_page_free(page);
        else if (page == page->view->page)
            dev_page_say_lost(page, why);
    }
}

static void reopen(struct dev_page *page)
{
    page->document = ++page->view->document;
    page->reopens = true;
    if (!open_link(page))
        dev_page_say_lost(page, "There is no new session: load this page again.");
}

void dev_pages_reopen(struct dev_pages *pages)
{
    for (struct dev_page *page = pages->first; page; page = page->next)
        if (page == page->view->page && page->socket && page->link.fd < 0)
            reopen(page);
}

/* ---- the socket ---- */

static void retire_others(struct dev_pages *pages, const struct dev_page *current)
{
    for (struct dev_page *page = pages->first; page; page = page->next)
        if (page->view == current->view && page != current && page->socket)
            dev_page_say_taken(page);
}

/* What has happened since its document was read. */
static void catch_up(struct dev_page *page)
{
    dev_problems_show_to(page->dev, page);
    if (page->stale)
        dev_page_say_reload(page, DEV_WHY_FILES);
    if (page->open_id != 0)
        return;
    if (page->dev->bridge)
        reopen(page);
    else
        dev_page_say_lost(page, "The broker has ended.");
}

void dev_page_connected(struct dev_page *page, struct dev_connection *socket)
{
    lws_sul_schedule(page->dev->server.context, 0, &page->patience, on_patience,
                     LWS_SET_TIMER_USEC_CANCEL);
    page->socket = socket;
    socket->page = page;
    page->view->page = page;
    retire_others(&page->dev->pages, page);
    catch_up(page);
    read_when_wanted(page, true);
}

void dev_page_left(struct dev_page *page)
{
    page->socket->page = NULL;
    page->socket = NULL;
    dev_page_free(page);
}

static bool take_up(struct dev_page *page, struct tb_bytes bytes)
{
    if (page->link.fd < 0 || page->reopens || page->behind > 0)
        return true; /* that session is over; what crossed its end is dropped */
    if (!tb_buffer_append(&page->up, bytes))
        return false;
    go_on_sending(page);
    if (page->link.fd >= 0)
        read_when_wanted(page, (page->link.events & EPOLLIN) != 0);
    return true;
}

bool dev_page_receive(struct dev_page *page, struct tb_bytes untrusted_message)
{
    if (untrusted_message.n == 0)
        return false;
    struct tb_bytes rest = tb_bytes_of(untrusted_message.data + 1, untrusted_message.n - 1);
    switch (untrusted_message.data[0]) {
    case DEV_LINK:
        return take_up(page, rest);
    case DEV_TALK:
        return dev_page_hear(page, rest);
    default:
        return false;
    }
}

static bool write_message(struct dev_page *page, uint8_t *message, size_t n)
{
    return lws_write(page->socket->wsi, message, n, LWS_WRITE_BINARY) >= (int)n;
}

static bool write_said(struct dev_page *page)
{
    static uint8_t memory[LWS_PRE + 1 + DEV_MESSAGE_MAX];
    struct tb_bytes said = tb_buffer_bytes(&page->said);
    uint32_t n = tb_load_u32(said.data);
    memory[LWS_PRE] = DEV_TALK;
    memcpy(memory + LWS_PRE + 1, said.data + sizeof n, n);
    tb_buffer_consume(&page->said, sizeof n + n);
    return write_message(page, memory + LWS_PRE, 1 + n);
}

static bool write_link(struct dev_page *page)
{
    static uint8_t memory[LWS_PRE + 1 + DEV_MESSAGE_MAX];
    ssize_t n =
        tb_fd_receive(page->link.fd, memory + LWS_PRE + 1, DEV_MESSAGE_MAX, NULL, MSG_DONTWAIT);
    if (n == -EAGAIN || n == -EINTR) {
        read_when_wanted(page, true);
        return true;
    }
    if (n <= 0) {
        close_link(page);
        return true;
    }
    memory[LWS_PRE] = DEV_LINK;
    return write_message(page, memory + LWS_PRE, 1 + (size_t)n);
}

bool dev_page_write(struct dev_page *page)
{
    bool ok = true;
    if (tb_buffer_n(&page->said) > 0)
        ok = write_said(page);
    else if (page->link.fd >= 0 && !(page->link.events & EPOLLIN))
        ok = write_link(page);
    else
        return true;
    if (ok)
        (void)lws_callback_on_writable(page->socket->wsi);
    return ok;
}
