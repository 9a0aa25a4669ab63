#include "host/webkitgtk/offer.h"

#include "base/fd.h"
#include "base/result.h"
#include "proto/label.h"

#include <errno.h>
#include <sys/socket.h>

void tb_offer_deinit(struct tb_offer *offer)
{
    tb_fd_close(&offer->fd);
}

static bool option_is(int fd, int option, int expected)
{
    int value = -1;
    socklen_t n = sizeof value;
    return getsockopt(fd, SOL_SOCKET, option, &value, &n) == 0 && value == expected;
}

/* An end of a pair has no name, and neither has its peer. A connection to some service has one. */
static bool nameless(int fd, int (*get_name)(int, struct sockaddr *, socklen_t *))
{
    struct sockaddr_storage name;
    socklen_t n = sizeof name;
    return get_name(fd, (struct sockaddr *)&name, &n) == 0 && n == sizeof name.ss_family;
}

static int own_name(int fd, struct sockaddr *ret_name, socklen_t *ret_n)
{
    return getsockname(fd, ret_name, ret_n);
}

static int peer_name(int fd, struct sockaddr *ret_name, socklen_t *ret_n)
{
    return getpeername(fd, ret_name, ret_n);
}

static bool is_end_of_pair(int untrusted_fd)
{
    return option_is(untrusted_fd, SO_DOMAIN, AF_UNIX) &&
           option_is(untrusted_fd, SO_TYPE, SOCK_STREAM) &&
           option_is(untrusted_fd, SO_ACCEPTCONN, 0) && nameless(untrusted_fd, own_name) &&
           nameless(untrusted_fd, peer_name);
}

/* The kernel noted who called socketpair, and tells it by the number in our namespace; 0: the
 * process is in none that we see. */
static bool find_maker(int fd, pid_t *ret_pid)
{
    struct ucred maker;
    socklen_t n = sizeof maker;
    if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &maker, &n) < 0 || maker.pid <= 0)
        return false;
    *ret_pid = maker.pid;
    return true;
}

/* The one descriptor of the list, or -1. */
static int take_fd(GUnixFDList *untrusted_fds)
{
    gint n = 0;
    g_autofree int *fds = untrusted_fds ? g_unix_fd_list_steal_fds(untrusted_fds, &n) : NULL;
    if (n == 1)
        return fds[0];
    for (gint i = 0; i < n; i++)
        tb_fd_close(&fds[i]);
    return -1;
}

static bool read_origin(GVariant *untrusted_parameters, char ret_origin[static TB_ORIGIN_MAX + 1])
{
    if (!untrusted_parameters || !g_variant_is_of_type(untrusted_parameters, G_VARIANT_TYPE("(s)")))
        return false;
    const char *untrusted_origin;
    g_variant_get(untrusted_parameters, "(&s)", &untrusted_origin);
    struct tb_bytes origin = tb_bytes_of_string(untrusted_origin);
    if (!tb_origin_valid(origin))
        return false;
    memcpy(ret_origin, origin.data, origin.n + 1);
    return true;
}

int tb_offer_read(GVariant *untrusted_parameters, GUnixFDList *untrusted_fds,
                  struct tb_offer *ret_offer, const char **ret_problem)
{
    tb_cleanup(tb_offer_deinit) struct tb_offer offer = {.fd = take_fd(untrusted_fds)};
    *ret_problem = NULL;
    if (offer.fd < 0)
        *ret_problem = "an offer has exactly one descriptor";
    else if (!read_origin(untrusted_parameters, offer.origin))
        *ret_problem = "an offer has one string, an origin";
    else if (!is_end_of_pair(offer.fd))
        *ret_problem = "what is offered is one end of a pair of stream sockets";
    else if (!find_maker(offer.fd, &offer.pid))
        *ret_problem = "the process that made the pair is not known";
    if (*ret_problem)
        return TB_MALFORMED;
    *ret_offer = offer;
    offer.fd = -1;
    return TB_OK;
}
