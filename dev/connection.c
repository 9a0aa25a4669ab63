#include "dev/connection.h"

#include "dev/dev.h"
#include "dev/document.h"

#include <stdio.h>
#include <unistd.h>

enum {
    HEAD_MAX = TB_CSP_MAX + 8192,
    CHUNK = 32 * 1024, /* of one write */
};

struct head {
    struct lws *wsi;
    uint8_t *at;
    uint8_t *end;
    bool ok;
};

static void put(struct head *head, const char *name, const char *value)
{
    if (head->ok && value)
        head->ok =
            lws_add_http_header_by_name(head->wsi, (const uint8_t *)name, (const uint8_t *)value,
                                        (int)strlen(value), &head->at, head->end) == 0;
}

/* Nothing of an app goes to another site, into a cache, or into a frame of others. */
static void put_always(struct head *head)
{
    put(head, "referrer-policy:", "no-referrer");
    put(head, "x-content-type-options:", "nosniff");
    put(head, "x-frame-options:", "SAMEORIGIN");
    put(head, "cross-origin-resource-policy:", "same-origin");
    put(head, "cross-origin-opener-policy:", "same-origin");
    put(head, "cache-control:", "no-store");
}

/*
 * No page opens windows, as in a host with WebKitGTK. Here there is one reason more: a window that
 * a page opens is of its own origin until it has loaded, and what was changed in it then is still
 * changed when the first script of the next document runs. This holds for what has no session too:
 * an image or a page of an error may have scripts, and what it opens may have a session.
 */
#define SANDBOX                                                                                    \
    "sandbox allow-scripts allow-same-origin allow-forms allow-modals allow-downloads "            \
    "allow-pointer-lock allow-orientation-lock allow-presentation"

static bool write_head(struct dev_connection *connection, const struct dev_answer *answer)
{
    static uint8_t memory[LWS_PRE + HEAD_MAX];
    uint8_t *start = memory + LWS_PRE;
    struct head head = {connection->wsi, start, memory + sizeof memory - 1, true};
    head.ok = lws_add_http_common_headers(connection->wsi, answer->status, answer->type,
                                          answer->size, &head.at, head.end) == 0;
    put_always(&head);
    put(&head, "content-security-policy:", answer->csp);
    put(&head, "content-security-policy:", SANDBOX);
    put(&head, "location:", answer->location);
    put(&head, "set-cookie:", answer->cookie);
    put(&head, "refresh:", answer->refresh);
    put(&head, "connection:", "close");
    return head.ok &&
           lws_finalize_write_http_header(connection->wsi, start, &head.at, head.end) == 0;
}

/* One request a connection: the next one has a first line of its own to be looked at. */
static int finish(struct dev_connection *connection)
{
    dev_connection_reset(connection);
    return -1;
}

static bool has_more(const struct dev_connection *connection)
{
    return tb_buffer_n(&connection->body) > 0 || connection->left > 0;
}

/* The library does not take what comes meanwhile, an end too, and would look at it in a circle. */
void dev_connection_wait(struct dev_connection *connection)
{
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT, 60);
    (void)lws_rx_flow_control(connection->wsi, 0);
}

int dev_connection_answer(struct dev_connection *connection, const struct dev_answer *answer)
{
    (void)lws_rx_flow_control(connection->wsi, 1);
    if (!write_head(connection, answer))
        return -1;
    if (connection->is_head || !has_more(connection))
        return finish(connection);
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT, 60);
    return lws_callback_on_writable(connection->wsi) < 0 ? -1 : 0;
}

/* The next piece; 0: the file is shorter than it was. */
static size_t read_piece(struct dev_connection *connection, uint8_t *memory)
{
    if (connection->left > 0) {
        size_t most = connection->left < CHUNK ? (size_t)connection->left : CHUNK;
        ssize_t n = read(connection->source.fd, memory, most);
        connection->left -= n > 0 ? (uint64_t)n : 0;
        return n > 0 ? (size_t)n : 0;
    }
    size_t n = tb_buffer_n(&connection->body) < CHUNK ? tb_buffer_n(&connection->body) : CHUNK;
    memcpy(memory, tb_buffer_bytes(&connection->body).data, n);
    tb_buffer_consume(&connection->body, n);
    return n;
}

int dev_connection_write(struct dev_connection *connection)
{
    static uint8_t memory[LWS_PRE + CHUNK];
    if (!has_more(connection))
        return 0;
    size_t n = read_piece(connection, memory + LWS_PRE);
    bool more = has_more(connection);
    if (n == 0 || lws_write(connection->wsi, memory + LWS_PRE, n,
                            more ? LWS_WRITE_HTTP : LWS_WRITE_HTTP_FINAL) < (int)n)
        return -1;
    if (!more)
        return finish(connection);
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_HTTP_CONTENT, 60);
    return lws_callback_on_writable(connection->wsi) < 0 ? -1 : 0;
}

static int refuse(struct dev_connection *connection, unsigned status, const char *why,
                  const char *refresh)
{
    connection->left = 0;
    if (!tb_buffer_append(&connection->body, tb_bytes_of_string(why)) ||
        !tb_buffer_append(&connection->body, tb_bytes_of_string("\n")))
        return -1;
    const struct dev_answer answer = {
        .status = status,
        .type = "text/plain; charset=utf-8",
        .csp = "default-src 'none'; frame-ancestors 'none'",
        .refresh = refresh,
        .size = tb_buffer_n(&connection->body),
    };
    return dev_connection_answer(connection, &answer);
}

int dev_connection_refuse(struct dev_connection *connection, unsigned status, const char *why)
{
    return refuse(connection, status, why, NULL);
}

int dev_connection_put_off(struct dev_connection *connection, const char *why)
{
    return refuse(connection, 503, why, "2");
}

void dev_connection_reset(struct dev_connection *connection)
{
    tb_buffer_deinit(&connection->body);
    tb_buffer_init(&connection->body, DEV_SOURCE_MAX);
    dev_source_deinit(&connection->source);
    dev_source_init(&connection->source);
    connection->left = 0;
    connection->is_head = false;
}

void dev_connection_close(struct dev_connection *connection)
{
    lws_set_timeout(connection->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_ASYNC);
}
