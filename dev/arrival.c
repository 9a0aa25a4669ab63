#include "dev/arrival.h"

#include "base/fd.h"
#include "base/result.h"
#include "dev/connection.h"
#include "dev/dev.h"
#include "dev/peer.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

enum {
    HEAD_MAX = DEV_TARGET_MAX + 64, /* method, target and version */
    PATIENCE_S = 10,
};

void dev_arrival_end(struct dev_connection *connection)
{
    struct dev *dev = connection->dev;
    int fd = connection->arrival.fd;
    dev_loop_remove(&dev->loop, &connection->arrival);
    tb_fd_close(&fd);
    if (dev->server.context)
        lws_sul_schedule(dev->server.context, 0, &connection->patience, NULL,
                         LWS_SET_TIMER_USEC_CANCEL);
}

/* From here on the library has it. */
static void hand_over(struct dev_connection *connection)
{
    struct dev *dev = connection->dev;
    const struct lws_adopt_desc how = {
        .vh = dev->server.vhost,
        .type = LWS_ADOPT_SOCKET | LWS_ADOPT_HTTP,
        .fd.sockfd = connection->arrival.fd,
        .opaque = connection,
    };
    dev_loop_remove(&dev->loop, &connection->arrival); /* so that its end closes nothing */
    dev_arrival_end(connection);
    /* What it does not take it has closed, and has told so. */
    struct lws *wsi = lws_adopt_descriptor_vhost_via_info(&how);
    if (wsi)
        connection->wsi = wsi;
}

static bool keep_target(struct dev_connection *connection, struct tb_bytes target)
{
    connection->target = strndup((const char *)target.data, target.n);
    return connection->target != NULL;
}

/* What is no request the library refuses, in its own words. */
static void look(struct dev_connection *connection, bool is_all)
{
    uint8_t head[HEAD_MAX];
    struct tb_bytes target;
    ssize_t n = recv(connection->arrival.fd, head, sizeof head, MSG_PEEK | MSG_DONTWAIT);
    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    int r = n > 0 ? dev_arrival_read(tb_bytes_of(head, (size_t)n), &target) : TB_CLOSED;
    if (r == TB_AGAIN && n < HEAD_MAX && !is_all)
        return;
    if (r == TB_CLOSED || (r == TB_OK && !keep_target(connection, target)))
        dev_connection_free(connection);
    else
        hand_over(connection);
}

/* More has come, or nothing more will: told once each time (EPOLLET), since what is there stays. */
static void on_arrival(void *data, uint32_t events)
{
    look(data, (events & (EPOLLRDHUP | EPOLLHUP | EPOLLERR)) != 0);
}

static void on_patience(lws_sorted_usec_list_t *patience)
{
    dev_connection_free(tb_container_of(patience, struct dev_connection, patience));
}

void dev_arrival_begin(struct dev *dev, int fd)
{
    tb_fd own = fd;
    struct dev_connection *connection = dev_peer_is_own(fd) ? dev_connection_new(dev) : NULL;
    if (!connection)
        return;
    connection->arrival = (struct dev_watch){.fd = own, .ready = on_arrival, .data = connection};
    own = -1;
    lws_sul_schedule(dev->server.context, 0, &connection->patience, on_patience,
                     PATIENCE_S * LWS_US_PER_SEC);
    if (dev_loop_add(&dev->loop, &connection->arrival, EPOLLIN | EPOLLRDHUP | EPOLLET) < 0)
        dev_connection_free(connection);
}
