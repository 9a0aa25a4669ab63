/*
 * GRAFT: the broker hands over what a person has picked, and it is placed before one of its
 * plugins, by a program that runs for milliseconds. A broker that was taken over can name plugins
 * of its own app alone, and pass on no more than the files and folders that the host has given to
 * it.
 */
#include "supervisor/supervisor.h"

#include "base/clock.h"
#include "base/fd.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define GRAFT_NS (5 * TB_S_NS)

enum { KNOWN_FLAGS = TB_GRAFT_FOLDER | TB_GRAFT_WRITABLE | TB_GRAFT_ALONE };

static void answer(struct supervisor *supervisor, const struct child *child, int32_t status)
{
    const struct tb_inner message = {
        .type = TB_INNER_GRAFT,
        .token = child->token,
        .slot = child->slot,
        .index = child->index,
        .status = status,
    };
    supervisor_tell(supervisor, &message, -1);
}

static size_t name_kept(const struct supervisor *supervisor, const char **argv)
{
    size_t n = 0;
    for (size_t i = 0; i <= N_PROTECTED; i++) {
        const char *path = i < N_PROTECTED ? supervisor->protect[i] : supervisor->states;
        if (path[0] == 0)
            continue;
        argv[n++] = "--keep";
        argv[n++] = path;
    }
    return n;
}

/* What both are told; how many words. */
static size_t describe(const struct tb_inner *request, char number[static 16], const char **argv)
{
    (void)snprintf(number, 16, "%u", request->index);
    size_t n = 0;
    argv[n++] = "graft";
    argv[n++] = "--number";
    argv[n++] = number;
    if (request->status & TB_GRAFT_FOLDER)
        argv[n++] = "--folder";
    return n;
}

/* For no plugin if that is NULL: it then looks only, and has no link. */
static struct child *spawn_make(struct supervisor *supervisor, const struct tb_inner *request,
                                const struct child *plugin, int fd, int link)
{
    char number[16];
    char index[16];
    const char *argv[MAX_ARGS] = {NULL};
    const int fds[] = {fd, link, plugin ? plugin->grant_fd : -1};
    size_t n = describe(request, number, argv);
    argv[n++] = "--make";
    if (request->status & TB_GRAFT_WRITABLE)
        argv[n++] = "--writable";
    if (plugin) {
        (void)snprintf(index, sizeof index, "%u", plugin->index);
        argv[n++] = "--plugin";
        argv[n++] = index;
    }
    (void)name_kept(supervisor, argv + n);
    return supervisor_spawn(supervisor, CHILD_GRAFT_MAKE, supervisor->programs.graft, argv, fds,
                            plugin ? TB_ARRAY_LEN(fds) : 1, 0);
}

static struct child *spawn_place(struct supervisor *supervisor, const struct tb_inner *request,
                                 const struct child *plugin, int link)
{
    char number[16];
    const char *argv[MAX_ARGS] = {NULL};
    const int fds[] = {link, plugin->pidfd};
    (void)describe(request, number, argv);
    return supervisor_spawn(supervisor, CHILD_GRAFT, supervisor->programs.graft, argv, fds,
                            TB_ARRAY_LEN(fds), 0);
}

static void name(struct child *child, const struct tb_inner *request)
{
    child->token = request->token;
    child->slot = request->slot;
    child->index = request->index;
    child->until_ns = tb_clock_ns() + GRAFT_NS;
}

/* Should the second not start, the first finds nobody to pass its tree on to, and ends. */
static bool spawn_both(struct supervisor *supervisor, const struct tb_inner *request,
                       const struct child *plugin, int fd)
{
    int pair[2];
    if (tb_fd_pair(SOCK_STREAM, pair) < 0)
        return false;
    tb_fd maker_link = pair[0];
    tb_fd link = pair[1];
    struct child *maker = spawn_make(supervisor, request, plugin, fd, maker_link);
    if (maker)
        name(maker, request);
    struct child *placer = maker ? spawn_place(supervisor, request, plugin, link) : NULL;
    if (placer)
        name(placer, request);
    return placer != NULL;
}

static bool spawn_look(struct supervisor *supervisor, const struct tb_inner *request, int fd)
{
    struct child *maker = spawn_make(supervisor, request, NULL, fd, -1);
    if (maker) {
        name(maker, request);
        maker->looks = true;
    }
    return maker != NULL;
}

/* One that has said which layers hold has its root already: before, the places are not there. */
static const struct child *find_plugin(struct supervisor *supervisor, uint32_t token)
{
    const struct child *child = child_find(&supervisor->children, CHILD_PLUGIN, token);
    return child && !child->stopped && child->report_fd < 0 ? child : NULL;
}

static int start(struct supervisor *supervisor, const struct tb_inner *request, int fd)
{
    bool alone = (request->status & TB_GRAFT_ALONE) != 0;
    const struct child *plugin = alone ? NULL : find_plugin(supervisor, request->token);
    if (!(supervisor->namespaces & TB_LAYER_BIT(TB_LAYER_MOUNT)))
        return -ENOSYS;
    if (!alone && !plugin)
        return -ESRCH;
    bool started =
        alone ? spawn_look(supervisor, request, fd) : spawn_both(supervisor, request, plugin, fd);
    return started ? 0 : -ECHILD;
}

bool supervisor_graft(struct supervisor *supervisor, const struct tb_inner *request, int fd)
{
    if (fd < 0 || request->index == 0 || request->index > TB_PICKS_MAX ||
        (request->status & ~KNOWN_FLAGS) != 0)
        return false;
    int r = start(supervisor, request, fd);
    if (r < 0) {
        const struct child refused = {
            .token = request->token, .slot = request->slot, .index = request->index};
        answer(supervisor, &refused, r);
    }
    return true;
}

void supervisor_on_grafted(struct supervisor *supervisor, const struct child *child, int status)
{
    answer(supervisor, child, WIFEXITED(status) ? WEXITSTATUS(status) : TB_GRAFT_FAILED);
}

/* One that hangs in the kernel, before a file system that does not answer, ends whenever it can. */
static void give_up(struct supervisor *supervisor, struct child *child)
{
    if (child->kind == CHILD_GRAFT || child->looks)
        answer(supervisor, child, -ETIMEDOUT);
    child->until_ns = TB_NEVER;
    child_stop(child);
}

uint64_t supervisor_grafts_due(struct supervisor *supervisor, uint64_t now_ns)
{
    uint64_t due_ns = TB_NEVER;
    for (size_t i = 0; i < supervisor->children.n; i++) {
        struct child *child = &supervisor->children.list[i];
        if (!child_grafts(child->kind))
            continue;
        if (child->until_ns <= now_ns)
            give_up(supervisor, child);
        if (child->until_ns < due_ns)
            due_ns = child->until_ns;
    }
    return due_ns;
}
