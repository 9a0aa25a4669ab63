#include "dev/http.h"

#include "base/result.h"
#include "dev/dev.h"
#include "dev/document.h"
#include "dev/fetch.h"
#include "dev/page.h"
#include "dev/upstream.h"
#include "shim-js/scripts.h"

#include <stdio.h>

enum { VALUE_MAX = 256, COOKIE_MAX = 4096 };

/* What the headers said, as far as it is looked at. */
struct headers {
    char host[VALUE_MAX];
    char origin[VALUE_MAX];
    char cookie[COOKIE_MAX];
    char site[VALUE_MAX];
    char mode[VALUE_MAX];
    char dest[VALUE_MAX];
    char purpose[VALUE_MAX];
    char protocols[VALUE_MAX];
    struct dev_request request;
};

/* What does not fit is nothing that is known here. */
static struct tb_bytes read_token(struct lws *wsi, enum lws_token_indexes which, char *memory,
                                  size_t size)
{
    int n = lws_hdr_total_length(wsi, which);
    if (n > 0 && lws_hdr_copy(wsi, memory, (int)size, which) == n)
        return tb_bytes_of(memory, (size_t)n);
    return n > 0 ? tb_bytes_of_string("?") : (struct tb_bytes){0};
}

static struct tb_bytes read_named(struct lws *wsi, const char *name, char memory[static VALUE_MAX])
{
    int n = lws_hdr_custom_length(wsi, name, (int)strlen(name));
    if (n < 0)
        return (struct tb_bytes){0};
    n = lws_hdr_custom_copy(wsi, memory, VALUE_MAX, name, (int)strlen(name));
    return n > 0 ? tb_bytes_of(memory, (size_t)n) : tb_bytes_of_string("?");
}

/* Of the target's query, where a browser encodes nothing of it. */
static bool find_token(const char *target, struct tb_bytes *ret_token)
{
    static const char name[] = "trollbridge=";
    struct tb_bytes query = tb_bytes_of_string(target);
    (void)tb_bytes_cut(&query, '?');
    while (query.n > 0) {
        struct tb_bytes part = tb_bytes_cut(&query, '&');
        if (!tb_bytes_begin(part, name))
            continue;
        *ret_token = tb_bytes_of(part.data + strlen(name), part.n - strlen(name));
        return true;
    }
    return false;
}

static bool has_body(struct lws *wsi)
{
    return lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_CONTENT_LENGTH) > 0 ||
           lws_hdr_total_length(wsi, WSI_TOKEN_HTTP_TRANSFER_ENCODING) > 0;
}

static bool is_get(struct lws *wsi)
{
    return lws_hdr_total_length(wsi, WSI_TOKEN_GET_URI) > 0 ||
           lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0;
}

static void read_headers(const struct dev_connection *connection, struct headers *headers)
{
    struct lws *wsi = connection->wsi;
    struct dev_request *request = &headers->request;
    *request = (struct dev_request){
        .is_get = is_get(wsi),
        .is_head = lws_hdr_total_length(wsi, WSI_TOKEN_HEAD_URI) > 0,
        .has_body = has_body(wsi),
        .untrusted_host = read_token(wsi, WSI_TOKEN_HOST, headers->host, sizeof headers->host),
        .untrusted_origin =
            read_token(wsi, WSI_TOKEN_ORIGIN, headers->origin, sizeof headers->origin),
        .untrusted_cookie =
            read_token(wsi, WSI_TOKEN_HTTP_COOKIE, headers->cookie, sizeof headers->cookie),
        .untrusted_site = read_named(wsi, "sec-fetch-site:", headers->site),
        .untrusted_mode = read_named(wsi, "sec-fetch-mode:", headers->mode),
        .untrusted_dest = read_named(wsi, "sec-fetch-dest:", headers->dest),
        .untrusted_purpose = read_named(wsi, "sec-purpose:", headers->purpose),
        .is_service_worker = lws_hdr_custom_length(wsi, "service-worker:", 15) >= 0,
    };
    request->has_token = find_token(connection->target, &request->untrusted_token);
}

/* ---- answers ---- */

static int answer_redirect(struct dev_connection *connection, const struct dev_view *view)
{
    char cookie[DEV_SECRET_HEX + 64];
    (void)snprintf(cookie, sizeof cookie, "trollbridge=%s; Path=/; HttpOnly; SameSite=Strict",
                   view->door.cookie);
    const struct dev_answer answer = {
        .status = 303,
        .type = "text/plain; charset=utf-8",
        .csp = "default-src 'none'",
        .location = view->path,
        .cookie = cookie,
    };
    return dev_connection_answer(connection, &answer);
}

/* The worker is a context of its own, which the page's policy does not bind. */
static int answer_worker(struct dev_connection *connection, const struct dev_view *view)
{
    char csp[DEV_ORIGIN_MAX + 128];
    (void)snprintf(csp, sizeof csp, "default-src 'none'; connect-src ws://%s" DEV_LINK_PATH,
                   view->door.host);
    if (!tb_buffer_append(&connection->body,
                          tb_bytes_of(tb_script_dev_worker, tb_script_dev_worker_size)))
        return -1;
    const struct dev_answer answer = {
        .status = 200,
        .type = "text/javascript; charset=utf-8",
        .csp = csp,
        .size = tb_script_dev_worker_size,
    };
    return dev_connection_answer(connection, &answer);
}

/* The header's value is a string to the library. */
static const char *string_of(struct tb_buffer *buffer)
{
    return tb_buffer_append(buffer, tb_bytes_of("", 1)) ? (const char *)tb_buffer_bytes(buffer).data
                                                        : NULL;
}

static int refuse_source(struct dev_connection *connection, int result)
{
    switch (result) {
    case TB_UNKNOWN:
        return dev_connection_refuse(connection, 404,
                                     "The frontend has no such file: is it built?");
    case TB_DENIED:
        return dev_connection_refuse(connection, 403, "This is a link, or no regular file.");
    case TB_MALFORMED:
        return dev_connection_refuse(connection, 500,
                                     "`csp` in [app] of trollbridge.toml has more than 64 "
                                     "directives, or is not printable ASCII without commas.");
    case TB_TOO_LARGE:
        return dev_connection_refuse(connection, 500,
                                     "This document has more than 4 MiB, 4096 scripts and styles, "
                                     "or 256 inline ones.");
    default:
        return dev_connection_refuse(connection, 500, "This file cannot be read.");
    }
}

static int answer_document(struct dev_connection *connection, const struct dev_script *script)
{
    struct dev_source *source = &connection->source;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer csp;
    tb_buffer_init(&csp, TB_CSP_MAX + 1);
    const struct dev_document document = {
        .text = tb_buffer_bytes(&source->text),
        .policy = connection->dev->csp,
        .script = script,
        .tells_nonce = dev_upstream_is_there(&connection->dev->upstream),
    };
    int r = dev_document_write(&document, &connection->body, &csp);
    if (r != TB_OK)
        return refuse_source(connection, r);
    const struct dev_answer answer = {
        .status = source->status,
        .type = "text/html; charset=utf-8", /* what it says of itself is too far down by now */
        .csp = string_of(&csp),
        .size = tb_buffer_n(&connection->body),
    };
    return dev_connection_answer(connection, &answer);
}

static int answer_other(struct dev_connection *connection)
{
    struct dev_source *source = &connection->source;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer csp;
    tb_buffer_init(&csp, TB_CSP_MAX + 1);
    int r = dev_document_write_policy(connection->dev->csp, &csp);
    if (r != TB_OK)
        return refuse_source(connection, r);
    if (!tb_buffer_take(&connection->body, &source->text))
        return -1;
    connection->left = source->size;
    const struct dev_answer answer = {
        .status = source->status,
        .type = source->type[0] ? source->type : NULL,
        .csp = string_of(&csp),
        .size = tb_buffer_n(&connection->body) + connection->left,
    };
    return dev_connection_answer(connection, &answer);
}

/* A document for a person comes once the broker has said that there is a session. */
int dev_http_sourced(struct dev_connection *connection)
{
    if (!dev_source_is_document(&connection->source))
        return answer_other(connection);
    if (connection->verdict != DEV_DOCUMENT || connection->source.status != 200 ||
        connection->is_head)
        return answer_document(connection, NULL);
    dev_connection_wait(connection);
    if (!dev_page_new(connection->dev, connection->view, connection))
        return dev_connection_put_off(connection,
                                      "There is no broker just now: see what `trollbridge dev` "
                                      "says in its terminal.");
    return 0;
}

/* One that nobody has, and every browser asks for, is no error. */
static int answer_from_folder(struct dev_connection *connection)
{
    int r = dev_source_read(&connection->source, &connection->dev->frontend, connection->target);
    if (r == TB_UNKNOWN && strcmp(connection->target, "/favicon.ico") == 0) {
        const struct dev_answer none = {.status = 204, .csp = "default-src 'none'"};
        return dev_connection_answer(connection, &none);
    }
    return r == TB_OK ? dev_http_sourced(connection) : refuse_source(connection, r);
}

static int serve(struct dev_connection *connection)
{
    switch (connection->verdict) {
    case DEV_ENTER:
        connection->view->door.token[0] = 0;
        return answer_redirect(connection, connection->view);
    case DEV_RESOURCE:
        if (strcmp(connection->target, DEV_WORKER_PATH) == 0)
            return answer_worker(connection, connection->view);
        break;
    case DEV_DOCUMENT:
        break;
    case DEV_REFUSED:
        return -1;
    }
    return dev_upstream_is_there(&connection->dev->upstream) ? dev_fetch_begin(connection)
                                                             : answer_from_folder(connection);
}

int dev_http_serve(struct dev_connection *connection)
{
    struct headers headers;
    dev_connection_reset(connection);
    if (!connection->target)
        return dev_connection_refuse(connection, 400, "This is no request.");
    read_headers(connection, &headers);
    connection->view = dev_views_find(&connection->dev->views, headers.request.untrusted_host);
    struct dev_judgement judgement =
        dev_request_judge(&headers.request, connection->view ? &connection->view->door : NULL);
    connection->verdict = judgement.verdict;
    connection->is_head = headers.request.is_head;
    if (judgement.verdict == DEV_REFUSED)
        return dev_connection_refuse(connection, judgement.status, judgement.why);
    connection->trusted = true;
    return serve(connection);
}

void dev_http_open(struct dev_connection *connection, struct dev_page *page,
                   struct tb_bytes bootstrap)
{
    char socket[DEV_ORIGIN_MAX + sizeof DEV_LINK_PATH];
    char worker[DEV_ORIGIN_MAX + sizeof DEV_WORKER_PATH];
    const struct dev_door *door = &page->view->door;
    (void)snprintf(socket, sizeof socket, "ws://%s" DEV_LINK_PATH, door->host);
    (void)snprintf(worker, sizeof worker, "%s" DEV_WORKER_PATH, door->origin);
    const struct dev_script script = {
        .label = page->view->label,
        .socket = socket,
        .worker = worker,
        .ticket = page->ticket,
        .bootstrap = bootstrap,
    };
    if (answer_document(connection, &script) != 0)
        dev_connection_close(connection);
}

void dev_http_give_up(struct dev_connection *connection, const char *why)
{
    if (dev_connection_put_off(connection, why) != 0)
        dev_connection_close(connection);
}

/* ---- becoming a WebSocket ---- */

#define TICKET "ticket."

/* The list has our protocol's name first, and then the ticket. */
static struct tb_bytes ticket_of(struct tb_bytes untrusted_protocols)
{
    struct tb_bytes name = tb_bytes_cut(&untrusted_protocols, ',');
    while (untrusted_protocols.n > 0 && untrusted_protocols.data[0] == ' ')
        untrusted_protocols = tb_bytes_of(untrusted_protocols.data + 1, untrusted_protocols.n - 1);
    if (!tb_bytes_are(name, "trollbridge") || !tb_bytes_begin(untrusted_protocols, TICKET))
        return (struct tb_bytes){0};
    size_t skip = strlen(TICKET);
    return tb_bytes_of(untrusted_protocols.data + skip, untrusted_protocols.n - skip);
}

bool dev_http_may_connect(struct dev_connection *connection, struct dev_page **ret_page)
{
    struct headers headers;
    struct lws *wsi = connection->wsi;
    if (!connection->target || strcmp(connection->target, DEV_LINK_PATH) != 0)
        return false;
    read_headers(connection, &headers);
    const struct dev_view *view =
        dev_views_find(&connection->dev->views, headers.request.untrusted_host);
    if (!dev_request_may_connect(&headers.request, view ? &view->door : NULL))
        return false;
    struct tb_bytes ticket =
        ticket_of(read_token(wsi, WSI_TOKEN_PROTOCOL, headers.protocols, sizeof headers.protocols));
    struct dev_page *page = dev_pages_enter(&connection->dev->pages, ticket);
    connection->trusted = page && page->view == view;
    if (connection->trusted)
        *ret_page = page;
    return connection->trusted;
}

bool dev_http_may_join(struct dev_connection *connection)
{
    struct headers headers;
    if (!connection->target)
        return false;
    read_headers(connection, &headers);
    const struct dev_view *view =
        dev_views_find(&connection->dev->views, headers.request.untrusted_host);
    connection->trusted = dev_upstream_is_there(&connection->dev->upstream) &&
                          dev_request_may_connect(&headers.request, view ? &view->door : NULL);
    return connection->trusted;
}
