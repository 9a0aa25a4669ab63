#include "dev/fetch.h"

#include "dev/dev.h"
#include "dev/http.h"
#include "dev/outgoing.h"
#include "dev/peer.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>

enum { CHUNK = 16 * 1024 };

/* It outlives whoever waits for it, until the library lets go of it. */
struct dev_fetch {
    struct dev_outgoing outgoing;
    struct dev_connection *connection; /* NULL: nobody waits any more */
    struct lws *wsi;
    char accept[256];
    bool complete;
    bool foreign; /* another user's server is there */
};

static void forget(struct dev_connection *connection)
{
    if (connection->fetch)
        connection->fetch->connection = NULL;
    connection->fetch = NULL;
}

/* A server that says nothing would keep it for ever. */
void dev_fetch_leave(struct dev_connection *connection)
{
    if (connection->fetch && connection->fetch->wsi)
        lws_set_timeout(connection->fetch->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
    forget(connection);
}

static void finish(struct dev_connection *connection, int result)
{
    if (result != 0)
        dev_connection_close(connection);
}

static const char absent[] = "The development server, `dev_url` in [app] of trollbridge.toml, does "
                             "not answer: start it, as with `npm run dev`. This page waits for it.";
static const char foreign[] =
    "At `dev_url` in [app] of trollbridge.toml is a server of another user "
    "of this machine: see to it that yours is there, at another port "
    "perhaps. This page waits for it.";

static void fail(struct dev_fetch *fetch)
{
    struct dev_connection *connection = fetch->connection;
    if (!connection || fetch->complete)
        return;
    forget(connection);
    finish(connection, dev_connection_put_off(connection, fetch->foreign ? foreign : absent));
}

static void gone(struct dev_outgoing *outgoing)
{
    struct dev_fetch *fetch = tb_container_of(outgoing, struct dev_fetch, outgoing);
    fail(fetch);
    free(fetch);
}

static int begin(struct dev_connection *connection, struct dev_fetch *fetch)
{
    const struct dev *dev = connection->dev;
    const struct dev_upstream *upstream = &dev->upstream;
    const struct lws_client_connect_info info = {
        .context = dev->server.context,
        .vhost = dev->server.vhost,
        .address = upstream->name,
        .port = (int)upstream->port,
        .path = connection->target,
        .host = upstream->host,
        .method = connection->is_head ? "HEAD" : "GET",
        .alpn = "http/1.1",
        .ssl_connection = LCCSCF_HTTP_NO_FOLLOW_REDIRECT,
        .local_protocol_name = "fetch",
        .userdata = fetch,
        .pwsi = &fetch->wsi,
    };
    /* A failure at once has been told by the callback before this returns. */
    return lws_client_connect_via_info(&info) || !connection->fetch ? 0 : -1;
}

int dev_fetch_begin(struct dev_connection *connection)
{
    struct dev_fetch *fetch = calloc(1, sizeof *fetch);
    if (!fetch)
        return -1;
    if (lws_hdr_copy(connection->wsi, fetch->accept, sizeof fetch->accept, WSI_TOKEN_HTTP_ACCEPT) <=
        0)
        (void)snprintf(fetch->accept, sizeof fetch->accept, "*/*");
    fetch->outgoing.gone = gone;
    fetch->connection = connection;
    connection->fetch = fetch;
    dev_connection_wait(connection);
    return begin(connection, fetch);
}

static void complete(struct dev_fetch *fetch)
{
    struct dev_connection *connection = fetch->connection;
    fetch->complete = true;
    if (!connection)
        return;
    forget(connection);
    finish(connection, dev_http_sourced(connection));
}

/* There is a connection by now, and nothing was said. What is served there becomes the app's page.
 */
static int append_headers(struct lws *wsi, struct dev_fetch *fetch, uint8_t **at, size_t n)
{
    uint8_t *end = *at + n;
    fetch->foreign = !dev_peer_is_own_server(lws_get_socket_fd(wsi));
    if (fetch->foreign)
        return -1;
    return lws_add_http_header_by_name(wsi,
                                       (const uint8_t *)"accept:", (const uint8_t *)fetch->accept,
                                       (int)strlen(fetch->accept), at, end);
}

/* What a browser takes for the end of an answer, whatever comes behind it. */
static bool has_no_body(unsigned status)
{
    return status == 204 || status == 205 || status == 304;
}

/* Behind one that is not the last, a browser would take the body for another head. */
static int read_head(struct lws *wsi, struct dev_fetch *fetch)
{
    unsigned status = lws_http_client_http_response(wsi);
    if (!fetch->connection || status < 200 || status > 599)
        return -1;
    struct dev_source *source = &fetch->connection->source;
    source->status = status;
    if (has_no_body(status) ||
        lws_hdr_copy(wsi, source->type, sizeof source->type, WSI_TOKEN_HTTP_CONTENT_TYPE) <= 0)
        source->type[0] = 0;
    return 0;
}

static int read_more(struct lws *wsi)
{
    char memory[LWS_PRE + CHUNK];
    char *at = memory + LWS_PRE;
    int n = CHUNK;
    return lws_http_client_read(wsi, &at, &n) < 0 ? -1 : 0;
}

/* The library counts in an int what is left of a chunk: from 2 GiB on it is less than nothing, and
 * once this is taken for right, the library goes on reading so far before its memory. */
static int keep(struct dev_fetch *fetch, struct tb_bytes bytes)
{
    if (!fetch->connection || bytes.n > INT_MAX)
        return -1;
    struct dev_source *source = &fetch->connection->source;
    return has_no_body(source->status) || tb_buffer_append(&source->text, bytes) ? 0 : -1;
}

int dev_fetch_callback(struct lws *wsi, enum lws_callback_reasons reason, void *user, void *in,
                       size_t n)
{
    struct dev_fetch *fetch = user;
    if (!fetch) /* a WebSocket that names this protocol is none of ours */
        return reason == LWS_CALLBACK_FILTER_PROTOCOL_CONNECTION ? -1 : 0;
    switch ((int)reason) {
    case LWS_CALLBACK_CLIENT_APPEND_HANDSHAKE_HEADER:
        return append_headers(wsi, fetch, in, n);
    case LWS_CALLBACK_ESTABLISHED_CLIENT_HTTP:
        return read_head(wsi, fetch);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP:
        return read_more(wsi);
    case LWS_CALLBACK_RECEIVE_CLIENT_HTTP_READ:
        return keep(fetch, tb_bytes_of(in, n));
    case LWS_CALLBACK_COMPLETED_CLIENT_HTTP:
        complete(fetch);
        return -1;
    case LWS_CALLBACK_CLIENT_CONNECTION_ERROR:
    case LWS_CALLBACK_CLOSED_CLIENT_HTTP:
        fail(fetch);
        return 0;
    default:
        return 0;
    }
}
