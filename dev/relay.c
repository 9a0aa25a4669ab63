#include "dev/relay.h"

#include "base/wire.h"
#include "dev/dev.h"
#include "dev/http.h"
#include "dev/outgoing.h"
#include "dev/peer.h"

#include <stdlib.h>

enum {
    MESSAGE_MAX = 1024 * 1024,
    WAITING_MAX = 4 * MESSAGE_MAX,
};

/* One end: who it is, and what is still to be sent to it, each message with its length before it.
 */
struct end {
    struct lws *wsi;
    struct tb_buffer coming; /* a message of which there is more */
    struct tb_buffer waiting;
    bool open;
};

struct dev_relay {
    struct dev_outgoing outgoing;
    struct dev_connection *connection; /* NULL: the browser's end is gone */
    struct end browser;
    struct end server;
};

static void init_end(struct end *end)
{
    tb_buffer_init(&end->coming, MESSAGE_MAX);
    tb_buffer_init(&end->waiting, WAITING_MAX);
}

static void free_relay(struct dev_relay *relay)
{
    if (relay->browser.wsi || relay->server.wsi)
        return;
    tb_buffer_deinit(&relay->browser.coming);
    tb_buffer_deinit(&relay->browser.waiting);
    tb_buffer_deinit(&relay->server.coming);
    tb_buffer_deinit(&relay->server.waiting);
    free(relay);
}

static void close_end(struct end *end)
{
    if (end->wsi)
        lws_set_timeout(end->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}

static void server_left(struct dev_outgoing *outgoing)
{
    struct dev_relay *relay = tb_container_of(outgoing, struct dev_relay, outgoing);
    relay->server.wsi = NULL;
    close_end(&relay->browser);
    if (relay->connection)
        relay->connection->relay = NULL;
    relay->browser.wsi = NULL;
    free_relay(relay);
}

static bool connect_to_server(struct dev_relay *relay, const char *protocol)
{
    const struct dev *dev = relay->connection->dev;
    const struct lws_client_connect_info info = {
        .context = dev->server.context,
        .vhost = dev->server.vhost,
        .address = dev->upstream.name,
        .port = (int)dev->upstream.port,
        .path = relay->connection->target,
        .host = dev->upstream.host,
        .origin = dev->upstream.host,
        .protocol = protocol,
        .alpn = "http/1.1",
        .local_protocol_name = protocol,
        .userdata = relay,
        .pwsi = &relay->server.wsi,
    };
    return lws_client_connect_via_info(&info) != NULL;
}

bool dev_relay_begin(struct dev_connection *connection, const char *protocol)
{
    struct dev_relay *relay = calloc(1, sizeof *relay);
    if (!relay)
        return false;
    relay->outgoing.gone = server_left;
    init_end(&relay->browser);
    init_end(&relay->server);
    relay->connection = connection;
    relay->browser.wsi = connection->wsi;
    connection->relay = relay;
    /* What fails at once may have told so already, and be gone. */
    if (connect_to_server(relay, protocol) || !connection->relay)
        return connection->relay != NULL;
    connection->relay = NULL;
    relay->browser.wsi = NULL;
    relay->server.wsi = NULL;
    free_relay(relay);
    return false;
}

void dev_relay_end(struct dev_connection *connection)
{
    struct dev_relay *relay = connection->relay;
    if (!relay)
        return;
    connection->relay = NULL;
    relay->connection = NULL;
    relay->browser.wsi = NULL;
    close_end(&relay->server);
    free_relay(relay);
}

/* A whole message goes to the other end's queue. The server may say more between the browser's end
 * and its own. */
static int receive(struct lws *wsi, struct end *from, struct end *to, struct tb_bytes bytes)
{
    uint8_t length[4];
    if (!to->wsi || !tb_buffer_append(&from->coming, bytes))
        return -1;
    if (lws_remaining_packet_payload(wsi) > 0 || !lws_is_final_fragment(wsi))
        return 0;
    struct tb_bytes message = tb_buffer_bytes(&from->coming);
    tb_store_u32(length, (uint32_t)message.n);
    if (lws_frame_is_binary(wsi) ||
        !tb_buffer_append(&to->waiting, tb_bytes_of(length, sizeof length)) ||
        !tb_buffer_append(&to->waiting, message))
        return -1;
    tb_buffer_consume(&from->coming, message.n);
    if (to->open)
        (void)lws_callback_on_writable(to->wsi);
    return 0;
}

static int write_one(struct lws *wsi, struct end *to)
{
    static uint8_t memory[LWS_PRE + MESSAGE_MAX];
    struct tb_bytes waiting = tb_buffer_bytes(&to->waiting);
    if (waiting.n == 0)
        return 0;
    uint32_t n = tb_load_u32(waiting.data);
    memcpy(memory + LWS_PRE, waiting.data + sizeof n, n);
    tb_buffer_consume(&to->waiting, sizeof n + n);
    if (lws_write(wsi, memory + LWS_PRE, n, LWS_WRITE_TEXT) < (int)n)
        return -1;
    (void)lws_callback_on_writable(wsi);
    return 0;
}

static int established(struct end *end)
{
    end->open = true;
    (void)lws_callback_on_writable(end->wsi);
    return 0;
}

static int on_server(struct lws *wsi, enum lws_callback_reasons reason, struct dev_relay *relay,
                     struct tb_bytes bytes)
{
    switch ((int)reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return dev_peer_is_own_server(lws_get_socket_fd(wsi)) ? 0 : -1;
    case LWS_CALLBACK_CLIENT_ESTABLISHED:
        return established(&relay->server);
    case LWS_CALLBACK_CLIENT_RECEIVE:
        return receive(wsi, &relay->server, &relay->browser, bytes);
    case LWS_CALLBACK_CLIENT_WRITEABLE:
        return write_one(wsi, &relay->server);
    default:
        return 0;
    }
}

static int on_browser(struct lws *wsi, enum lws_callback_reasons reason,
                      struct dev_connection *connection, struct tb_bytes bytes)
{
    struct dev_relay *relay = connection->relay;
    if (!relay)
        return reason == LWS_CALLBACK_ESTABLISHED ? -1 : 0; /* the server said no */
    switch ((int)reason) {
    case LWS_CALLBACK_ESTABLISHED:
        return established(&relay->browser);
    case LWS_CALLBACK_RECEIVE:
        return receive(wsi, &relay->browser, &relay->server, bytes);
    case LWS_CALLBACK_SERVER_WRITEABLE:
        return write_one(wsi, &relay->browser);
    default:
        return 0;
    }
}

/* Ours to the server has user data, the browser's has a connection. */
int dev_relay_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t n)
{
    struct dev_connection *connection = lws_get_opaque_user_data(wsi);
    if (user)
        return on_server(wsi, reason, user, tb_bytes_of(in, n));
    if (!connection)
        return 0;
    if (reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION)
        return dev_http_may_join(connection) && dev_relay_begin(connection, in) ? 0 : -1;
    return on_browser(wsi, reason, connection, tb_bytes_of(in, n));
}
