#include "dev/peer.h"

#include "base/fd.h"
#include "base/result.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
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

static bool is_error(const struct nlmsghdr *answer, size_t n, int error)
{
    const struct nlmsgerr *said = NLMSG_DATA(answer);
    return answer->nlmsg_type == NLMSG_ERROR && n >= NLMSG_LENGTH(sizeof *said) &&
           said->error == error;
}

/* TB_OK; TB_UNKNOWN: there is no such socket; TB_AGAIN: the kernel does not tell. */
static int read_answer(const struct nlmsghdr *answer, size_t n, struct inet_diag_msg *ret_found)
{
    if (n < sizeof *answer || answer->nlmsg_len > n)
        return TB_AGAIN;
    if (is_error(answer, n, -ENOENT))
        return TB_UNKNOWN;
    if (answer->nlmsg_type != SOCK_DIAG_BY_FAMILY || n < NLMSG_LENGTH(sizeof *ret_found))
        return TB_AGAIN;
    memcpy(ret_found, NLMSG_DATA(answer), sizeof *ret_found);
    return TB_OK;
}

/* As read_answer. */
static int ask(const struct question *question, struct inet_diag_msg *ret_found)
{
    _Alignas(struct nlmsghdr) uint8_t answer[ANSWER_MAX];
    const struct sockaddr_nl kernel = {.nl_family = AF_NETLINK};
    tb_fd diag = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);
    if (diag < 0 || sendto(diag, question, sizeof *question, 0, (const struct sockaddr *)&kernel,
                           sizeof kernel) < 0)
        return TB_AGAIN;
    ssize_t n = recv(diag, answer, sizeof answer, MSG_DONTWAIT); /* the kernel answers at once */
    return n < 0 ? TB_AGAIN : read_answer((const struct nlmsghdr *)answer, (size_t)n, ret_found);
}

static bool is_own(const struct inet_diag_msg *found)
{
    return found->idiag_uid == getuid() || found->idiag_uid == 0;
}

/* Whoever has closed his end may have left the kernel with nothing but the addresses: of such a
 * socket it says that it is root's. It has no inode. Where there is no socket of both addresses the
 * kernel tells of one that listens at the first, which is none of a connection. */
static bool is_connected(const struct inet_diag_msg *found)
{
    return found->idiag_inode != 0 && found->idiag_state != TCP_LISTEN;
}

bool dev_peer_is_own(int fd)
{
    struct question question;
    struct inet_diag_msg found;
    if (!make_question(fd, &question))
        return false;
    int r = ask(&question, &found);
    return r == TB_AGAIN || (r == TB_OK && is_connected(&found) && is_own(&found));
}

/* Who has taken the connection need not be who listens there by now, and one that nobody has taken
 * yet is nobody's: so both are asked for. */
bool dev_peer_is_own_server(int fd)
{
    struct question question;
    struct inet_diag_msg found;
    if (!make_question(fd, &question))
        return false;
    int r = ask(&question, &found);
    if (r == TB_OK && is_connected(&found) && !is_own(&found))
        return false;
    memset(question.asked.id.idiag_dst, 0, sizeof question.asked.id.idiag_dst);
    question.asked.id.idiag_dport = 0;
    r = ask(&question, &found);
    return r == TB_AGAIN || (r == TB_OK && found.idiag_state == TCP_LISTEN && is_own(&found));
}
