#include "supervisor/supervisor.h"

struct child *supervisor_spawn(struct supervisor *supervisor, enum child_kind kind,
                               const char *program, const char *const *argv, const int *fds,
                               size_t n_fds, int stderr_fd)
{
    struct child *child = child_new(&supervisor->children);
    const struct tb_spawn spawn = {
        .program = program,
        .exec_fd = -1,
        .argv = (char *const *)(uintptr_t)argv,
        .fds = fds,
        .n_fds = n_fds,
        .stderr_fd = stderr_fd,
        .namespaces = supervisor->namespaces,
    };
    if (!child || tb_spawn(&spawn, &child->pid, &child->pidfd) < 0)
        return NULL;
    child->kind = kind;
    return child;
}
