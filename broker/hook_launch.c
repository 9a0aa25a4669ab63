/* Processes that run hooks come and go: started when they are first asked, answered for when they
 * die, stopped when nothing is asked of them any more. */
#include "broker/hook_calls.h"

#include "base/clock.h"
#include "base/fd.h"

#include <sodium.h>

/* Its text, what is at it at a time, and that calls are over, of which it is told one by one. */
enum { OUT_MAX = 16 * 1024 * 1024 };
/* The next call starts a new one. */
enum { RETRY_MS = 1 };

struct tb_hook *tb_hook_of(const struct tb_session *session)
{
    return &session->broker->views.slots[session->slot].hook;
}

static void add_string(crypto_generichash_state *state, struct tb_bytes string)
{
    uint64_t n = string.n;
    crypto_generichash_update(state, (const uint8_t *)&n, sizeof n);
    crypto_generichash_update(state, string.data, string.n);
}

void tb_hook_id(const struct tb_grant *grant, uint8_t ret_id[static TB_DIGEST_SIZE])
{
    const struct tb_grant_hook *hook = &grant->hook;
    crypto_generichash_state state;
    memset(ret_id, 0, TB_DIGEST_SIZE);
    if (!grant->has_hook)
        return;
    crypto_generichash_init(&state, NULL, 0, TB_DIGEST_SIZE);
    add_string(&state, hook->file);
    add_string(&state, hook->text);
    crypto_generichash_update(&state, (const uint8_t *)&hook->time_ms, sizeof hook->time_ms);
    crypto_generichash_update(&state, (const uint8_t *)&hook->memory_mib, sizeof hook->memory_mib);
    crypto_generichash_final(&state, ret_id, TB_DIGEST_SIZE);
}

static struct tb_session *session_of(const struct tb_hook *hook)
{
    return hook->broker->views.slots[hook->slot].session;
}

static void record(const struct tb_hook *hook, enum tb_event event, enum tb_code code,
                   const char *reason)
{
    struct tb_record record = {
        .event = event,
        .verdict = code == TB_CODE_NONE ? TB_ALLOW : TB_DENY,
        .code = code,
        .view = tb_bytes_of_string(hook->broker->views.slots[hook->slot].label),
        .plugin = tb_bytes_of_string("hook"),
        .reason = tb_bytes_of_string(reason),
    };
    (void)tb_flush_record(hook->broker, session_of(hook), &record);
}

/* ---- starting ---- */

static int write_init(struct tb_hook *hook, const struct tb_session *session)
{
    const struct tb_grant_hook *granted = &session->grant->hook;
    const struct tb_hook_init init = {
        .view = tb_bytes_of_string(session->label),
        .file = granted->file,
        .time_ms = granted->time_ms,
        .memory_mib = granted->memory_mib,
        .text = granted->text,
    };
    return tb_hook_init_write(&hook->link.out, &init);
}

static void limit_start(struct tb_hook *hook)
{
    hook->deadline_ns = hook->broker->now_ns + TB_HOOK_START_S * TB_S_NS;
    if (hook->deadline_ns < hook->broker->next_deadline_ns)
        hook->broker->next_deadline_ns = hook->deadline_ns;
}

int tb_hook_start(struct tb_hook *hook, struct tb_session *session)
{
    struct tb_broker *broker = session->broker;
    if (!session->grant->has_hook || tb_back_off_wait_ms(&hook->back_off, broker->now_ns) > 0)
        return TB_FULL;
    hook->broker = broker;
    hook->slot = session->slot;
    hook->token = ++broker->last_token;
    hook->time_ms = session->grant->hook.time_ms;
    hook->loaded = false;
    hook->back_off.started_ns = broker->now_ns;
    memcpy(hook->id, session->hook_id, sizeof hook->id);
    tb_link_init(&hook->link, &broker->loop, TB_SIDE_BROKER_HOOK, OUT_MAX);
    const struct tb_inner start = {.type = TB_INNER_HOOK, .token = hook->token, .slot = hook->slot};
    if (write_init(hook, session) != TB_OK || tb_supervise_send(broker, &start) != TB_OK) {
        tb_link_deinit(&hook->link);
        hook->token = 0;
        return TB_FULL;
    }
    hook->state = TB_HOOK_STARTING;
    limit_start(hook);
    return TB_OK;
}

void tb_hook_started(struct tb_hook *hook, int32_t status, int fd)
{
    if (status != 0 || fd < 0) {
        tb_fd_close(&fd);
        tb_hook_ended(hook, "it could not be started");
        return;
    }
    hook->state = TB_HOOK_RUNNING;
    if (tb_link_attach(&hook->link, fd, tb_hook_frames_ready, hook) < 0) {
        tb_hook_ended(hook, "its link cannot be polled");
        return;
    }
    record(hook, TB_EVENT_PLUGIN, TB_CODE_NONE, "started");
    tb_flush_mark(hook->broker, &hook->link);
    tb_hook_go_on(hook);
}

/* ---- ending ---- */

static void part_with(struct tb_hook *hook)
{
    struct tb_broker *broker = hook->broker;
    if (hook->link.paused)
        tb_flush_unpause(broker, &hook->link);
    tb_flush_unmark(broker, &hook->link);
    tb_link_deinit(&hook->link);
    hook->link.source.armed = 0;
    hook->state = TB_HOOK_IDLE;
    hook->token = 0;
    hook->n_at = 0;
    hook->n_calls = 0;
    hook->waiting = hook->first; /* what was at it is nobody's to answer */
    hook->deadline_ns = TB_NEVER;
}

/* It may be in a loop, and then the end of its link is nothing to it: the supervisor kills it. */
void tb_hook_stop(struct tb_hook *hook)
{
    const struct tb_inner stop = {.type = TB_INNER_STOP, .token = hook->token};
    if (hook->state == TB_HOOK_IDLE)
        return;
    part_with(hook);
    while (hook->first && !hook->first->call) /* nobody waits for it */
        tb_hook_drop_first(hook);
    tb_supervise_insist(hook->broker, &stop);
}

static void deny_asked(struct tb_hook *hook, const struct tb_denial *denial)
{
    while (hook->first) {
        struct tb_question *question = hook->first;
        if (question->call)
            tb_hook_deny_call(question->session, question->call,
                              denial); /* and the question goes */
        else
            tb_hook_drop_first(hook);
    }
}

static void deny_known(struct tb_session *session, uint32_t token, const struct tb_denial *denial)
{
    for (uint32_t i = 0; session && session->calls.slots && i < TB_SESSION_CALLS; i++) {
        struct tb_live_call *call = &session->calls.slots[i];
        if (session->state == TB_SESSION_OPEN && call->used && !call->answered &&
            call->hook_token == token)
            tb_hook_deny_call(session, call, denial);
    }
}

static void end(struct tb_hook *hook, const struct tb_denial *denial)
{
    struct tb_session *session = session_of(hook);
    uint32_t token = hook->token;
    tb_hook_stop(hook);
    deny_asked(hook, denial);
    deny_known(session, token, denial);
}

void tb_hook_ended(struct tb_hook *hook, const char *cause)
{
    struct tb_broker *broker = hook->broker;
    const char *what = cause ? cause : "its process ended";
    if (hook->state == TB_HOOK_IDLE)
        return;
    record(hook, cause ? TB_EVENT_VIOLATION : TB_EVENT_PLUGIN,
           cause ? TB_CODE_VIOLATION : TB_CODE_PLUGIN_CRASHED, what);
    tb_control_alert_often(broker, broker->views.slots[hook->slot].label, "hook", what);
    tb_back_off_died(&hook->back_off, broker->now_ns);
    const struct tb_denial denial = {
        .code = TB_CODE_HOOK,
        .message = TB_HOOK_DENIED,
        .retry_ms = tb_back_off_wait_ms(&hook->back_off, broker->now_ns),
        .reason = tb_bytes_of_string(what),
    };
    end(hook, &denial);
}

void tb_hook_regranted(struct tb_session *session)
{
    struct tb_hook *hook = tb_hook_of(session);
    static const struct tb_denial denial = {
        .code = TB_CODE_CANCELLED,
        .message = "a reload changed the app's hook, and stopped it",
        .retry_ms = RETRY_MS,
    };
    if (hook->state == TB_HOOK_IDLE || memcmp(hook->id, session->hook_id, sizeof hook->id) == 0)
        return;
    record(hook, TB_EVENT_PLUGIN, TB_CODE_NONE, "stopped by a reload");
    end(hook, &denial);
}
