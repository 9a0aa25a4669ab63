#include "tests/hostile/plugins/network.h"

#include "base/compiler.h"

#include <errno.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static int result_of(long r)
{
    return r < 0 ? errno : 0;
}

static int connect_to(int type, const void *address, socklen_t n)
{
    sa_family_t family;
    memcpy(&family, address, sizeof family);
    int fd = socket(family, type, 0);
    if (fd < 0)
        return errno;
    int r = result_of(connect(fd, address, n));
    if (r == 0 && type == SOCK_DGRAM)
        r = result_of(send(fd, "x", 1, 0));
    close(fd);
    return r;
}

static struct sockaddr_in loopback(const char *port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)strtoul(port, NULL, 10)),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

int try_tcp(const char *port)
{
    struct sockaddr_in address = loopback(port);
    return connect_to(SOCK_STREAM, &address, sizeof address);
}

int try_udp(const char *port)
{
    struct sockaddr_in address = loopback(port);
    return connect_to(SOCK_DGRAM, &address, sizeof address);
}

int try_listen(tb_unused const char *arg)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int r = fd < 0 ? errno : result_of(listen(fd, 1));
    close(fd);
    return r;
}

int try_netlink(tb_unused const char *arg)
{
    return result_of(socket(AF_NETLINK, SOCK_RAW, 0));
}

int try_abstract(const char *name)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strnlen(name, sizeof address.sun_path - 1);
    memcpy(address.sun_path + 1, name, n);
    return connect_to(SOCK_STREAM, &address,
                      (socklen_t)(offsetof(struct sockaddr_un, sun_path) + 1 + n));
}

int try_unix(const char *path)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    size_t n = strnlen(path, sizeof address.sun_path - 1);
    memcpy(address.sun_path, path, n);
    return connect_to(SOCK_STREAM, &address, sizeof address);
}

/* A datagram pair needs no socket(), and can be pointed at any name. */
int try_pair(tb_unused const char *arg)
{
    int pair[2];
    return result_of(socketpair(AF_UNIX, SOCK_DGRAM, 0, pair));
}

int try_bind(tb_unused const char *arg)
{
    struct sockaddr_in address = loopback("0");
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    int r = fd < 0 ? errno : result_of(bind(fd, (struct sockaddr *)&address, sizeof address));
    close(fd);
    return r;
}

static int make(int family, int type, int protocol)
{
    int fd = socket(family, type, protocol);
    int r = result_of(fd);
    close(fd);
    return r;
}

int try_family(const char *family)
{
    return make((int)strtol(family, NULL, 10), SOCK_RAW, 0);
}

int try_raw(tb_unused const char *arg)
{
    return make(AF_INET, SOCK_RAW, IPPROTO_ICMP);
}

int try_protocol(const char *protocol)
{
    return make(AF_INET, SOCK_STREAM, (int)strtol(protocol, NULL, 10));
}

/* The option by which another protocol is put on top of TCP, and loaded. */
int try_ulp(tb_unused const char *arg)
{
    enum { ULP = 31 };
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int r = fd < 0 ? errno : result_of(setsockopt(fd, IPPROTO_TCP, ULP, "none", 4));
    close(fd);
    return r;
}

/* Whoever closes such a socket waits until what was sent has arrived, and a descriptor that is sent
 * over a link is closed by the one at its other end. */
int try_linger(tb_unused const char *arg)
{
    const struct linger linger = {.l_onoff = 1, .l_linger = 60};
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    int r =
        fd < 0 ? errno : result_of(setsockopt(fd, SOL_SOCKET, SO_LINGER, &linger, sizeof linger));
    close(fd);
    return r;
}
