/* How a reload goes: broker/reload.h says what it is, regrant.c what becomes of one session. */
#include "broker/hook_calls.h"

#include "base/clock.h"
#include "base/fd.h"
#include "proto/plugin.h"

static struct tb_bytes view_of(const struct tb_session *session)
{
    return tb_bytes_of_string(session->label);
}

/* Those that a reload has a grant to make for. */
static bool has_grant(const struct tb_session *session)
{
    return session && (session->state == TB_SESSION_HELLO || session->state == TB_SESSION_OPEN);
}

static void record(struct tb_broker *broker, enum tb_code code, const char *reason)
{
    struct tb_reload *reload = &broker->reload;
    struct tb_record record = {
        .event = TB_EVENT_RELOAD,
        .verdict = code == TB_CODE_NONE ? TB_ALLOW : TB_DENY,
        .code = code,
        .n_in = reload->n_unlogged,
        .reason = tb_bytes_of_string(reason),
    };
    reload->n_unlogged = 0;
    (void)tb_flush_record(broker, NULL, &record);
}

/* The digest in force, and the one that would be where it is known. */
static void digests(const struct tb_broker *broker, bool known, char *text, size_t size)
{
    char before[TB_DIGEST_TEXT + 1];
    char after[TB_DIGEST_TEXT + 1] = "";
    tb_hex(broker->settings.digest, TB_DIGEST_SIZE, before);
    if (known)
        tb_hex(broker->reload.digest, TB_DIGEST_SIZE, after);
    (void)snprintf(text, size, "%s%s%s", before, known ? " -> " : "", after);
}

static void tell_refused(struct tb_broker *broker, uint32_t id, enum tb_code code,
                         const char *message)
{
    const struct tb_reloaded reloaded = {
        .id = id, .code = code, .message = tb_bytes_of_string(message)};
    tb_control_reloaded(broker, &reloaded);
}

static void refuse(struct tb_broker *broker, uint32_t id, enum tb_code code, bool known,
                   const char *message)
{
    char both[2 * TB_DIGEST_TEXT + 8];
    char reason[sizeof both + TB_ERROR_MESSAGE_MAX];
    digests(broker, known, both, sizeof both);
    (void)snprintf(reason, sizeof reason, "%s: %s", both, message);
    record(broker, code, reason);
    tell_refused(broker, id, code, message);
}

/* ---- the end ---- */

/* Those that waited for the end, and those whose grant was being made of what is not in force any
 * more. */
static void release(struct tb_broker *broker)
{
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (session && session->state == TB_SESSION_RESOLVING &&
            tb_broker_resolve(broker, session) != TB_OK)
            tb_broker_refuse(broker, session, TB_CODE_LIMIT, "the supervisor does not keep up");
    }
}

static void give_up(struct tb_broker *broker, enum tb_code code, const char *message)
{
    struct tb_reload *reload = &broker->reload;
    const struct tb_inner abort = {.type = TB_INNER_ABORT, .token = reload->token};
    bool held = tb_reload_holds(reload);
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (!session || !session->next_grant)
            continue;
        tb_grant_free(session->next_grant);
        session->next_grant = NULL;
    }
    /* If the supervisor does not take it now, the next RELOAD says the same. */
    (void)tb_supervise_send(broker, &abort);
    reload->state = TB_RELOAD_IDLE;
    refuse(broker, reload->id, code, held, message);
    if (held)
        release(broker);
}

/* ---- the new policy in force ---- */

static void end_revoked_calls(struct tb_broker *broker, struct tb_session *session)
{
    for (uint32_t i = 0; i < TB_SESSION_CALLS && session->state == TB_SESSION_OPEN; i++) {
        struct tb_live_call *call = &session->calls.slots[i];
        const struct tb_grant_command *granted =
            call->used ? tb_session_command(session, call->command)->granted : NULL;
        if (call->waiting)
            tb_waiting_regranted(call->waiting, granted);
        if (!call->used || call->answered || granted)
            continue;
        tb_answer_give_up(broker, session, call, TB_CODE_DENIED, "revoked by reload", 0);
    }
}

static void regrant(struct tb_broker *broker, struct tb_session *session)
{
    tb_session_regrant(session);
    end_revoked_calls(broker, session);
    tb_hook_regranted(session);
    tb_ask_regranted(session);
    for (uint32_t i = 0; i < session->n_plugins && session->state != TB_SESSION_CLOSED; i++)
        if (session->plugins[i].stale)
            tb_launch_replace(broker, &session->plugins[i]);
}

static void record_done(struct tb_broker *broker)
{
    char both[2 * TB_DIGEST_TEXT + 8];
    char after[TB_DIGEST_TEXT + 1];
    digests(broker, true, both, sizeof both);
    record(broker, TB_CODE_NONE, both);
    tb_hex(broker->reload.digest, TB_DIGEST_SIZE, after);
    struct tb_record policy = {
        .event = TB_EVENT_POLICY,
        .verdict = TB_ALLOW,
        .reason = tb_bytes_of(after, TB_DIGEST_TEXT),
    };
    (void)tb_flush_record(broker, NULL, &policy);
}

static void tell_done(struct tb_broker *broker)
{
    char before[TB_DIGEST_TEXT + 1];
    char after[TB_DIGEST_TEXT + 1];
    tb_hex(broker->settings.digest, TB_DIGEST_SIZE, before);
    tb_hex(broker->reload.digest, TB_DIGEST_SIZE, after);
    const struct tb_reloaded reloaded = {
        .id = broker->reload.id,
        .before = tb_bytes_of(before, TB_DIGEST_TEXT),
        .after = tb_bytes_of(after, TB_DIGEST_TEXT),
    };
    tb_control_reloaded(broker, &reloaded);
}

/* COMMIT goes first: what is asked of the supervisor behind it is judged by the new policy, and a
 * supervisor that does not take it leaves everything as it was. */
static void commit(struct tb_broker *broker)
{
    struct tb_reload *reload = &broker->reload;
    const struct tb_inner message = {.type = TB_INNER_COMMIT, .token = reload->token};
    if (!tb_audit_available(&broker->audit)) {
        give_up(broker, TB_CODE_AUDIT_UNAVAILABLE, "the audit log cannot be written");
        return;
    }
    if (tb_supervise_send(broker, &message) != TB_OK) {
        give_up(broker, TB_CODE_LIMIT, "the supervisor does not keep up");
        return;
    }
    reload->state = TB_RELOAD_IDLE;
    record_done(broker);
    for (size_t i = 0; i < TB_SLOTS; i++)
        if (has_grant(broker->views.slots[i].session))
            regrant(broker, broker->views.slots[i].session);
    tell_done(broker);
    memcpy(broker->settings.digest, reload->digest, TB_DIGEST_SIZE);
    release(broker);
}

/* ---- one grant after the other ---- */

static void resolve_next(struct tb_broker *broker)
{
    struct tb_reload *reload = &broker->reload;
    while (reload->slot < TB_SLOTS && !has_grant(broker->views.slots[reload->slot].session))
        reload->slot++;
    if (reload->slot == TB_SLOTS) {
        commit(broker);
        return;
    }
    const struct tb_session *session = broker->views.slots[reload->slot].session;
    reload->resolve_token = ++broker->last_token;
    const struct tb_inner resolve = {
        .type = TB_INNER_RESOLVE,
        .token = reload->resolve_token,
        .slot = reload->slot,
        .index = TB_RESOLVE_NEXT,
        .view = view_of(session),
        .webview = tb_bytes_of_string(session->webview),
        .origin = tb_bytes_of_string(session->origin),
    };
    if (tb_supervise_send(broker, &resolve) != TB_OK)
        give_up(broker, TB_CODE_LIMIT, "the supervisor does not keep up");
}

static bool fits(const struct tb_broker *broker, const struct tb_grant *grant)
{
    return memcmp(grant->digest, broker->reload.digest, TB_DIGEST_SIZE) == 0;
}

void tb_reload_resolved(struct tb_broker *broker, int32_t status, int grant_fd)
{
    struct tb_session *session = broker->views.slots[broker->reload.slot].session;
    struct tb_grant *grant = NULL;
    tb_fd fd = grant_fd;
    if (has_grant(session) &&
        (status != 0 || fd < 0 || tb_grant_read(fd, &grant) != TB_OK || !fits(broker, grant))) {
        char message[64 + TB_LABEL_MAX];
        tb_grant_free(grant);
        (void)snprintf(message, sizeof message, "the new policy gives no grant for the view %s",
                       session->label);
        give_up(broker, TB_CODE_DENIED, message);
        return;
    }
    if (has_grant(session)) /* else it ended meanwhile */
        session->next_grant = grant;
    broker->reload.slot++;
    resolve_next(broker);
}

/* ---- the beginning ---- */

static void hold_opens(struct tb_broker *broker)
{
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (session && session->state == TB_SESSION_RESOLVING)
            session->token = 0; /* the answer that is under way is not wanted any more */
    }
}

void tb_reload_made(struct tb_broker *broker, const struct tb_inner *message)
{
    struct tb_reload *reload = &broker->reload;
    char text[64 + TB_LABEL_MAX];
    switch ((enum tb_inner_reload)message->status) {
    case TB_RELOAD_MADE:
        if (message->webview.n != TB_DIGEST_SIZE)
            break;
        memcpy(reload->digest, message->webview.data, TB_DIGEST_SIZE);
        reload->state = TB_RELOAD_RESOLVING;
        reload->slot = 0;
        hold_opens(broker);
        resolve_next(broker);
        return;
    case TB_RELOAD_FILES:
        give_up(broker, TB_CODE_INVALID_ARGS,
                "the app's files are wrong; standard error says what and where");
        return;
    case TB_RELOAD_RESTART:
        (void)snprintf(text, sizeof text, "%.*s differs from what runs: that needs a restart",
                       message->view.n < TB_LABEL_MAX ? (int)message->view.n : TB_LABEL_MAX,
                       (const char *)message->view.data);
        give_up(broker, TB_CODE_DENIED, text);
        return;
    case TB_RELOAD_LIMIT:
        give_up(broker, TB_CODE_LIMIT, "the supervisor takes no reload now");
        return;
    case TB_RELOAD_FAILED:
    case TB_N_RELOADS:
        break;
    }
    give_up(broker, TB_CODE_IO, "the policy compiler could not be run, or died");
}

/* A flood of them must fill neither the log nor the machine. */
static bool within_rate(struct tb_broker *broker)
{
    struct tb_reload *reload = &broker->reload;
    if (broker->now_ns - reload->window_ns >= TB_S_NS) {
        reload->window_ns = broker->now_ns;
        reload->n_in_window = 0;
    }
    return ++reload->n_in_window <= TB_RELOADS_PER_S;
}

static int start(struct tb_broker *broker, uint32_t id)
{
    struct tb_reload *reload = &broker->reload;
    const struct tb_inner message = {.type = TB_INNER_RELOAD, .token = ++broker->last_token};
    if (tb_supervise_send(broker, &message) != TB_OK)
        return TB_FULL;
    reload->state = TB_RELOAD_COMPILING;
    reload->id = id;
    reload->token = message.token;
    reload->deadline_ns = broker->now_ns + TB_RELOAD_S * TB_S_NS;
    if (reload->deadline_ns < broker->next_deadline_ns)
        broker->next_deadline_ns = reload->deadline_ns;
    return TB_OK;
}

void tb_reload_begin(struct tb_broker *broker, uint32_t id)
{
    if (!within_rate(broker)) {
        broker->reload.n_unlogged++;
        tell_refused(broker, id, TB_CODE_LIMIT, "more than 10 reloads in a second");
        return;
    }
    if (broker->reload.state != TB_RELOAD_IDLE)
        refuse(broker, id, TB_CODE_LIMIT, false, "another reload is under way");
    else if (!tb_audit_available(&broker->audit))
        refuse(broker, id, TB_CODE_AUDIT_UNAVAILABLE, false, "the audit log cannot be written");
    else if (start(broker, id) != TB_OK)
        refuse(broker, id, TB_CODE_LIMIT, false, "the supervisor does not keep up");
}

void tb_reload_deadline(struct tb_broker *broker)
{
    const struct tb_reload *reload = &broker->reload;
    if (reload->state == TB_RELOAD_IDLE)
        return;
    if (reload->deadline_ns <= broker->now_ns)
        give_up(broker, TB_CODE_TIMEOUT, "the reload was not done within 30 s");
    else if (reload->deadline_ns < broker->next_deadline_ns)
        broker->next_deadline_ns = reload->deadline_ns;
}
