/* Sessions come and go: OPEN, the grant, HELLO's time limit, the ends that a session can have, and
 * violations. */
#include "broker/hook_calls.h"

#include "base/clock.h"
#include "base/fd.h"

#include <stdlib.h>

static void refuse_open(struct tb_broker *broker, const struct tb_open *open, enum tb_code code,
                        const char *message)
{
    struct tb_record record = {
        .event = TB_EVENT_OPEN,
        .verdict = TB_DENY,
        .code = code,
        .view = open->view,
        .origin = open->origin,
        .reason = tb_bytes_of_string(message),
    };
    const struct tb_opened opened = {
        .id = open->id, .code = code, .message = tb_bytes_of_string(message)};
    (void)tb_flush_record(broker, NULL, &record);
    tb_control_opened(broker, &opened);
}

/* Neither the grant nor, once it is there, HELLO may take longer. */
static void limit_time(struct tb_broker *broker, struct tb_session *session)
{
    session->next_deadline_ns = broker->now_ns + TB_HELLO_S * TB_S_NS;
    if (session->next_deadline_ns < broker->next_deadline_ns)
        broker->next_deadline_ns = session->next_deadline_ns;
}

int tb_broker_resolve(struct tb_broker *broker, struct tb_session *session)
{
    session->token = ++broker->last_token;
    const struct tb_inner resolve = {
        .type = TB_INNER_RESOLVE,
        .token = session->token,
        .slot = session->slot,
        .index = TB_RESOLVE_CURRENT,
        .view = tb_bytes_of_string(session->label),
        .webview = tb_bytes_of_string(session->webview),
        .origin = tb_bytes_of_string(session->origin),
    };
    limit_time(broker, session);
    return tb_supervise_send(broker, &resolve);
}

/* TB_OK: the session waits for its grant. It owns the descriptor from the start. */
static int begin(struct tb_broker *broker, struct tb_view *view, const struct tb_open *open, int fd)
{
    struct tb_session *session = tb_session_new(&broker->loop, open);
    if (!session) {
        tb_fd_close(&fd);
        return TB_FULL;
    }
    session->broker = broker;
    session->slot = tb_views_slot(&broker->views, view);
    session->link.source.fd = fd; /* not read from before the grant is there */
    tb_limits_forget(&view->limits, broker->now_ns);
    limit_time(broker, session);
    if (!tb_reload_holds(&broker->reload) && tb_broker_resolve(broker, session) != TB_OK) {
        tb_session_free(session);
        return TB_FULL;
    }
    view->session = session;
    return TB_OK;
}

void tb_broker_open(struct tb_broker *broker, const struct tb_open *open, int fd)
{
    struct tb_view *view = tb_views_get(&broker->views, open->view, broker->now_ns);
    if (view && view->session)
        tb_broker_close(broker, view->session, TB_CLOSE_SHUT, "replaced by a new document");
    if (!view || view->locked_out) {
        tb_fd_close(&fd);
        refuse_open(broker, open, view ? TB_CODE_VIOLATION : TB_CODE_LIMIT,
                    view ? "locked three times within a minute; reset the view first"
                         : "too many views");
        return;
    }
    if (begin(broker, view, open, fd) != TB_OK)
        refuse_open(broker, open, TB_CODE_LIMIT, "the supervisor does not keep up");
}

static void record_open(struct tb_broker *broker, const struct tb_session *session)
{
    char reason[64];
    (void)snprintf(reason, sizeof reason, "%s link, document %llu, %u commands",
                   session->mode == TB_MODE_DIRECT ? "direct" : "relay",
                   (unsigned long long)session->document, session->n_commands);
    struct tb_record record = {
        .event = TB_EVENT_OPEN, .verdict = TB_ALLOW, .reason = tb_bytes_of_string(reason)};
    (void)tb_flush_record(broker, session, &record);
}

static void tell_opened(struct tb_broker *broker, const struct tb_session *session)
{
    uint8_t bootstrap[TB_BOOTSTRAP_MAX];
    struct tb_opened opened = {
        .id = session->open_id,
        .session = tb_bytes_of_string(session->id_hex),
    };
    if (session->mode == TB_MODE_RELAY)
        opened.bootstrap =
            tb_bytes_of(bootstrap, tb_bootstrap_write(&session->bootstrap, bootstrap));
    tb_control_opened(broker, &opened);
}

/* From here on the link is read, and HELLO has its time. 0, or the grant or the link cannot be
 * used. */
static int start(struct tb_broker *broker, struct tb_session *session, struct tb_grant *grant)
{
    int r = tb_session_grant(session, grant, &broker->random);
    if (r == 0 && session->mode == TB_MODE_DIRECT)
        r = tb_session_write_boot(session);
    int fd = session->link.source.fd;
    if (r == 0)
        r = tb_link_attach(&session->link, fd, tb_route_view_ready, session);
    if (r != 0)
        return r;
    session->state = TB_SESSION_HELLO;
    limit_time(broker, session);
    tb_flush_mark(broker, &session->link);
    return 0;
}

void tb_broker_granted(struct tb_broker *broker, struct tb_session *session, int32_t status,
                       int grant_fd)
{
    struct tb_grant *grant = NULL;
    if (status != 0 || grant_fd < 0 || tb_grant_read(grant_fd, &grant) != TB_OK) {
        tb_fd_close(&grant_fd);
        tb_broker_refuse(broker, session, TB_CODE_DENIED, "policy gives no grant for this view");
        return;
    }
    tb_fd_close(&grant_fd);
    if (start(broker, session, grant) != 0) {
        tb_broker_refuse(broker, session, TB_CODE_INVALID_ARGS, "the view link is no socket");
        return;
    }
    record_open(broker, session);
    tell_opened(broker, session);
}

/* It was never dispatched. */
static void end_parked(struct tb_session *session, struct tb_live_call *call)
{
    static const struct tb_denial denial = {.code = TB_CODE_SESSION_CLOSED,
                                            .message = "the session ended while the call waited"};
    const struct tb_call no_message = {0};
    struct tb_request request = tb_request_of(session, call, &no_message);
    (void)tb_dispatch_record(&request, (struct tb_bytes){0}, &denial);
    tb_session_free_call(session, call);
}

/* The endpoint hears nothing more, but the log says how each of its calls ended. */
static void end_calls(struct tb_broker *broker, struct tb_session *session)
{
    for (uint32_t i = 0; session->calls.slots && i < TB_SESSION_CALLS; i++) {
        struct tb_live_call *call = &session->calls.slots[i];
        if (call->used) {
            tb_hook_forget(call, session);
            tb_secret_forget(session, call);
        }
        if (call->used && call->waiting) {
            end_parked(session, call);
            continue;
        }
        if (!call->used || call->answered || call->ref == 0)
            continue;
        struct tb_record record = {
            .event = TB_EVENT_DONE,
            .verdict = TB_DENY,
            .code = TB_CODE_SESSION_CLOSED,
            .ref = call->ref,
            .dur_ns = broker->now_ns - call->start_ns,
            .n_in = call->n_in + call->stream.n_in,
            .n_out = call->n_out,
            .command = tb_session_command(session, call->command)->name,
        };
        (void)tb_flush_record(broker, session, &record);
    }
}

static void end(struct tb_broker *broker, struct tb_session *session, enum tb_close code,
                const char *reason)
{
    bool granted = session->grant != NULL;
    session->state = TB_SESSION_CLOSED;
    tb_graft_close(broker, session);
    for (uint32_t i = 0; i < session->n_plugins; i++)
        tb_launch_stop(broker, &session->plugins[i]);
    end_calls(broker, session);
    struct tb_record record = {
        .event = TB_EVENT_CLOSE,
        .verdict = code == TB_CLOSE_VIOLATION ? TB_DENY : TB_ALLOW,
        .code = code == TB_CLOSE_VIOLATION ? TB_CODE_VIOLATION : TB_CODE_NONE,
        .reason = tb_bytes_of_string(reason),
    };
    (void)tb_flush_record(broker, session, &record);

    /* CLOSE goes out if the kernel takes it now; an endpoint that does not read finds the end of
     * the link. */
    tb_flush_unmark(broker, &session->link);
    if (tb_close_write(&session->link.out, (uint32_t)code) == TB_OK)
        tb_flush_last(broker, &session->link);
    if (session->link.paused)
        tb_flush_unpause(broker, &session->link);
    tb_loop_remove(&broker->loop, &session->link.source);
    tb_fd_close(&session->link.source.fd);

    const struct tb_inner drop = {.type = TB_INNER_DROP, .slot = session->slot};
    (void)tb_supervise_send(broker, &drop);
    broker->views.slots[session->slot].session = NULL;
    session->next_closed = broker->closed;
    broker->closed = session;
    if (granted)
        tb_control_alert(broker, session->label, code == TB_CLOSE_VIOLATION ? "locked" : "closed",
                         reason);
}

static void refuse(struct tb_broker *broker, const struct tb_session *session, enum tb_code code,
                   const char *message)
{
    const struct tb_open open = {
        .id = session->open_id,
        .view = tb_bytes_of_string(session->label),
        .origin = tb_bytes_of_string(session->origin),
    };
    refuse_open(broker, &open, code, message);
}

void tb_broker_refuse(struct tb_broker *broker, struct tb_session *session, enum tb_code code,
                      const char *message)
{
    refuse(broker, session, code, message);
    end(broker, session, TB_CLOSE_UNAVAILABLE, message);
}

/* An OPEN that ends before its grant is there has had no answer yet. */
void tb_broker_close(struct tb_broker *broker, struct tb_session *session, enum tb_close code,
                     const char *reason)
{
    if (session->state == TB_SESSION_CLOSED)
        return;
    if (session->state == TB_SESSION_RESOLVING)
        refuse(broker, session, TB_CODE_SESSION_CLOSED, reason);
    end(broker, session, code, reason);
}

void tb_broker_free_closed(struct tb_broker *broker)
{
    while (broker->closed) {
        struct tb_session *session = broker->closed;
        broker->closed = session->next_closed;
        tb_session_free(session);
    }
}

static void check_deadlines(struct tb_broker *broker, struct tb_session *session)
{
    if (session->next_deadline_ns > broker->now_ns)
        return;
    if (session->state == TB_SESSION_RESOLVING)
        tb_broker_granted(broker, session, -1, -1);
    else if (session->state == TB_SESSION_HELLO)
        tb_broker_close(broker, session, TB_CLOSE_TIMEOUT, "no HELLO within 10 s");
    else if (session->state == TB_SESSION_OPEN)
        tb_answer_late(broker, session);
}

void tb_broker_deadlines(struct tb_broker *broker)
{
    if (broker->next_deadline_ns > broker->now_ns)
        return;
    broker->next_deadline_ns = TB_NEVER;
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        tb_hook_deadline(&broker->views.slots[i].hook);
        if (session)
            check_deadlines(broker, session);
        if (session && session->state != TB_SESSION_CLOSED &&
            session->next_deadline_ns < broker->next_deadline_ns)
            broker->next_deadline_ns = session->next_deadline_ns;
    }
    tb_reload_deadline(broker);
}

void tb_broker_lock(struct tb_broker *broker, struct tb_session *session, const char *cause)
{
    struct tb_view *view = &broker->views.slots[session->slot];
    tb_view_lock(view, broker->now_ns);
    tb_broker_close(broker, session, TB_CLOSE_VIOLATION, cause);
    if (broker->settings.violations == TB_ON_VIOLATION_EXIT) {
        broker->ending = true;
        broker->exit_status = 1;
    }
}

void tb_broker_violation(struct tb_broker *broker, struct tb_session *session, bool framing,
                         const char *cause)
{
    struct tb_view *view = &broker->views.slots[session->slot];
    struct tb_record record = {
        .event = TB_EVENT_VIOLATION,
        .verdict = TB_DENY,
        .code = TB_CODE_VIOLATION,
        .reason = tb_bytes_of_string(cause),
    };
    view->n_violations++;
    (void)tb_flush_record(broker, session, &record);
    if (broker->settings.violations == TB_ON_VIOLATION_DENY && !framing) {
        tb_control_alert_often(broker, session->label, "violation", cause);
        return;
    }
    tb_broker_lock(broker, session, cause);
}
