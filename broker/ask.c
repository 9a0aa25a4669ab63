/*
 * Asking a person about a call. It is parked, and gives its slot back as a stream does; of the
 * parked ones of a session one is shown at a time. What is shown are the bytes that are kept and
 * that go on after a yes (of a private command without its secrets), and the answer counts for them
 * alone, once. It decides nothing but whether the call goes on: what else has to be so of it is
 * looked at again then.
 *
 * A prompt belongs to its parked call and goes when that does, whatever ends it. Prompts are shown,
 * and those that need none any more decided, once in a round (tb_ask_turn): nothing here is
 * entered from within itself.
 */
#include "broker/ask.h"
#include "broker/private.h"
#include "broker/waiting.h"

#include "base/clock.h"
#include "proto/ask.h"

#include <stdlib.h>

static const char said_no[] = "a person said no";

static struct tb_view *view_of(const struct tb_session *session)
{
    return &session->broker->views.slots[session->slot];
}

static uint8_t *key_of(const struct tb_live_call *call)
{
    return call->waiting->prompt->key;
}

static void record(const struct tb_session *session, const struct tb_prompt *prompt,
                   enum tb_verdict verdict, const char *reason)
{
    const struct tb_waiting *waiting = prompt->call->waiting;
    const struct tb_named *command = tb_session_command(session, waiting->call->command);
    tb_cleanup(tb_buffer_deinit) struct tb_buffer space;
    struct tb_record record = {
        .event = TB_EVENT_ASK,
        .verdict = verdict,
        .code = verdict == TB_ALLOW ? TB_CODE_NONE : TB_CODE_ASK_DENIED,
        .n_in = waiting->call->n_in,
        .command = command->name,
        .rule = waiting->rule,
        .reason = tb_bytes_of_string(reason),
    };
    tb_dispatch_args(session->broker, &record, command->granted, tb_waiting_args(waiting), &space);
    (void)tb_flush_record(session->broker, session, &record);
}

/* The prompt is over, and its call still waits. */
static void detach(struct tb_session *session, struct tb_live_call *call)
{
    tb_prompts_free(&session->prompts, call->waiting->prompt);
    call->waiting->prompt = NULL;
    session->broker->asks_due = true;
}

static void take_away(struct tb_session *session, struct tb_live_call *call, const char *why)
{
    const struct tb_prompt *prompt = call->waiting->prompt;
    if (prompt->id != 0) {
        record(session, prompt, TB_DENY, why);
        tb_control_ask_over(session->broker, prompt->id);
        view_of(session)->refusals.next_ask_ns = session->broker->now_ns + TB_ASK_GAP_NS;
    }
    detach(session, call);
}

void tb_ask_forget(struct tb_waiting *waiting)
{
    if (waiting->prompt)
        take_away(waiting->session, waiting->call, "taken away: the call is over");
}

/* ---- answers ---- */

static bool allows(enum tb_answered answered)
{
    return answered == TB_ANSWER_ONCE || answered == TB_ANSWER_SESSION ||
           answered == TB_ANSWER_ALWAYS;
}

static struct tb_denial denial_of(const struct tb_known *known)
{
    static const char *const reasons[TB_N_ANSWERS] = {
        [TB_ANSWER_DISMISSED] = "the prompt was dismissed",
        [TB_ANSWER_NEVER] = "a person has answered never",
    };
    return (struct tb_denial){
        .code = TB_CODE_ASK_DENIED,
        .message = said_no,
        .retry_ms = known->answered == TB_ANSWER_DISMISSED ? known->retry_ms : 0,
        .reason = tb_bytes_of_string(reasons[known->answered]),
    };
}

/* ---- the end of a parked call ---- */

static void refuse(struct tb_session *session, struct tb_live_call *call,
                   const struct tb_denial *denial)
{
    const struct tb_call no_message = {0};
    struct tb_request request = tb_request_of(session, call, &no_message);
    request.rule = call->waiting->rule;
    tb_dispatch_deny(&request, denial);
}

/* Nothing of what was so when it was parked is taken for granted. */
static void go_on(struct tb_session *session, struct tb_live_call *call)
{
    struct tb_broker *broker = session->broker;
    static const struct tb_denial unavailable = {.code = TB_CODE_AUDIT_UNAVAILABLE,
                                                 .message = "the audit log cannot be written",
                                                 .retry_ms = 1000};
    if (!tb_audit_available(&broker->audit)) {
        refuse(session, call, &unavailable);
        return;
    }
    tb_answer_by(broker, session, call, tb_clock_after(broker->now_ns, call->span_ns));
    tb_waiting_resume(session, call, TB_STAGE_DISPATCH, NULL);
}

/* The prompt is over, and this decides. */
static void settle(struct tb_session *session, struct tb_live_call *call,
                   const struct tb_known *answer)
{
    if (allows(answer->answered)) {
        go_on(session, call);
        return;
    }
    const struct tb_denial denial = denial_of(answer);
    refuse(session, call, &denial);
}

/* ---- the stage ---- */

/* What a rule says to people, or at least which it is. */
static void say_why(const struct tb_filter_rule *rule,
                    char ret_text[static TB_ERROR_MESSAGE_MAX + 1])
{
    struct tb_bytes says = rule->message;
    if (says.n > 0 && says.n <= TB_ERROR_MESSAGE_MAX)
        (void)snprintf(ret_text, TB_ERROR_MESSAGE_MAX + 1, "%.*s", (int)says.n,
                       (const char *)says.data);
    else
        (void)snprintf(ret_text, TB_ERROR_MESSAGE_MAX + 1, "trollbridge.toml:%u", rule->line);
}

static void park(struct tb_request *request, const uint8_t key[static TB_ASK_KEY_SIZE])
{
    struct tb_live_call *call = request->call;
    struct tb_prompt *prompt = tb_prompts_new(&request->session->prompts);
    if (request->ask)
        request->rule = (struct tb_rule){.file = request->ask->file, .line = request->ask->line};
    if (!prompt) {
        tb_dispatch_refuse(request, TB_CODE_LIMIT, "too many calls wait for a person", 1000);
        return;
    }
    if (tb_waiting_park(request, NULL) != TB_OK) {
        tb_prompts_free(&request->session->prompts, prompt);
        tb_dispatch_refuse(request, TB_CODE_LIMIT, "too many request bytes in flight", 100);
        return;
    }
    prompt->call = call;
    memcpy(prompt->key, key, TB_ASK_KEY_SIZE);
    if (request->ask)
        say_why(request->ask, prompt->rule);
    call->waiting->prompt = prompt;
    if (call->waiting->n_args > TB_ASK_ARGS_MAX) {
        tb_dispatch_refuse(request, TB_CODE_TOO_LARGE,
                           "the arguments are longer than what a person is asked about", 0);
        return;
    }
    tb_answer_by(request->broker, request->session, call, TB_NEVER);
    request->broker->asks_due = true;
    if (tb_stream_welcome(request->broker, request->session, call) != TB_OK)
        tb_dispatch_refuse(request, TB_CODE_LIMIT, "too many streams", 100);
}

enum tb_step tb_stage_ask(struct tb_request *request)
{
    const struct tb_grant_command *granted = request->granted;
    if (!granted->ask && !request->ask)
        return TB_STEP_ON;
    if (!granted->has_ask_key) {
        tb_dispatch_refuse(request, TB_CODE_ASK_DENIED, "nobody can be asked about it", 0);
        return TB_STEP_OVER;
    }
    const struct tb_known answer = tb_ask_known(request->session, granted->ask_key);
    if (answer.answered == TB_N_ANSWERS) {
        park(request, granted->ask_key);
        return TB_STEP_OVER;
    }
    tb_ask_use(request->broker, request->call, granted->ask_key, answer.answered);
    if (allows(answer.answered))
        return TB_STEP_ON;
    const struct tb_denial denial = denial_of(&answer);
    tb_dispatch_deny(request, &denial);
    return TB_STEP_OVER;
}

/* ---- one at a time ---- */

static void free_pairs(msgpack_object_kv **pairs)
{
    free(*pairs);
}

/* What is kept was read before, so that only memory can fail. */
static bool show(struct tb_session *session, struct tb_live_call *call)
{
    tb_cleanup(free_pairs) msgpack_object_kv *pairs = NULL;
    msgpack_object shown;
    struct tb_broker *broker = session->broker;
    const struct tb_grant_command *granted = tb_session_command(session, call->command)->granted;
    const struct tb_waiting *waiting = call->waiting;
    struct tb_ask ask = {
        .id = ++broker->last_ask,
        .view = tb_bytes_of_string(session->label),
        .origin = tb_bytes_of_string(session->origin),
        .command = tb_session_command(session, call->command)->name,
        .has_bytes = waiting->has_raw || waiting->more,
        .bytes = tb_waiting_raw(waiting).n,
        .more = waiting->more,
        .rule = tb_bytes_of_string(waiting->prompt->rule),
        .remember_days = granted->remember_days,
    };
    if (tb_unpack(&broker->unpacker, &tb_scan_peer, tb_waiting_args(waiting), &ask.args) != TB_OK)
        return false;
    if (granted->record) {
        if (!tb_private_shown(granted, ask.args, &pairs, &shown))
            return false;
        ask.args = &shown;
    }
    waiting->prompt->id = ask.id;
    record(session, waiting->prompt, TB_ALLOW, "shown");
    tb_answer_by(broker, session, call, broker->now_ns + TB_ASK_S * TB_S_NS);
    tb_control_ask(broker, &ask);
    return true;
}

bool tb_ask_must_wait(struct tb_session *session, struct tb_live_call *call)
{
    struct tb_broker *broker = session->broker;
    uint64_t next_ns = view_of(session)->refusals.next_ask_ns;
    if (!tb_control_reads(broker))
        next_ns = broker->now_ns + TB_ASK_GAP_NS;
    if (next_ns <= broker->now_ns)
        return false;
    tb_answer_by(broker, session, call, next_ns);
    return true;
}

/* The first prompt of a session: decided if that is possible now, else shown. True: there may be
 * something to do about the next one. */
static bool advance(struct tb_session *session)
{
    struct tb_broker *broker = session->broker;
    static const struct tb_denial no_memory = {
        .code = TB_CODE_LIMIT, .message = "out of memory", .retry_ms = 100};
    const struct tb_prompt *prompt = session->prompts.first;
    if (!prompt)
        return false;
    struct tb_live_call *call = prompt->call;
    if (call->secret)
        return tb_secret_advance(session, call);
    const struct tb_known answer = tb_ask_known(session, prompt->key);
    if (answer.answered != TB_N_ANSWERS) {
        tb_ask_use(broker, call, prompt->key, answer.answered);
        take_away(session, call, "taken away: it was answered elsewhere");
        settle(session, call, &answer);
        return true;
    }
    if (prompt->id != 0)
        return false;
    if (tb_ask_must_wait(session, call) || show(session, call))
        return false;
    refuse(session, call, &no_memory);
    return true;
}

void tb_ask_turn(struct tb_broker *broker)
{
    if (!broker->asks_due)
        return;
    broker->asks_due = false;
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        while (session && session->state == TB_SESSION_OPEN && advance(session)) {
        }
    }
}

void tb_ask_late(struct tb_session *session, struct tb_live_call *call)
{
    const struct tb_known dismissed = {TB_ANSWER_DISMISSED, TB_ASK_DISMISSED_S * 1000};
    if (call->waiting->prompt->id == 0) { /* it waited until it may be shown */
        call->deadline_ns = TB_NEVER;
        session->broker->asks_due = true;
        return;
    }
    tb_refusals_add(&view_of(session)->refusals, key_of(call), session->broker->now_ns);
    take_away(session, call, "taken away: nobody has answered");
    settle(session, call, &dismissed);
}

/* ---- the answer ---- */

static void note(struct tb_session *session, const struct tb_live_call *call,
                 enum tb_answered answered)
{
    switch (answered) {
    case TB_ANSWER_DISMISSED:
        tb_refusals_add(&view_of(session)->refusals, key_of(call), session->broker->now_ns);
        break;
    case TB_ANSWER_SESSION:
        tb_prompts_say(&session->prompts, key_of(call));
        break;
    case TB_ANSWER_ALWAYS:
    case TB_ANSWER_NEVER:
        tb_ask_keep(session, call, key_of(call), answered);
        break;
    case TB_ANSWER_ONCE:
    case TB_N_ANSWERS:
        break;
    }
}

struct tb_session *tb_ask_shown_in(struct tb_broker *broker, uint32_t untrusted_id)
{
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (session && session->state == TB_SESSION_OPEN && session->prompts.first &&
            session->prompts.first->id == untrusted_id)
            return session;
    }
    return NULL;
}

void tb_ask_answered(struct tb_broker *broker, const struct tb_ask_answer *answer)
{
    char reason[32];
    struct tb_session *session = answer->id == 0 ? NULL : tb_ask_shown_in(broker, answer->id);
    if (!session || session->prompts.first->call->secret)
        return; /* it has crossed ASK_OVER, or was answered before */
    struct tb_live_call *call = session->prompts.first->call;
    const struct tb_known decided = {answer->answered, TB_ASK_DISMISSED_S * 1000};
    (void)snprintf(reason, sizeof reason, "answered %s", tb_answered_name(answer->answered));
    record(session, session->prompts.first, allows(answer->answered) ? TB_ALLOW : TB_DENY, reason);
    note(session, call, answer->answered);
    tb_ask_use(broker, call, key_of(call), answer->answered);
    detach(session, call);
    settle(session, call, &decided);
}

/* ---- what changes meanwhile ---- */

/* Another policy may have other rules for these args, and what was answered was not about it. A
 * passphrase is a plugin's to want, and ends with that. */
static bool is_outdated(const struct tb_session *session, const struct tb_prompt *prompt)
{
    const struct tb_grant_command *granted =
        tb_session_command(session, prompt->call->command)->granted;
    return !prompt->call->secret && (!granted || !granted->has_ask_key ||
                                     memcmp(granted->ask_key, prompt->key, TB_ASK_KEY_SIZE) != 0);
}

void tb_ask_regranted(struct tb_session *session)
{
    static const struct tb_denial denial = {.code = TB_CODE_CANCELLED,
                                            .message = "the policy was reloaded while a person "
                                                       "was asked",
                                            .retry_ms = 100};
    struct tb_prompt *prompt = session->prompts.first;
    while (prompt && session->state == TB_SESSION_OPEN) {
        struct tb_prompt *behind = prompt->behind;
        if (is_outdated(session, prompt))
            refuse(session, prompt->call, &denial);
        prompt = behind;
    }
}
