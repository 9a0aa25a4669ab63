#include "supervisor/supervisor.h"

#include "base/clock.h"
#include "base/fd.h"
#include "base/place.h"
#include "sandbox/enter.h"
#include "sandbox/namespaces.h"

#include <poll.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
    CONTROL_FD = 3,
    LIFELINE_FD = 4,
    EXIT_USAGE = 2,
    EXIT_FILES = 3,
    EXIT_PART = 4,
    END_MS = 4000,
    FILES_MAX = 2048, /* each child can have four */
};

static int read_arguments(struct supervisor *supervisor, int argc, char **argv)
{
    for (int i = 1; i + 1 < argc; i += 2) {
        if (strcmp(argv[i], "--app") == 0)
            supervisor->app = argv[i + 1];
        else if (strcmp(argv[i], "--test") == 0)
            supervisor->test = argv[i + 1];
        else if (strcmp(argv[i], "--var") == 0 && supervisor->n_vars < MAX_VARS)
            supervisor->vars[supervisor->n_vars++] = argv[i + 1];
        else
            return EXIT_USAGE;
    }
    return supervisor->app ? 0 : EXIT_USAGE;
}

static int find_programs(struct programs *programs)
{
    const struct {
        const char *relative;
        char *path;
    } parts[] = {
        {"libexec/trollbridge/broker", programs->broker},
        {"libexec/trollbridge/scribe", programs->scribe},
        {"libexec/trollbridge/policy", programs->policy},
        {"libexec/trollbridge/confine", programs->confine},
        {"libexec/trollbridge/graft", programs->graft},
        {"libexec/trollbridge", programs->libexec},
        {"share/trollbridge/plugins", programs->plugins},
    };
    for (size_t i = 0; i < TB_ARRAY_LEN(parts); i++)
        if (tb_place_of(parts[i].relative, parts[i].path) != 0) {
            dprintf(STDERR_FILENO, "trollbridge: part_missing: %s is not there\n",
                    parts[i].relative);
            return EXIT_PART;
        }
    return 0;
}

/* Its own sandbox is what its children can inherit: no Landlock, and a list of system calls that
 * holds theirs. */
static int enter_sandbox(struct supervisor *supervisor)
{
    const int keep[] = {CONTROL_FD, LIFELINE_FD};
    const struct tb_sandbox_options options = {
        .keep = keep,
        .n_keep = TB_ARRAY_LEN(keep),
        .root = TB_ROOT_KEPT,
        .limits.files = FILES_MAX,
        .require = TB_LAYER_BIT(TB_LAYER_SECCOMP),
        .allow_jit = true,
    };
    struct tb_layers layers;
    supervisor->namespaces = tb_namespaces_probe();
    tb_layers_names(supervisor->namespaces, supervisor->namespace_names);
    if (tb_sandbox_enter(&tb_role_supervisor, &options, &layers) == TB_OK)
        return 0;
    dprintf(STDERR_FILENO, "trollbridge: layer_missing: seccomp cannot be had on this machine\n");
    return EXIT_PART;
}

static int start_all(struct supervisor *supervisor)
{
    tb_fd scribe_link = -1;
    if (supervisor_start_scribe(supervisor, &scribe_link) < 0) {
        dprintf(STDERR_FILENO, "trollbridge: audit_unavailable: the scribe did not start\n");
        return EXIT_PART;
    }
    if (supervisor_start_broker(supervisor, scribe_link) < 0) {
        dprintf(STDERR_FILENO, "trollbridge: layer_missing: the broker did not start\n");
        return EXIT_PART;
    }
    tb_fd_close(&supervisor->control_fd);
    for (size_t i = 0; i < supervisor->children.n; i++)
        if (supervisor->children.list[i].report_fd >= 0)
            supervisor_read_report(supervisor, &supervisor->children.list[i]);
    return 0;
}

static void restart_scribe(struct supervisor *supervisor)
{
    tb_fd link = -1;
    const struct tb_inner message = {.type = TB_INNER_SCRIBE};
    supervisor->scribe_due_ns = TB_NEVER;
    if (supervisor_start_scribe(supervisor, &link) < 0)
        supervisor->scribe_due_ns = tb_clock_ns() + TB_S_NS;
    else
        supervisor_tell(supervisor, &message, link);
}

static bool has(const struct supervisor *supervisor, enum child_kind kind)
{
    for (size_t i = 0; i < supervisor->children.n; i++)
        if (supervisor->children.list[i].kind == kind)
            return true;
    return false;
}

enum { LIFELINE, REQUESTS, ANSWERS, FIRST_CHILD };
enum { PIDFD, REPORT, LOG, PER_CHILD, N_POLLS = FIRST_CHILD + PER_CHILD * N_CHILDREN };

static int timeout_ms(const struct supervisor *supervisor, uint64_t grafts_due_ns, uint64_t now_ns,
                      bool waiting)
{
    uint64_t due_ns = supervisor->scribe_due_ns;
    if (supervisor->answers.due_ns < due_ns)
        due_ns = supervisor->answers.due_ns;
    if (grafts_due_ns < due_ns)
        due_ns = grafts_due_ns;
    if (waiting && supervisor->next_start_ns < due_ns)
        due_ns = supervisor->next_start_ns;
    if (due_ns == TB_NEVER)
        return -1;
    return due_ns <= now_ns ? 0 : (int)((due_ns - now_ns) / TB_MS_NS) + 1;
}

static bool lifeline_ended(const struct supervisor *supervisor, short revents)
{
    char byte;
    return (revents & (POLLHUP | POLLERR | POLLRDHUP)) != 0 ||
           ((revents & POLLIN) != 0 && recv(supervisor->lifeline_fd, &byte, 1, MSG_DONTWAIT) == 0);
}

static void handle_children(struct supervisor *supervisor, const struct pollfd *polls)
{
    for (size_t i = 0; i < supervisor->children.n; i++) {
        struct child *child = &supervisor->children.list[i];
        const struct pollfd *of_child = &polls[FIRST_CHILD + PER_CHILD * i];
        if (child->kind == CHILD_NONE)
            continue;
        if (child->report_fd >= 0 && of_child[REPORT].revents != 0)
            supervisor_read_report(supervisor, child);
        if (child->log_fd >= 0 && of_child[LOG].revents != 0)
            supervisor_read_log(supervisor, child);
        if (of_child[PIDFD].revents != 0)
            supervisor_on_end(supervisor, child);
    }
}

/* One round. False: the host has gone, or the broker has. */
static bool turn(struct supervisor *supervisor)
{
    struct pollfd polls[N_POLLS];
    uint64_t now_ns = tb_clock_ns();
    bool paced = now_ns < supervisor->next_start_ns;
    polls[LIFELINE] = (struct pollfd){.fd = supervisor->lifeline_fd, .events = POLLIN | POLLRDHUP};
    polls[REQUESTS] = (struct pollfd){.fd = paced ? -1 : supervisor->broker_fd, .events = POLLIN};
    polls[ANSWERS] = (struct pollfd){.fd = supervisor->answers.watch_fd, .events = POLLIN};
    size_t n_children = supervisor->children.n;
    for (size_t i = 0; i < n_children; i++) {
        const struct child *child = &supervisor->children.list[i];
        bool used = child->kind != CHILD_NONE;
        struct pollfd *of_child = &polls[FIRST_CHILD + PER_CHILD * i];
        of_child[PIDFD] = (struct pollfd){.fd = used ? child->pidfd : -1, .events = POLLIN};
        of_child[REPORT] = (struct pollfd){.fd = used ? child->report_fd : -1, .events = POLLIN};
        of_child[LOG] = (struct pollfd){.fd = used ? child->log_fd : -1, .events = POLLIN};
    }
    uint64_t grafts_due_ns = supervisor_grafts_due(supervisor, now_ns);
    int n = poll(polls, FIRST_CHILD + PER_CHILD * n_children,
                 timeout_ms(supervisor, grafts_due_ns, now_ns, paced));
    if (n > 0) {
        if (lifeline_ended(supervisor, polls[LIFELINE].revents))
            return false;
        handle_children(supervisor, polls);
        if (has(supervisor, CHILD_BROKER) && polls[REQUESTS].revents != 0)
            supervisor_on_request(supervisor);
        if (polls[ANSWERS].revents != 0)
            answers_changed(supervisor);
    }
    answers_due(supervisor);
    if (supervisor->scribe_due_ns <= tb_clock_ns())
        restart_scribe(supervisor);
    return has(supervisor, CHILD_BROKER);
}

/* Waits for the end of the children of that kind; kills them when they take too long. */
static void await(struct supervisor *supervisor, enum child_kind kind)
{
    uint64_t until_ns = tb_clock_ns() + END_MS * TB_MS_NS;
    for (size_t i = 0; i < supervisor->children.n; i++) {
        struct child *child = &supervisor->children.list[i];
        if (child->kind != kind)
            continue;
        struct pollfd end = {.fd = child->pidfd, .events = POLLIN};
        uint64_t now_ns = tb_clock_ns();
        int left_ms = now_ns < until_ns ? (int)((until_ns - now_ns) / TB_MS_NS) : 0;
        if (poll(&end, 1, left_ms) != 1)
            child_kill(child);
        supervisor_drain_log(supervisor, child);
        struct child ended = *child;
        int status = child_reap(child);
        if (child_is_asked_for(kind))
            supervisor_log_death(supervisor, &ended, status);
    }
}

/* The broker ends by itself when the host does, and the scribe when the broker does: in that order,
 * so that the log is complete. Plugins and compilers have nothing to finish. */
static void end(struct supervisor *supervisor)
{
    child_kill_all(&supervisor->children, CHILD_PLUGIN);
    child_kill_all(&supervisor->children, CHILD_HOOK);
    child_kill_all(&supervisor->children, CHILD_GRAFT);
    child_kill_all(&supervisor->children, CHILD_GRAFT_MAKE);
    child_kill_all(&supervisor->children, CHILD_RESOLVE);
    child_kill_all(&supervisor->children, CHILD_COMPILE);
    await(supervisor, CHILD_BROKER);
    answers_finish(supervisor);
    await(supervisor, CHILD_SCRIBE);
    await(supervisor, CHILD_PLUGIN);
    await(supervisor, CHILD_HOOK);
    await(supervisor, CHILD_GRAFT);
    await(supervisor, CHILD_GRAFT_MAKE);
    await(supervisor, CHILD_RESOLVE);
    await(supervisor, CHILD_COMPILE);
}

/* False: the host is gone already. */
static bool say(const struct supervisor *supervisor, enum tb_status status)
{
    uint8_t byte = (uint8_t)status;
    return tb_fd_send(supervisor->lifeline_fd, tb_bytes_of(&byte, 1), -1, 0) == 1;
}

int main(int argc, char **argv)
{
    static struct supervisor supervisor = {
        .control_fd = CONTROL_FD,
        .lifeline_fd = LIFELINE_FD,
        .policy = {-1, -1},
        .next.policy = {-1, -1},
        .broker_fd = -1,
        .audit_fd = -1,
        .scribe_due_ns = TB_NEVER,
    };
    for (size_t i = 0; i < TB_SLOTS; i++)
        supervisor.grants[i] = supervisor.next.grants[i] = -1;
    answers_init(&supervisor.answers);
    supervisor_narrow_stderr();
    int status = read_arguments(&supervisor, argc, argv);
    if (status == 0 && sodium_init() < 0)
        status = EXIT_PART;
    if (status == 0)
        status = find_programs(&supervisor.programs);
    if (status == 0)
        supervisor_find_hook(&supervisor);
    if (status == 0)
        status = enter_sandbox(&supervisor);
    if (status == 0)
        status = supervisor_compile(&supervisor);
    if (status == 0)
        status = start_all(&supervisor);
    if (status != 0) {
        (void)say(&supervisor, status == EXIT_FILES ? TB_STATUS_FILES : TB_STATUS_FAILED);
        end(&supervisor);
        return status;
    }
    answers_begin(&supervisor);
    bool going = say(&supervisor, TB_STATUS_READY) && supervisor_tell_facts(&supervisor);
    while (going)
        going = turn(&supervisor);
    end(&supervisor);
    return 0;
}
