/*
 * A second policy beside the one in force: compiled from the same app into files of its own, asked
 * for the grants of the views that are open, then put in the first one's place in one step, or
 * dropped. Until that step nothing that runs or is started knows of it.
 *
 * A broker that was taken over can have the same app compiled again, at a bounded rate and once at
 * a time, and can put in force what the app's files say; nothing else.
 */
#include "supervisor/supervisor.h"

#include "base/clock.h"
#include "base/fd.h"

#include <fcntl.h>
#include <sys/wait.h>

enum { EXIT_FILES = 3 };

static const struct tb_bytes none;

static void answer(struct supervisor *supervisor, uint32_t token, enum tb_inner_reload status,
                   const char *key, struct tb_bytes digest)
{
    const struct tb_inner message = {
        .type = TB_INNER_RELOAD,
        .token = token,
        .status = (int32_t)status,
        .view = tb_bytes_of_string(key),
        .webview = digest,
    };
    supervisor_tell(supervisor, &message, -1);
}

static void drop(struct next_policy *next)
{
    policy_close(&next->policy);
    for (size_t i = 0; i < TB_SLOTS; i++)
        tb_fd_close(&next->grants[i]);
    next->state = NEXT_NONE;
}

static void give_up(struct supervisor *supervisor)
{
    struct children *children = &supervisor->children;
    for (size_t i = 0; i < children->n; i++) {
        struct child *child = &children->list[i];
        if (child->kind == CHILD_COMPILE || (child->kind == CHILD_RESOLVE && child->reload != 0))
            child_stop(child);
    }
    drop(&supervisor->next);
}

/* The broker wants no grant any more that is being made of the policy before, and gets none: not
 * even under a token that it uses again. */
static void stop_resolvers(struct supervisor *supervisor)
{
    struct children *children = &supervisor->children;
    for (size_t i = 0; i < children->n; i++)
        if (children->list[i].kind == CHILD_RESOLVE)
            child_stop(&children->list[i]);
}

/* The broker counts by seconds of its own, two of which can meet one of ours. */
static bool within_rate(struct next_policy *next)
{
    uint64_t now_ns = tb_clock_ns();
    if (now_ns - next->window_ns >= TB_S_NS) {
        next->window_ns = now_ns;
        next->n_in_window = 0;
    }
    return next->n_in_window++ < 2 * TB_RELOADS_PER_S;
}

void supervisor_reload(struct supervisor *supervisor, const struct tb_inner *request)
{
    struct next_policy *next = &supervisor->next;
    if (!within_rate(next) || request->token == 0) {
        answer(supervisor, request->token, TB_RELOAD_LIMIT, "", none);
        return;
    }
    give_up(supervisor); /* what the broker has given up itself, if it could not say so */
    struct child *child = supervisor_start_compiler(supervisor, &next->policy);
    if (!child) {
        policy_close(&next->policy);
        answer(supervisor, request->token, TB_RELOAD_FAILED, "", none);
        return;
    }
    child->token = request->token;
    next->token = request->token;
    next->state = NEXT_COMPILING;
}

static bool same_layers(const struct tb_settings *a, const struct tb_settings *b)
{
    for (size_t i = 0; i < a->n_require && i < b->n_require; i++)
        if (!tb_bytes_equal(a->require[i], b->require[i]))
            return false;
    return a->n_require == b->n_require;
}

/* What processes were started with stays with them. The key that would have to change in one that
 * runs; "": none, it is policy alone. */
static const char *needs_restart(const struct tb_settings *now, const struct tb_settings *next)
{
    if (!tb_bytes_equal(now->app, next->app))
        return "app.id";
    if (!tb_bytes_equal(now->resource, next->resource))
        return "the place of the app folder";
    if (!same_layers(now, next))
        return "sandbox.require";
    if (now->violations != next->violations)
        return "violations.action";
    if (now->audit_mode != next->audit_mode)
        return "audit.mode";
    if (!tb_bytes_equal(now->audit_file, next->audit_file))
        return "audit.file";
    if (now->audit_args != next->audit_args)
        return "audit.args";
    /* The file is kept from plugins, and from those that run: by the name that it had then. */
    if (next->hook_file.n > 0 && !tb_bytes_are(next->hook_file, TB_HOOK_FILE) &&
        !tb_bytes_equal(now->hook_file, next->hook_file))
        return "hook.file";
    return tb_bytes_equal(now->facts, next->facts) ? "" : "[app] or a [[window]]";
}

/* The next policy's hook is looked at once all else is right. False: that cannot be begun. */
static bool begin_hook_check(struct supervisor *supervisor, const struct tb_settings *settings)
{
    struct child *child = supervisor_start_hook_check(supervisor, settings);
    if (!child)
        return false;
    child->token = supervisor->next.token;
    child->checks = true;
    return true;
}

/* Says what came out; only TB_RELOAD_MADE leaves a policy behind. *ret_checking: there is a hook,
 * whose check has begun and will say the rest. */
static enum tb_inner_reload check(struct supervisor *supervisor, const char **ret_key,
                                  bool *ret_checking)
{
    struct next_policy *made = &supervisor->next;
    tb_cleanup(tb_settings_deinit) struct tb_settings now = {0};
    tb_cleanup(tb_settings_deinit) struct tb_settings next = {0};
    if (tb_fd_seal(made->policy.snapshot_fd) < 0 || tb_fd_seal(made->policy.settings_fd) < 0 ||
        tb_settings_read(supervisor->policy.settings_fd, &now) != TB_OK ||
        tb_settings_read(made->policy.settings_fd, &next) != TB_OK ||
        !supervisor_has_hook_for(supervisor, &next))
        return TB_RELOAD_FAILED;
    const char *key = needs_restart(&now, &next);
    *ret_key = key;
    memcpy(made->digest, next.digest, TB_DIGEST_SIZE);
    if (*key)
        return TB_RELOAD_RESTART;
    *ret_checking = next.hook.n > 0;
    return !*ret_checking || begin_hook_check(supervisor, &next) ? TB_RELOAD_MADE
                                                                 : TB_RELOAD_FAILED;
}

/* A program that says that the app's files are wrong has told what is. */
static enum tb_inner_reload result_of(int status)
{
    if (WIFEXITED(status) && WEXITSTATUS(status) == 0)
        return TB_RELOAD_MADE;
    return WIFEXITED(status) && WEXITSTATUS(status) == EXIT_FILES ? TB_RELOAD_FILES
                                                                  : TB_RELOAD_FAILED;
}

void supervisor_on_compiled(struct supervisor *supervisor, const struct child *child, int status)
{
    struct next_policy *next = &supervisor->next;
    const char *key = "";
    bool checking = false;
    if (next->state != NEXT_COMPILING || next->token != child->token)
        return; /* given up meanwhile */
    enum tb_inner_reload result = result_of(status);
    if (result == TB_RELOAD_MADE && !child->checks)
        result = check(supervisor, &key, &checking);
    if (result == TB_RELOAD_MADE && checking)
        return;
    next->state = NEXT_MADE;
    if (result != TB_RELOAD_MADE)
        drop(next);
    answer(supervisor, child->token, result, key, tb_bytes_of(next->digest, sizeof next->digest));
}

void supervisor_on_next_resolved(struct supervisor *supervisor, const struct child *child,
                                 int status)
{
    struct next_policy *next = &supervisor->next;
    const struct tb_inner message = {
        .type = TB_INNER_RESOLVE,
        .token = child->token,
        .slot = child->slot,
        .status = WIFEXITED(status) ? WEXITSTATUS(status) : -1,
    };
    if (next->state != NEXT_MADE || next->token != child->reload)
        return; /* given up meanwhile */
    int *grant = &next->grants[child->slot];
    tb_fd_close(grant);
    if (message.status == 0 && tb_fd_seal(child->grant_fd) == 0)
        *grant = fcntl(child->grant_fd, F_DUPFD_CLOEXEC, 0);
    supervisor_tell(supervisor, &message, *grant);
}

/* A slot whose view has no grant of the new policy has none at all from here on, and what is still
 * being resolved against the old one is not wanted any more. */
void supervisor_commit(struct supervisor *supervisor, const struct tb_inner *request)
{
    struct next_policy *next = &supervisor->next;
    if (next->state != NEXT_MADE || next->token != request->token) {
        child_kill_all(&supervisor->children, CHILD_BROKER); /* it is not itself any more */
        return;
    }
    stop_resolvers(supervisor);
    policy_close(&supervisor->policy);
    supervisor->policy = next->policy;
    next->policy = (struct policy){-1, -1};
    for (size_t i = 0; i < TB_SLOTS; i++) {
        tb_fd_close(&supervisor->grants[i]);
        supervisor->grants[i] = next->grants[i];
        supervisor->grant_tokens[i] = 0;
        next->grants[i] = -1;
    }
    next->state = NEXT_NONE;
}

void supervisor_abort(struct supervisor *supervisor, const struct tb_inner *request)
{
    if (supervisor->next.token == request->token)
        give_up(supervisor);
}
