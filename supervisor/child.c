#include "supervisor/child.h"

#include "base/fd.h"

#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

struct child *child_new(struct children *children)
{
    size_t i = 0;
    while (i < children->n && children->list[i].kind != CHILD_NONE)
        i++;
    if (i == N_CHILDREN)
        return NULL;
    if (i == children->n)
        children->n++;
    children->list[i] = (struct child){.pidfd = -1, .report_fd = -1, .grant_fd = -1, .log_fd = -1};
    return &children->list[i];
}

struct child *child_find(struct children *children, enum child_kind kind, uint32_t token)
{
    for (size_t i = 0; i < children->n; i++)
        if (children->list[i].kind == kind && children->list[i].token == token)
            return &children->list[i];
    return NULL;
}

void child_kill(const struct child *child)
{
    (void)syscall(SYS_pidfd_send_signal, child->pidfd, SIGKILL, NULL, 0);
}

void child_stop(struct child *child)
{
    child->stopped = true;
    child_kill(child);
}

int child_reap(struct child *child)
{
    int status = 0;
    (void)waitpid(child->pid, &status, 0);
    tb_fd_close(&child->pidfd);
    tb_fd_close(&child->report_fd);
    tb_fd_close(&child->grant_fd);
    tb_fd_close(&child->log_fd);
    child->kind = CHILD_NONE;
    return status;
}

void child_kill_all(struct children *children, enum child_kind kind)
{
    for (size_t i = 0; i < children->n; i++)
        if (children->list[i].kind == kind)
            child_kill(&children->list[i]);
}
