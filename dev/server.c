#include "dev/server.h"

#include "base/fd.h"
#include "dev/arrival.h"
#include "dev/connection.h"
#include "dev/dev.h"
#include "dev/fetch.h"
#include "dev/relay.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    ROUND = 32,      /* connections that are taken in one turn */
    HEADERS = 16384, /* bytes of a request's head */
    REQUEST_S = 10,  /* from a connection to a request */
    TRIES = 16,      /* to find a port that is free on both addresses */
    BACKLOG = 128,
    FDS = 1024,
};

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

/* ---- connections ---- */

static void add(struct dev_server *server, struct dev_connection *connection)
{
    connection->next = server->newest;
    if (server->newest)
        server->newest->previous = connection;
    server->newest = connection;
    server->n_connections++;
}

static void take_out(struct dev_server *server, struct dev_connection *connection)
{
    if (connection->previous)
        connection->previous->next = connection->next;
    else
        server->newest = connection->next;
    if (connection->next)
        connection->next->previous = connection->previous;
    server->n_connections--;
}

void dev_connection_free(struct dev_connection *connection)
{
    if (connection->waits)
        connection->waits->asker = NULL;
    if (connection->page)
        dev_page_left(connection->page);
    dev_fetch_leave(connection);
    dev_relay_end(connection);
    dev_arrival_end(connection);
    take_out(&connection->dev->server, connection);
    dev_source_deinit(&connection->source);
    tb_buffer_deinit(&connection->body);
    free(connection->target);
    free(connection);
}

/* The one that has waited longest without having shown that it may be here. */
static struct dev_connection *oldest_stranger(const struct dev_server *server)
{
    struct dev_connection *oldest = NULL;
    for (struct dev_connection *at = server->newest; at; at = at->next)
        if (!at->trusted)
            oldest = at;
    return oldest;
}

/* Whoever holds connections and says nothing gives way to others. */
static bool make_room(struct dev_server *server)
{
    if (server->n_connections < DEV_CONNECTIONS_MAX)
        return true;
    struct dev_connection *stranger = oldest_stranger(server);
    if (!stranger)
        return false;
    if (stranger->wsi)
        lws_set_timeout(stranger->wsi, PENDING_TIMEOUT_USER_OK, LWS_TO_KILL_SYNC);
    else
        dev_connection_free(stranger);
    return true;
}

struct dev_connection *dev_connection_new(struct dev *dev)
{
    struct dev_connection *connection =
        make_room(&dev->server) ? calloc(1, sizeof *connection) : NULL;
    if (!connection)
        return NULL;
    *connection = (struct dev_connection){.dev = dev, .arrival = {.fd = -1}};
    dev_source_init(&connection->source);
    tb_buffer_init(&connection->body, DEV_SOURCE_MAX);
    add(&dev->server, connection);
    return connection;
}

static void on_listening(void *data, uint32_t events)
{
    struct dev *dev = data;
    (void)events;
    for (size_t i = 0; i < DEV_LISTEN_MAX; i++)
        for (int n = 0; n < ROUND && dev->server.listening[i].fd >= 0; n++) {
            int fd = accept4(dev->server.listening[i].fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
            if (fd < 0)
                break;
            dev_arrival_begin(dev, fd);
        }
}

/* ---- listening ---- */

static union address loopback(bool v6, unsigned port)
{
    union address address = {0};
    if (v6)
        address.v6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
                                           .sin6_port = htons((uint16_t)port),
                                           .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    else
        address.v4 = (struct sockaddr_in){.sin_family = AF_INET,
                                          .sin_port = htons((uint16_t)port),
                                          .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    return address;
}

/* A new descriptor or -errno. */
static int listen_on(bool v6, unsigned port)
{
    const union address address = loopback(v6, port);
    int on = 1;
    tb_fd fd = socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) < 0 ||
        (v6 && setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof on) < 0) ||
        bind(fd, &address.any, v6 ? sizeof address.v6 : sizeof address.v4) < 0 ||
        listen(fd, BACKLOG) < 0)
        return -errno;
    int own = fd;
    fd = -1;
    return own;
}

static unsigned port_of(int fd)
{
    union address address;
    socklen_t n = sizeof address;
    tb_assert(getsockname(fd, &address.any, &n) == 0);
    return ntohs(address.v4.sin_port);
}

static bool is_absent(int error)
{
    return error == -EADDRNOTAVAIL || error == -EAFNOSUPPORT || error == -EPROTONOSUPPORT;
}

/*
 * Both addresses, since a browser tries both: were one of them left to others, whoever is on this
 * machine could take it, and be sent the token. 0 or -errno.
 */
static int listen_on_both(unsigned port, int ret_fds[static DEV_LISTEN_MAX], unsigned *ret_port)
{
    tb_fd v4 = listen_on(false, port);
    if (v4 < 0)
        return v4;
    unsigned got = port_of(v4);
    int v6 = listen_on(true, got);
    if (v6 < 0 && !is_absent(v6))
        return v6;
    ret_fds[0] = v4;
    ret_fds[1] = v6 < 0 ? -1 : v6;
    *ret_port = got;
    v4 = -1;
    return 0;
}

static int find_port(struct dev *dev, int ret_fds[static DEV_LISTEN_MAX])
{
    unsigned port = dev->options->port;
    int r = listen_on_both(port, ret_fds, &dev->server.port);
    for (int i = 0; i < TRIES && port == 0 && r == -EADDRINUSE; i++)
        r = listen_on_both(port, ret_fds, &dev->server.port);
    if (r == -EADDRINUSE)
        return cli_error(CLI_PART, "port", "port %u is taken: name another with --port, or none",
                         port);
    if (r < 0)
        return cli_error(CLI_PART, "port", "cannot listen on 127.0.0.1, port %u: %s", port,
                         strerror(-r));
    return CLI_DONE;
}

static int start_listening(struct dev *dev)
{
    int fds[DEV_LISTEN_MAX];
    int status = find_port(dev, fds);
    if (status != CLI_DONE)
        return status;
    for (size_t i = 0; i < DEV_LISTEN_MAX; i++) {
        dev->server.listening[i] =
            (struct dev_watch){.fd = fds[i], .ready = on_listening, .data = dev};
        if (fds[i] >= 0 && dev_loop_add(&dev->loop, &dev->server.listening[i], EPOLLIN) < 0)
            status = cli_error(CLI_PART, "io", "out of memory");
    }
    return status;
}

/* ---- libwebsockets ---- */

static bool make_context(struct dev *dev)
{
    const struct lws_context_creation_info info = {
        .port = CONTEXT_PORT_NO_LISTEN_SERVER,
        .protocols = dev_protocols,
        .options = LWS_SERVER_OPTION_EXPLICIT_VHOSTS,
        .gid = -1,
        .uid = -1,
        .server_string = "trollbridge",
        .vhost_name = "localhost",
        .max_http_header_data2 = HEADERS,
        .max_http_header_pool2 = DEV_CONNECTIONS_MAX,
        .fd_limit_per_thread = FDS,
        .pt_serv_buf_size = 64 * 1024,
        .timeout_secs = REQUEST_S,
        .timeout_secs_ah_idle = REQUEST_S,
        .user = dev,
    };
    dev->server.context = lws_create_context(&info);
    dev->server.vhost = dev->server.context ? lws_create_vhost(dev->server.context, &info) : NULL;
    return dev->server.vhost != NULL;
}

/* The library closes what it was given. */
static bool join_loop(struct dev *dev)
{
    int fd = fcntl(dev->loop.fd, F_DUPFD_CLOEXEC, 0);
    const lws_sock_file_fd_type file = {.filefd = fd};
    return fd >= 0 && lws_adopt_descriptor_vhost(dev->server.vhost, LWS_ADOPT_RAW_FILE_DESC, file,
                                                 "loop", NULL) != NULL;
}

int dev_server_start(struct dev *dev)
{
    lws_set_log_level(0, NULL); /* what a peer does wrong is no news */
    /* The library would have them reach the development server, which is on this machine. */
    (void)unsetenv("http_proxy");
    (void)unsetenv("socks_proxy");
    if (!make_context(dev) || !join_loop(dev))
        return cli_error(CLI_PART, "io", "the web server cannot be started: out of memory");
    return start_listening(dev);
}

/* One that the library has not got, and so does not end. */
static struct dev_connection *arriving(const struct dev_server *server)
{
    struct dev_connection *at = server->newest;
    while (at && at->wsi)
        at = at->next;
    return at;
}

void dev_server_stop(struct dev *dev)
{
    for (size_t i = 0; i < DEV_LISTEN_MAX; i++) {
        int fd = dev->server.listening[i].fd;
        dev_loop_remove(&dev->loop, &dev->server.listening[i]);
        tb_fd_close(&fd);
    }
    while (arriving(&dev->server))
        dev_connection_free(arriving(&dev->server));
    lws_context_destroy(dev->server.context);
    dev->server.context = NULL;
}
