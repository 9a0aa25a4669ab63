/* What libwebsockets calls: each callback finds the connection, and hands on what it is about. */
#include "dev/connection.h"
#include "dev/dev.h"
#include "dev/fetch.h"
#include "dev/http.h"
#include "dev/outgoing.h"
#include "dev/page.h"
#include "dev/relay.h"

static struct dev_connection *connection_of(struct lws *wsi)
{
    return lws_get_opaque_user_data(wsi);
}

/* Upgrades to anything but a WebSocket are none. */
static int confirm_upgrade(const char *name)
{
    return strcmp(name, "websocket") == 0 ? 0 : -1;
}

/* The library tells of every end here, whatever the protocol was. */
static int destroyed(struct lws *wsi)
{
    struct dev_connection *connection = connection_of(wsi);
    struct dev_outgoing *outgoing = lws_wsi_user(wsi);
    if (connection)
        dev_connection_free(connection);
    else if (outgoing)
        outgoing->gone(outgoing);
    return 0;
}

static int on_http(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t n)
{
    struct dev_connection *connection = connection_of(wsi);
    (void)user, (void)n;
    if (reason == LWS_CALLBACK_WSI_DESTROY)
        return destroyed(wsi);
    /* Others have no connection of a browser: the loop's own, ours to the development server. */
    if (!connection)
        return 0;
    switch ((int)reason) {
    case LWS_CALLBACK_HTTP_CONFIRM_UPGRADE:
        return confirm_upgrade(in);
    case LWS_CALLBACK_HTTP:
        return dev_http_serve(connection);
    case LWS_CALLBACK_HTTP_WRITEABLE:
        return dev_connection_write(connection);
    case LWS_CALLBACK_HTTP_BODY:
    case LWS_CALLBACK_RAW_ADOPT:                  /* of CONNECT: bytes alone, for ever */
    case LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION: /* a WebSocket without our protocol */
        return -1;
    default:
        return 0;
    }
}

/* ---- a page's WebSocket ---- */

static int filter(struct dev_connection *connection)
{
    struct dev_page *page;
    if (!dev_http_may_connect(connection, &page))
        return -1;
    connection->page = page;
    page->socket = connection;
    return 0;
}

/* Whole messages of bytes, which are as large as one may be at most. */
static int receive(struct dev_connection *connection, struct tb_bytes bytes)
{
    struct lws *wsi = connection->wsi;
    bool right = lws_frame_is_binary(wsi) &&
                 tb_buffer_n(&connection->body) + bytes.n + lws_remaining_packet_payload(wsi) <=
                     1 + DEV_MESSAGE_MAX;
    if (!right || !tb_buffer_append(&connection->body, bytes)) {
        lws_close_reason(wsi, LWS_CLOSE_STATUS_MESSAGE_TOO_LARGE, NULL, 0);
        return -1;
    }
    if (lws_remaining_packet_payload(wsi) > 0 || !lws_is_final_fragment(wsi))
        return 0;
    bool fine = dev_page_receive(connection->page, tb_buffer_bytes(&connection->body));
    tb_buffer_consume(&connection->body, tb_buffer_n(&connection->body));
    if (!fine)
        lws_close_reason(wsi, LWS_CLOSE_STATUS_POLICY_VIOLATION, NULL, 0);
    return fine ? 0 : -1;
}

static int on_socket(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                     size_t n)
{
    struct dev_connection *connection = connection_of(wsi);
    (void)user;
    if (!connection)
        return 0;
    if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
        return filter(connection);
    if (!connection->page) /* it was let go, and is about to be closed */
        return 0;
    switch ((int)reason) {
    case LWS_CALLBACK_ESTABLISHED:
        dev_page_connected(connection->page, connection);
        return 0;
    case LWS_CALLBACK_RECEIVE:
        return receive(connection, tb_bytes_of(in, n));
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return dev_page_write(connection->page) ? 0 : -1;
    case LWS_CALLBACK_CLOSED:
        dev_page_left(connection->page);
        return 0;
    default:
        return 0;
    }
}

/* ---- everything else that is waited for ---- */

/* The library lets whoever connects choose among all protocols: this one is no WebSocket's. */
static int on_loop(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                   size_t n)
{
    struct dev *dev = lws_context_user(lws_get_context(wsi));
    (void)user, (void)in, (void)n;
    if (reason == LWS_CALLBACK_RAW_RX_FILE)
        dev_loop_run(&dev->loop);
    return reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION ? -1 : 0;
}

const struct lws_protocols dev_protocols[] = {
    {.name = "http", .callback = on_http},
    {.name = "trollbridge", .callback = on_socket, .rx_buffer_size = 1 + DEV_MESSAGE_MAX},
    {.name = "loop", .callback = on_loop},
    {.name = "fetch", .callback = dev_fetch_callback},
    {.name = "vite-hmr", .callback = dev_relay_callback, .rx_buffer_size = 64 * 1024},
    {.name = "vite-ping", .callback = dev_relay_callback},
    {0},
};
