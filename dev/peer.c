#include "dev/peer.h"

#include "base/fd.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { ANSWER_MAX = 4096 };

union address {
    struct sockaddr any;
    struct sockaddr_in v4;
    struct sockaddr_in6 v6;
};

struct question {
    struct nlmsghdr header;
    struct inet_diag_req_v2 asked;
};

static void put_address(const union address *address, __be32 ret_words[static 4], __be16 *ret_port)
{
    if (address->any.sa_family == AF_INET)
        memcpy(ret_words, &address->v4.sin_addr, sizeof address->v4.sin_addr);
    else
        memcpy(ret_words, &address->v6.sin6_addr, sizeof address->v6.sin6_addr);
    *ret_port = address->v4.sin_port; /* at the same place in both */
}

/* For the socket at whose other end ours is: what is the peer's here is its own there. */
static bool make_question(int fd, struct question *ret_question)
{
    union address own;
    union address peer;
    socklen_t n_own = sizeof own;
    socklen_t n_peer = sizeof peer;
    if (getsockname(fd, &own.any, &n_own) < 0 || getpeername(fd, &peer.any, &n_peer) < 0)
        return false;
    struct question question = {
        .header = {.nlmsg_len = sizeof question,
                   .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                   .nlmsg_flags = NLM_F_REQUEST},
        .asked = {.sdiag_family = (__u8)own.any.sa_family,
                  .sdiag_protocol = IPPROTO_TCP,
                  .idiag_states = ~0U,
                  .id = {.idiag_cookie = {INET_DIAG_NOCOOKIE, INET_DIAG_NOCOOKIE}}},
    };
    put_address(&peer, question.asked.id.idiag_src, &question.asked.id.idiag_sport);
    put_address(&own, question.asked.id.idiag_dst, &question.asked.id.idiag_dport);
    *ret_question = question;
    return true;
}

static bool judge(const struct nlmsghdr *answer, size_t n)
{
    if (n < sizeof *answer || answer->nlmsg_len > n)
        return true;
    if (answer->nlmsg_type == NLMSG_ERROR && n >= NLMSG_LENGTH(sizeof(struct nlmsgerr))) {
        const struct nlmsgerr *error = NLMSG_DATA(answer);
        return error->error != -ENOENT;
    }
    if (answer->nlmsg_type != SOCK_DIAG_BY_FAMILY || n < NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
        return true;
    const struct inet_diag_msg *found = NLMSG_DATA(answer);
    return found->idiag_uid == getuid() || found->idiag_uid == 0;
}

bool dev_peer_is_own(int fd)
{
    _Alignas(struct nlmsghdr) uint8_t answer[ANSWER_MAX];
    struct question question;
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    if (!make_question(fd, &question))
        return false;
    tb_fd diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (diag < 0 || sendto(diag, &question, sizeof question, 0, (const struct sockaddr *)&kernel,
                           sizeof kernel) < 0)
        return true;
    ssize_t n = recv(diag, answer, sizeof answer, MSG_DONTWAIT); /* the kernel answers at once */
    return n < 0 || judge((const struct nlmsghdr *)answer, (size_t)n);
}
