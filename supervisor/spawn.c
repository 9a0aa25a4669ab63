#include "supervisor/supervisor.h"

/* Places that plugins and hooks, which pages have started, and what is picked leave to the scribe,
 * to resolvers and to the compiler of a reload. */
enum { RESERVED = 16 };

static bool leaves_places(enum child_kind kind)
{
    return child_is_asked_for(kind) || child_grafts(kind);
}

static bool may_start(const struct children *children, enum child_kind kind)
{
    size_t n = 0;
    for (size_t i = 0; i < children->n; i++)
        n += leaves_places(children->list[i].kind);
    return !leaves_places(kind) || n < N_CHILDREN - RESERVED;
}

/* Whether a plugin has the network is in its grant, which its launcher reads. What goes into other
 * namespaces later begins in none of its own. */
static uint32_t namespaces_of(const struct supervisor *supervisor, enum child_kind kind)
{
    uint32_t all = supervisor->namespaces;
    if (kind == CHILD_GRAFT)
        return 0;
    if (kind == CHILD_GRAFT_MAKE)
        return all & (TB_LAYER_BIT(TB_LAYER_USERNS) | TB_LAYER_BIT(TB_LAYER_MOUNT));
    return kind == CHILD_PLUGIN ? all & ~TB_LAYER_BIT(TB_LAYER_NET) : all;
}

struct child *supervisor_spawn(struct supervisor *supervisor, enum child_kind kind,
                               const char *program, const char *const *argv, const int *fds,
                               size_t n_fds, int stderr_fd)
{
    bool may = may_start(&supervisor->children, kind);
    struct child *child = may ? child_new(&supervisor->children) : NULL;
    const struct tb_spawn spawn = {
        .program = program,
        .exec_fd = -1,
        .argv = (char *const *)(uintptr_t)argv,
        .fds = fds,
        .n_fds = n_fds,
        .stderr_fd = stderr_fd,
        .namespaces = namespaces_of(supervisor, kind),
    };
    if (!child || tb_spawn(&spawn, &child->pid, &child->pidfd) < 0)
        return NULL;
    child->kind = kind;
    return child;
}
