#include "supervisor/links.h"

#include "base/fd.h"
#include "supervisor/supervisor.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

int links_open(struct links *links)
{
    int pair[2];
    if (tb_fd_pair(SOCK_STREAM, pair) < 0)
        return -EMFILE;
    links->broker = pair[0];
    links->own_link = pair[1];
    if (pipe2(pair, O_CLOEXEC) < 0)
        return -EMFILE;
    links->report = pair[0];
    links->own_report = pair[1];
    if (supervisor_open_log(pair) < 0)
        return -EMFILE;
    links->log = pair[0];
    links->own_log = pair[1];
    return 0;
}

void links_deinit(struct links *links)
{
    tb_fd_close(&links->broker);
    tb_fd_close(&links->report);
    tb_fd_close(&links->log);
    tb_fd_close(&links->own_link);
    tb_fd_close(&links->own_report);
    tb_fd_close(&links->own_log);
}

int links_hand_over(struct links *links, const struct tb_inner *request, struct child *child)
{
    int broker = links->broker;
    child->token = request->token;
    child->slot = request->slot;
    child->report_fd = links->report;
    child->log_fd = links->log;
    links->broker = links->report = links->log = -1;
    return broker;
}
