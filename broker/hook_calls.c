/* A call on its way to the hook and behind it. */
#include "broker/hook_calls.h"

/* ---- denying ---- */

void tb_hook_deny_call(struct tb_session *session, struct tb_live_call *call,
                       const struct tb_denial *denial)
{
    const struct tb_rule rule = {.file = session->grant->hook.file};
    struct tb_denial named = *denial;
    named.rule = &rule;
    if (!call->waiting) {
        tb_answer_deny(session->broker, session, call, &named);
        return;
    }
    const struct tb_call no_message = {0};
    struct tb_request request = tb_request_of(session, call, &no_message);
    named.args = tb_waiting_args(call->waiting);
    tb_dispatch_deny(&request, &named);
}

void tb_hook_deny(struct tb_session *session, struct tb_live_call *call, struct tb_bytes reason)
{
    const struct tb_denial denial = {
        .code = TB_CODE_HOOK, .message = TB_HOOK_DENIED, .reason = reason};
    tb_hook_deny_call(session, call, &denial);
}

/* ---- asking ---- */

static void deny_now(const struct tb_request *request)
{
    const struct tb_hook *hook = tb_hook_of(request->session);
    const struct tb_denial denial = {
        .code = TB_CODE_HOOK,
        .message = TB_HOOK_DENIED,
        .retry_ms = tb_back_off_wait_ms(&hook->back_off, request->broker->now_ns) + 1,
        .reason = tb_bytes_of_string("it cannot be asked now"),
    };
    tb_hook_deny_call(request->session, request->call, &denial);
}

enum tb_step tb_stage_hook(struct tb_request *request)
{
    struct tb_order *order = tb_waiting_order(request->session, request->call);
    if (!request->granted->hook || tb_hooked(request->call)) /* as before a reload */
        return tb_order_holds(order, request->call->number)
                   ? tb_waiting_queue(request, order, TB_STAGE_RULES)
                   : TB_STEP_ON;
    if (tb_waiting_park(request, order) != TB_OK) {
        tb_dispatch_refuse(request, TB_CODE_LIMIT, tb_waiting_full, 100);
        return TB_STEP_OVER;
    }
    request->call->waiting->stage = TB_STAGE_RULES;
    struct tb_question *question =
        tb_question_new(request->session, request->call, TB_QUESTION_REQUEST);
    if (!question || !tb_hook_ask(question))
        deny_now(request);
    return TB_STEP_OVER;
}

/* ---- answers ---- */

static bool is_same(const struct tb_waiting *waiting, const struct tb_hook_answer *answer)
{
    struct tb_packer packer;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, 2 * TB_FRAME_MAX);
    tb_packer_init(&packer, &text);
    tb_pack_object(&packer, answer->value);
    return !packer.failed && tb_bytes_equal(tb_buffer_bytes(&text), tb_waiting_args(waiting)) &&
           answer->has_raw == waiting->has_raw &&
           tb_bytes_equal(answer->raw, tb_waiting_raw(waiting));
}

static const char *on_request(const struct tb_from_hook *answered)
{
    const struct tb_hook_answer *answer = answered->answer;
    const struct tb_changed changed = {answer->value, answer->has_raw, answer->raw};
    const struct tb_waiting *waiting = answered->call->waiting;
    if (!answer->value || answer->value->type != MSGPACK_OBJECT_MAP)
        return "an answer to a request that has no map for its args";
    tb_waiting_resume(answered->session, answered->call, waiting->stage,
                      is_same(waiting, answer) ? NULL : &changed);
    return NULL;
}

/* It goes on in a message with the broker's words beside it, of which an event has a map more. */
static bool fits(const struct tb_from_hook *answered)
{
    struct tb_scan_size size = tb_scanner_size(answered->session->broker->unpacker.scanner);
    bool is_event = answered->question->kind == TB_QUESTION_EVENT;
    return size.nodes + TB_NODES_ADDED <= TB_MSGPACK_NODES &&
           size.depth + is_event <= TB_MSGPACK_DEPTH;
}

/* Of a private call what was thrown is not for the log: it can quote the arguments, as what
 * JSON.parse throws does. So of one whose command is not granted any more. */
static struct tb_bytes reason_of(const struct tb_from_hook *answered)
{
    const struct tb_grant_command *granted =
        tb_session_command(answered->session, answered->call->command)->granted;
    return granted && !granted->record
               ? answered->answer->error
               : tb_bytes_of_string(
                     "it threw; what it said is not kept, the arguments are secrets");
}

static const char *take(const struct tb_from_hook *answered)
{
    const struct tb_hook_answer *answer = answered->answer;
    bool is_request = answered->question->kind == TB_QUESTION_REQUEST;
    if (!answer->has_error && fits(answered))
        return is_request ? on_request(answered) : tb_hook_back_answered(answered);
    tb_hook_deny(answered->session, answered->call,
                 answer->has_error
                     ? reason_of(answered)
                     : tb_bytes_of_string("it returned more values than a message may be"));
    return NULL;
}

const char *tb_hook_answered(struct tb_question *own, const struct tb_hook_answer *answer)
{
    tb_cleanup(tb_question_drop) struct tb_question *question = own;
    const struct tb_from_hook answered = {question->session, question->call, question, answer};
    tb_question_detach(question);
    if (!answered.call)
        return NULL;
    struct tb_order *order = tb_waiting_order(answered.session, answered.call);
    const char *cause = take(&answered);
    tb_waiting_go_on(answered.session, order);
    return cause;
}
