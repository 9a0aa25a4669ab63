#include "supervisor/links.h"
#include "supervisor/supervisor.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/wire.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

/* A broker that was taken over cannot start processes faster than this, nor more of them at once
 * than there are children. */
#define START_INTERVAL_NS (2 * TB_MS_NS)

static ssize_t send_packet(const struct supervisor *supervisor, const struct tb_inner *message,
                           int fd)
{
    uint8_t packet[TB_INNER_MAX];
    size_t n = tb_inner_write(message, packet);
    ssize_t sent;
    do {
        sent = tb_fd_send(supervisor->broker_fd, tb_bytes_of(packet, n), fd, MSG_DONTWAIT);
    } while (sent == -EINTR);
    return sent;
}

/*
 * Never waits for the broker, which may have been taken over: one that does not read is ended. A
 * descriptor that the kernel does not let through (too many of this user's are under way) becomes
 * an answer that says so.
 */
void supervisor_tell(struct supervisor *supervisor, const struct tb_inner *message, int fd)
{
    ssize_t sent = send_packet(supervisor, message, fd);
    if (sent < 0 && sent != -EAGAIN && fd >= 0) {
        struct tb_inner without = *message;
        without.status = (int32_t)sent;
        sent = send_packet(supervisor, &without, -1);
    }
    if (sent == -EAGAIN)
        child_kill_all(&supervisor->children, CHILD_BROKER);
}

static void answer(struct supervisor *supervisor, const struct tb_inner *request, int32_t status,
                   int fd)
{
    const struct tb_inner message = {
        .type = request->type,
        .token = request->token,
        .slot = request->slot,
        .status = status,
    };
    supervisor_tell(supervisor, &message, fd);
}

/* The labels of the OPEN at hand, as they came: the policy program reads them, this one does not.
 */
static int request_file(const struct tb_inner *request)
{
    uint8_t bytes[TB_INNER_MAX];
    struct tb_writer writer = tb_writer_init(bytes, sizeof bytes);
    tb_write_string16(&writer, request->view);
    tb_write_string16(&writer, request->webview);
    tb_write_string16(&writer, request->origin);
    return tb_fd_sealed("trollbridge-request", tb_bytes_of(bytes, writer.n));
}

static int resolve(struct supervisor *supervisor, const struct tb_inner *request)
{
    tb_fd request_fd = request_file(request);
    tb_fd grant_fd = tb_fd_memory("trollbridge-grant");
    if (request_fd < 0 || grant_fd < 0)
        return -EMFILE;
    const char *const argv[] = {
        "policy",
        "resolve",
        "--snapshot-fd",
        "3",
        "--request-fd",
        "4",
        "--grant-fd",
        "5",
        "--namespaces",
        supervisor->namespace_names,
        NULL,
    };
    bool next = request->index == TB_RESOLVE_NEXT;
    if (next && supervisor->next.state != NEXT_MADE)
        return -EINVAL;
    const struct policy *policy = next ? &supervisor->next.policy : &supervisor->policy;
    const int fds[] = {policy->snapshot_fd, request_fd, grant_fd};
    struct child *child = supervisor_spawn(supervisor, CHILD_RESOLVE, supervisor->programs.policy,
                                           argv, fds, TB_ARRAY_LEN(fds), 0);
    if (!child)
        return -ECHILD;
    if (!next) {
        tb_fd_close(&supervisor->grants[request->slot]);
        supervisor->grant_tokens[request->slot] = request->token;
    }
    child->reload = next ? supervisor->next.token : 0;
    child->token = request->token;
    child->slot = request->slot;
    child->grant_fd = grant_fd;
    grant_fd = -1;
    return 0;
}

static struct child *spawn_plugin(struct supervisor *supervisor, const struct tb_inner *request,
                                  const struct links *links, int pool, int audit)
{
    char index[16];
    (void)snprintf(index, sizeof index, "%u", request->index);
    const char *argv[MAX_ARGS] = {
        "confine",
        "--plugin",
        index,
        "--namespaces",
        supervisor->namespace_names,
        "--require",
        supervisor->require_names,
    };
    size_t n = 7;
    if (supervisor->states[0]) {
        argv[n++] = "--states";
        argv[n++] = supervisor->states;
    }
    for (size_t i = 0; i < N_PROTECTED; i++) {
        if (supervisor->protect[i][0] == 0)
            continue;
        argv[n++] = "--protect";
        argv[n++] = supervisor->protect[i];
    }
    const int fds[] = {links->own_link, pool, supervisor->grants[request->slot], links->own_report,
                       audit};
    return supervisor_spawn(supervisor, CHILD_PLUGIN, supervisor->programs.confine, argv, fds,
                            TB_ARRAY_LEN(fds), links->own_log);
}

/* Nothing that the supervisor does later could take away what a plugin was given: the file is
 * sealed before anybody else has it. */
static int start_plugin(struct supervisor *supervisor, const struct tb_inner *request,
                        int *ret_link_fd, int *ret_pool_fd)
{
    tb_cleanup(links_deinit) struct links links = LINKS_NONE;
    if (supervisor->grants[request->slot] < 0)
        return -EINVAL;
    int r = links_open(&links);
    if (r < 0)
        return r;
    tb_fd pool = tb_fd_shared("trollbridge-pool", TB_BULK_IN + TB_BULK_OUT);
    if (pool < 0)
        return pool;
    /* Of its own, so that no two plugins share a place in it, or a lock. Whether the plugin gets it
     * is in the grant, which the launcher reads. */
    tb_fd audit = tb_fd_reopen(supervisor->audit_fd, O_RDONLY);
    if (audit < 0)
        return audit;
    /* A reload gives the slot another one, in which this plugin may have another index. */
    tb_fd grant = fcntl(supervisor->grants[request->slot], F_DUPFD_CLOEXEC, 0);
    if (grant < 0)
        return -errno;
    struct child *child = spawn_plugin(supervisor, request, &links, pool, audit);
    if (!child)
        return -ECHILD;
    child->index = request->index;
    child->grant_fd = grant;
    grant = -1;
    *ret_link_fd = links_hand_over(&links, request, child);
    *ret_pool_fd = pool;
    pool = -1;
    return 0;
}

/* A host that does not read is not waited for: what the kernel does not take at once is not sent.
 */
static int offer_link(const struct supervisor *supervisor, int theirs)
{
    static const uint8_t link = TB_LIFELINE_LINK;
    ssize_t sent;
    do {
        sent = tb_fd_send(supervisor->lifeline_fd, tb_bytes_of(&link, 1), theirs, MSG_DONTWAIT);
    } while (sent == -EINTR);
    return sent < 0 ? (int)sent : 0;
}

/* The same as START for a plugin whose program is the host: no process, and no pool. What the
 * broker says on the link, which plugin it is for too, the host hears from the broker alone. */
static void on_host(struct supervisor *supervisor, const struct tb_inner *request)
{
    int pair[2];
    if (tb_fd_pair(SOCK_STREAM, pair) < 0) {
        answer(supervisor, request, -EMFILE, -1);
        return;
    }
    tb_fd own = pair[0];
    tb_fd theirs = pair[1];
    int r = offer_link(supervisor, theirs);
    answer(supervisor, request, r, r == 0 ? own : -1);
}

/* Two answers, as each carries one descriptor at most. */
static void on_start(struct supervisor *supervisor, const struct tb_inner *request)
{
    tb_fd link = -1;
    tb_fd pool = -1;
    int r = start_plugin(supervisor, request, &link, &pool);
    const struct tb_inner memory = {.type = TB_INNER_POOL, .token = request->token};
    if (r == 0)
        supervisor_tell(supervisor, &memory, pool);
    answer(supervisor, request, r, link);
}

static void on_hook(struct supervisor *supervisor, const struct tb_inner *request)
{
    tb_fd link = -1;
    int r = supervisor_start_hook(supervisor, request, &link);
    answer(supervisor, request, r, link);
}

static void on_resolve(struct supervisor *supervisor, const struct tb_inner *request)
{
    int r = resolve(supervisor, request);
    answers_look(supervisor);
    if (r < 0)
        answer(supervisor, request, r, -1);
}

static void on_answer(struct supervisor *supervisor, const struct tb_inner *request)
{
    bool is_itself = request->type == TB_INNER_USED ? answers_used(supervisor, request)
                                                    : answers_remember(supervisor, request);
    if (!is_itself)
        child_kill_all(&supervisor->children, CHILD_BROKER);
}

static void on_stop(struct supervisor *supervisor, const struct tb_inner *request)
{
    struct child *child = child_find(&supervisor->children, CHILD_PLUGIN, request->token);
    if (!child)
        child = child_find(&supervisor->children, CHILD_HOOK, request->token);
    if (child)
        child_stop(child);
}

static void on_graft(struct supervisor *supervisor, const struct tb_inner *request, int fd)
{
    if (!supervisor_graft(supervisor, request, fd))
        child_kill_all(&supervisor->children, CHILD_BROKER);
}

static void on_drop(struct supervisor *supervisor, const struct tb_inner *request)
{
    tb_fd_close(&supervisor->grants[request->slot]);
    tb_fd_close(&supervisor->next.grants[request->slot]);
    supervisor->grant_tokens[request->slot] = 0;
}

void supervisor_on_request(struct supervisor *supervisor)
{
    uint8_t packet[TB_INNER_MAX];
    struct tb_inner request;
    tb_fd fd = -1;
    ssize_t n = tb_fd_receive(supervisor->broker_fd, packet, sizeof packet, &fd, MSG_DONTWAIT);
    if (n <= 0 || tb_inner_read(tb_bytes_of(packet, (size_t)n), &request) != TB_OK ||
        (fd >= 0 && request.type != TB_INNER_GRAFT)) {
        /* It ended, or is not itself any more. Its pidfd tells the rest. */
        if (n != -EAGAIN && n != -EINTR)
            child_kill_all(&supervisor->children, CHILD_BROKER);
        return;
    }
    switch (request.type) {
    case TB_INNER_START:
    case TB_INNER_RESOLVE:
        supervisor->next_start_ns = tb_clock_ns() + START_INTERVAL_NS;
        request.type == TB_INNER_START ? on_start(supervisor, &request)
                                       : on_resolve(supervisor, &request);
        break;
    case TB_INNER_HOST:
        supervisor->next_start_ns = tb_clock_ns() + START_INTERVAL_NS;
        on_host(supervisor, &request);
        break;
    case TB_INNER_HOOK:
        supervisor->next_start_ns = tb_clock_ns() + START_INTERVAL_NS;
        on_hook(supervisor, &request);
        break;
    case TB_INNER_GRAFT:
        supervisor->next_start_ns = tb_clock_ns() + START_INTERVAL_NS;
        on_graft(supervisor, &request, fd);
        break;
    case TB_INNER_STOP:
        on_stop(supervisor, &request);
        break;
    case TB_INNER_RELOAD:
        supervisor->next_start_ns = tb_clock_ns() + START_INTERVAL_NS;
        supervisor_reload(supervisor, &request);
        break;
    case TB_INNER_COMMIT:
        supervisor_commit(supervisor, &request);
        break;
    case TB_INNER_ABORT:
        supervisor_abort(supervisor, &request);
        break;
    case TB_INNER_DROP:
        on_drop(supervisor, &request);
        break;
    case TB_INNER_REMEMBER:
    case TB_INNER_USED:
        on_answer(supervisor, &request);
        break;
    case TB_INNER_SCRIBE:
    case TB_INNER_LAYERS:
    case TB_INNER_POOL:
    case TB_INNER_ANSWERS:
        child_kill_all(&supervisor->children, CHILD_BROKER);
        break;
    }
}

static void on_resolved(struct supervisor *supervisor, const struct child *child, int status)
{
    const struct tb_inner message = {
        .type = TB_INNER_RESOLVE,
        .token = child->token,
        .slot = child->slot,
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
    };
    /* A slower answer to an older OPEN of the slot must not become the hull of the newer one's
     * plugins. */
    if (supervisor->grant_tokens[child->slot] != child->token)
        return;
    int *grant = &supervisor->grants[child->slot];
    tb_fd_close(grant); /* a broker that uses a token twice gains no descriptors by it */
    if (message.status == 0 && tb_fd_seal(child->grant_fd) == 0)
        *grant = fcntl(child->grant_fd, F_DUPFD_CLOEXEC, 0);
    supervisor_tell(supervisor, &message, *grant);
}

/* The child's process has ended and is not reaped yet. */
void supervisor_on_end(struct supervisor *supervisor, struct child *child)
{
    if (child->report_fd >= 0)
        supervisor_read_report(supervisor, child);
    supervisor_drain_log(supervisor, child);
    struct child ended = *child;
    child->grant_fd = -1;
    int status = child_reap(child);
    if (child_is_asked_for(ended.kind))
        supervisor_log_death(supervisor, &ended, status);
    if (ended.kind == CHILD_COMPILE && !ended.stopped)
        supervisor_on_compiled(supervisor, &ended, status);
    if (ended.kind == CHILD_RESOLVE && !ended.stopped)
        ended.reload != 0 ? supervisor_on_next_resolved(supervisor, &ended, status)
                          : on_resolved(supervisor, &ended, status);
    if ((ended.kind == CHILD_GRAFT || ended.looks) && !ended.stopped)
        supervisor_on_grafted(supervisor, &ended, status);
    tb_fd_close(&ended.grant_fd);
    if (child_is_asked_for(ended.kind) && !ended.stopped) {
        const struct tb_inner message = {
            .type = TB_INNER_STOP, .token = ended.token, .status = status};
        supervisor_tell(supervisor, &message, -1);
    }
    if (ended.kind == CHILD_SCRIBE) {
        bool steady = tb_clock_ns() - supervisor->scribe_started_ns > TB_S_NS;
        supervisor->scribe_due_ns = tb_clock_ns() + (steady ? 0 : TB_S_NS);
    }
}
