/*
 * The supervisor: starts every process, hands out every descriptor, waits, restarts what died, and
 * ends everything when the host goes away. It is never on the data path, and reads nothing that a
 * peer wrote: from the broker come fixed messages with indexes, and the labels of an OPEN pass
 * through it unread.
 */
#pragma once

#include "policy/settings.h"
#include "proto/inner.h"
#include "sandbox/spawn.h"
#include "supervisor/answers.h"
#include "supervisor/child.h"
#include "supervisor/status.h"

#include <limits.h>

enum { MAX_VARS = 16, MAX_ARGS = 64, N_PROTECTED = 7 };

struct programs {
    char broker[PATH_MAX];
    char scribe[PATH_MAX];
    char policy[PATH_MAX];
    char confine[PATH_MAX];
    char graft[PATH_MAX];
    char hook[PATH_MAX];    /* empty: it is not there */
    char plugins[PATH_MAX]; /* share/trollbridge/plugins */
    char libexec[PATH_MAX]; /* libexec/trollbridge */
};

/* What the compiler makes of an app: two memory files. */
struct policy {
    int snapshot_fd;
    int settings_fd;
};

/* A policy that is made while another is in force. It takes its place whole, or goes as if it had
 * never been. */
struct next_policy {
    enum { NEXT_NONE, NEXT_COMPILING, NEXT_MADE } state;
    uint32_t token; /* of the RELOAD */
    struct policy policy;
    int grants[TB_SLOTS]; /* what it gives to the views that are open; -1: not asked for */
    uint8_t digest[TB_DIGEST_SIZE];
    uint64_t window_ns; /* when this second began */
    uint32_t n_in_window;
};

struct supervisor {
    const char *app;
    const char *test; /* what is started is a test, which keeps its state in this folder */
    const char *vars[MAX_VARS]; /* NAME=VALUE */
    size_t n_vars;
    struct programs programs;
    uint32_t namespaces;
    char namespace_names[TB_LAYERS_TEXT_SIZE];
    char require_names[TB_LAYERS_TEXT_SIZE];
    char protect[N_PROTECTED]
                [PATH_MAX]; /* paths that no plugin gets, whatever its scopes say; "": none */
    char states[PATH_MAX];  /* where what is kept of all apps lies, for none but its owner; "":
                               nowhere */
    int control_fd;         /* passed on to the broker */
    int lifeline_fd;        /* its end ends everything */
    struct policy policy;
    struct next_policy next;
    int broker_fd; /* our end of the supervisor link */
    int audit_fd;  /* the log that the scribe writes, for reading; for launchers of plugins */
    int grants[TB_SLOTS];
    uint32_t grant_tokens[TB_SLOTS]; /* of the last RESOLVE for the slot: an older answer is not its
                                        grant */
    uint64_t log_window_ns;
    size_t n_logged; /* bytes of plugins' stderr passed on in this window */
    struct children children;
    struct answers answers;
    uint64_t next_start_ns; /* the broker's requests are not read before */
    uint64_t scribe_started_ns;
    uint64_t scribe_due_ns; /* when a new one is started; TB_NEVER: none is needed */
};

/* compile.c: runs the policy compiler over the app. 0, or the exit status that says why not. */
int supervisor_compile(struct supervisor *supervisor);
/* Starts it and does not wait. The entry, or NULL. The files are the caller's in any case. */
struct child *supervisor_start_compiler(struct supervisor *supervisor, struct policy *ret_policy);
void policy_close(struct policy *policy);

/* hook.c: whether the program that runs hooks is there. */
void supervisor_find_hook(struct supervisor *supervisor);
/* Has the hook of these settings looked at, if there is one: 0, or the exit status that says why it
 * cannot be run, which has been told. */
int supervisor_check_hook(struct supervisor *supervisor, const struct tb_settings *settings);
/* Begins to look and does not wait, for settings that have a hook. The entry, of the kind COMPILE;
 * or NULL. */
struct child *supervisor_start_hook_check(struct supervisor *supervisor,
                                          const struct tb_settings *settings);
/* Whether the program is there for these settings; tells if it is not. */
tb_must_check bool supervisor_has_hook_for(const struct supervisor *supervisor,
                                           const struct tb_settings *settings);
/* Starts the process of a hook. 0 or -errno. */
int supervisor_start_hook(struct supervisor *supervisor, const struct tb_inner *request,
                          int *ret_link_fd);

/* reload.c: the broker has the app compiled again, and puts what came out in force or drops it. */
void supervisor_reload(struct supervisor *supervisor, const struct tb_inner *request);
void supervisor_commit(struct supervisor *supervisor, const struct tb_inner *request);
void supervisor_abort(struct supervisor *supervisor, const struct tb_inner *request);
/* A compiler, or a resolver of the next policy, has ended. */
void supervisor_on_compiled(struct supervisor *supervisor, const struct child *child, int status);
void supervisor_on_next_resolved(struct supervisor *supervisor, const struct child *child,
                                 int status);

/* graft.c: GRAFT. False: the broker is not itself any more. Borrows fd. */
tb_must_check bool supervisor_graft(struct supervisor *supervisor, const struct tb_inner *request,
                                    int fd);
/* One has ended by itself. */
void supervisor_on_grafted(struct supervisor *supervisor, const struct child *child, int status);
/* Gives up those that take too long; when the next one will, or TB_NEVER. */
uint64_t supervisor_grafts_due(struct supervisor *supervisor, uint64_t now_ns);

/* facts.c: tells the host what the manifest says to it. False: the host is gone already. */
bool supervisor_tell_facts(const struct supervisor *supervisor);

/* start.c: the fixed processes. 0 or -errno. */
int supervisor_start_scribe(struct supervisor *supervisor, int *ret_link_fd);
int supervisor_start_broker(struct supervisor *supervisor, int scribe_link_fd);
/* A layer report has come, or its descriptor ended. */
void supervisor_read_report(struct supervisor *supervisor, struct child *child);

/* request.c: what the broker asks for, and what it is told when a child has ended. */
void supervisor_on_request(struct supervisor *supervisor);
void supervisor_on_end(struct supervisor *supervisor, struct child *child);
void supervisor_tell(struct supervisor *supervisor, const struct tb_inner *message, int fd);

/* spawn.c: starts a program with its arguments and descriptors as a child of that kind. The entry,
 * or NULL. */
struct child *supervisor_spawn(struct supervisor *supervisor, enum child_kind kind,
                               const char *program, const char *const *argv, const int *fds,
                               size_t n_fds, int stderr_fd);

/* log.c: what a plugin or a hook says on its stderr goes on to ours escaped and at a bounded rate;
 * a plugin never has the host's terminal. */
int supervisor_open_log(int ret_pipe[static 2]);
void supervisor_read_log(struct supervisor *supervisor, struct child *child);
/* Its process has ended: what it still had to say, and by which signal. */
void supervisor_drain_log(struct supervisor *supervisor, struct child *child);
void supervisor_log_death(struct supervisor *supervisor, const struct child *child, int status);
/* Our own stderr can be written from here on, and not read: it may be the terminal that a person
 * types into. */
void supervisor_narrow_stderr(void);
