/* What is asked of a hook, in its order. */
#include "broker/hook_calls.h"

#include "base/clock.h"

#include <sodium.h>
#include <stdlib.h>

/* At the process at a time: what is sent cannot be taken back. */
enum { AT_MOST = 8 };
/* The wall clock's grace beside its own, which is of CPU time; and how long it stays unused. */
#define GRACE_NS TB_S_NS
#define LOAD_NS  (2 * TB_S_NS) /* for the text itself, before the first answer */
#define IDLE_NS  (30 * TB_S_NS)

/* ---- one question ---- */

struct tb_question *tb_question_new(struct tb_session *session, struct tb_live_call *call,
                                    enum tb_question_kind kind)
{
    struct tb_question *question = calloc(1, sizeof *question);
    if (!question)
        return NULL;
    question->kind = kind;
    question->id = ++tb_hook_of(session)->last_id;
    question->session = session;
    question->call = call;
    tb_buffer_init(&question->frame, TB_HEADER_SIZE + TB_FRAME_MAX);
    question->at = &call->questions;
    question->next = call->questions;
    if (question->next)
        question->next->at = &question->next;
    call->questions = question;
    return question;
}

static void discharge(struct tb_question *question)
{
    if (question->charged)
        *question->charged -= question->n_charged;
    question->charged = NULL;
}

void tb_question_detach(struct tb_question *question)
{
    discharge(question);
    if (!question->call)
        return;
    *question->at = question->next;
    if (question->next)
        question->next->at = question->at;
    question->call = NULL;
    question->session = NULL;
}

void tb_question_free(struct tb_question *question)
{
    tb_question_detach(question);
    tb_buffer_deinit(&question->frame);
    free(question);
}

/* ---- the queue ---- */

static void add(struct tb_hook *hook, struct tb_question *question)
{
    question->before = hook->last;
    *(hook->last ? &hook->last->behind : &hook->first) = question;
    hook->last = question;
    if (!hook->waiting)
        hook->waiting = question;
}

static void remove_from(struct tb_hook *hook, struct tb_question *question)
{
    if (hook->waiting == question)
        hook->waiting = question->behind;
    *(question->before ? &question->before->behind : &hook->first) = question->behind;
    *(question->behind ? &question->behind->before : &hook->last) = question->before;
    question->before = question->behind = NULL;
}

/* Whether it has been sent. Ids rise along the queue. */
static bool is_at(const struct tb_hook *hook, const struct tb_question *question)
{
    return !hook->waiting || question->id < hook->waiting->id;
}

static void set_deadline(struct tb_hook *hook)
{
    uint64_t now_ns = hook->broker->now_ns;
    if (hook->first)
        hook->deadline_ns =
            now_ns + hook->time_ms * TB_MS_NS + GRACE_NS + (hook->loaded ? 0 : LOAD_NS);
    else
        hook->deadline_ns = hook->n_calls > 0 ? TB_NEVER : now_ns + IDLE_NS;
    if (hook->deadline_ns < hook->broker->next_deadline_ns)
        hook->broker->next_deadline_ns = hook->deadline_ns;
}

/* The frame is made when it is sent: until then the args are kept once, with the parked call. */
static int write_request(struct tb_hook *hook, const struct tb_question *question)
{
    const struct tb_session *session = question->session;
    const struct tb_waiting *waiting = question->call->waiting;
    struct tb_hook_ask ask = {
        .id = question->id,
        .what = TB_HOOK_REQUEST,
        .call = question->call->number,
        .origin = tb_bytes_of_string(session->origin),
        .command = tb_session_command(session, question->call->command)->name,
        .has_raw = waiting->has_raw,
        .raw = tb_waiting_raw(waiting),
    };
    int r = tb_unpack(&hook->broker->unpacker, &tb_scan_peer, tb_waiting_args(waiting), &ask.value);
    if (r != TB_OK)
        return r;
    r = tb_hook_ask_write(&hook->link.out, &ask);
    if (r == TB_OK) {
        question->call->hook_token = hook->token;
        hook->n_calls++;
    }
    return r;
}

static int write_question(struct tb_hook *hook, struct tb_question *question)
{
    if (question->kind == TB_QUESTION_REQUEST)
        return write_request(hook, question);
    if (!tb_buffer_take(&hook->link.out, &question->frame))
        return TB_FULL;
    tb_buffer_deinit(&question->frame);
    if (question->kind == TB_QUESTION_REPLY || question->kind == TB_QUESTION_ERROR)
        question->call->hook_told = true; /* and forgets the args by itself */
    return TB_OK;
}

/* False: there is no memory for it now. */
static bool send_next(struct tb_hook *hook)
{
    struct tb_question *question = hook->waiting;
    int r = write_question(hook, question);
    if (r == TB_TOO_LARGE) {
        tb_dispatch_refuse_call(question->session, question->call, TB_CODE_TOO_LARGE,
                                "with what the hook is told beside it the call is too large", 0);
        return true;
    }
    if (r != TB_OK)
        return false;
    hook->waiting = question->behind;
    hook->n_at++;
    tb_flush_mark(hook->broker, &hook->link);
    return true;
}

static void go_on(struct tb_hook *hook)
{
    while (hook->state == TB_HOOK_RUNNING && hook->waiting && hook->n_at < AT_MOST &&
           send_next(hook)) {
    }
}

/* Another question is the first now, or there is none. */
void tb_hook_go_on(struct tb_hook *hook)
{
    if (hook->state != TB_HOOK_RUNNING)
        return;
    go_on(hook);
    set_deadline(hook);
}

bool tb_hook_ask(struct tb_question *question)
{
    struct tb_session *session = question->session;
    struct tb_hook *hook = tb_hook_of(session);
    tb_hook_regranted(session); /* it may be of an earlier document's */
    if (!question->call) {      /* answering those at it has ended the session */
        tb_question_free(question);
        return true;
    }
    if (hook->state == TB_HOOK_IDLE && tb_hook_start(hook, session) != TB_OK) {
        tb_question_free(question);
        return false;
    }
    bool was_empty = !hook->first;
    add(hook, question);
    go_on(hook);
    if (was_empty && hook->state == TB_HOOK_RUNNING)
        set_deadline(hook);
    return true;
}

struct tb_question *tb_hook_take_first(struct tb_hook *hook)
{
    struct tb_question *question = hook->first;
    tb_assert(question && hook->n_at > 0);
    remove_from(hook, question);
    hook->n_at--;
    hook->loaded = true;
    return question;
}

void tb_hook_drop_first(struct tb_hook *hook)
{
    struct tb_question *question = hook->first;
    remove_from(hook, question);
    tb_question_free(question);
}

/* ---- the end of a call ---- */

static void forget_args(struct tb_hook *hook, const struct tb_live_call *call)
{
    const struct tb_hook_ask forget = {
        .id = ++hook->last_id, .what = TB_HOOK_FORGET, .call = call->number};
    hook->n_calls--;
    if (!call->hook_told && tb_hook_ask_write(&hook->link.out, &forget) == TB_OK)
        tb_flush_mark(hook->broker, &hook->link);
    if (!hook->first)
        set_deadline(hook);
}

void tb_hook_forget(struct tb_live_call *call, struct tb_session *session)
{
    struct tb_hook *hook = tb_hook_of(session);
    while (call->questions) {
        struct tb_question *question = call->questions;
        bool sent = is_at(hook, question);
        tb_question_detach(question);
        if (sent)
            continue;
        remove_from(hook, question);
        tb_question_free(question);
    }
    if (call->hook_token != 0 && call->hook_token == hook->token)
        forget_args(hook, call);
    call->hook_token = 0;
}

void tb_hook_deadline(struct tb_hook *hook)
{
    struct tb_broker *broker = hook->broker;
    if (hook->state == TB_HOOK_IDLE)
        return;
    if (broker->now_ns < hook->deadline_ns) {
        if (hook->deadline_ns < broker->next_deadline_ns)
            broker->next_deadline_ns = hook->deadline_ns;
    } else if (!hook->first) {
        tb_hook_stop(hook);
    } else if (hook->link.paused) { /* it may have answered */
        set_deadline(hook);
    } else {
        tb_hook_ended(hook, hook->state == TB_HOOK_STARTING ? "it was not started in time"
                                                            : "it did not answer in time");
    }
}
