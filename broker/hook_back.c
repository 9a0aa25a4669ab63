/*
 * What comes back from a hooked call's plugin, and parts of its body on their way there: each is
 * copied, judged, and goes on as the hook has left it, in the order in which it came.
 *
 * Credit was given for what came. A stream that the hook makes longer than its receiver has granted
 * ends.
 */
#include "broker/hook_calls.h"

/* ---- asking ---- */

static const char no_memory[] = "there is no memory to ask it";

/* Consumes the question. NULL; or why it could not be asked, a literal. */
static const char *try_ask(struct tb_question *question, struct tb_hook_ask *text,
                           uint64_t *counter)
{
    const struct tb_session *session = question->session;
    text->id = question->id;
    text->call = question->call->number;
    text->origin = tb_bytes_of_string(session->origin);
    text->command = tb_session_command(session, question->call->command)->name;
    int r = tb_hook_ask_write(&question->frame, text);
    if (r != TB_OK) {
        tb_question_free(question);
        return r == TB_TOO_LARGE ? "with what it is told beside it, it is too large" : no_memory;
    }
    tb_buffer_fit(&question->frame);
    question->charged = counter;
    question->n_charged = sizeof *question + tb_buffer_n(&question->frame);
    *counter += question->n_charged;
    return tb_hook_ask(question) ? NULL : "it cannot be asked now";
}

/* The same; NULL for a question: there was no memory for one. */
static void ask(struct tb_session *session, struct tb_live_call *call, struct tb_question *question,
                struct tb_hook_ask *text, uint64_t *counter)
{
    const char *cause = question ? try_ask(question, text, counter) : no_memory;
    if (cause)
        tb_hook_deny(session, call, tb_bytes_of_string(cause));
}

/* How long a value is, as msgpack. */
static uint64_t length_of(const msgpack_object *value)
{
    struct tb_packer packer;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer text;
    tb_buffer_init(&text, 2 * TB_FRAME_MAX);
    tb_packer_init(&packer, &text);
    tb_pack_object(&packer, value);
    return packer.failed ? TB_FRAME_MAX : tb_buffer_n(&text);
}

void tb_hook_part(struct tb_session *session, struct tb_live_call *call, const struct tb_part *part,
                  uint64_t cost)
{
    struct tb_question *question = tb_question_new(session, call, TB_QUESTION_PART);
    struct tb_hook_ask text = {
        .what = TB_HOOK_CHUNK, .has_raw = true, .raw = part->raw, .in = true};
    if (session->n_parts_parked > TB_PARTS_WAITING) {
        if (question)
            tb_question_free(question);
        tb_answer_give_up(session->broker, session, call, TB_CODE_LIMIT,
                          "too many bytes wait for the hook", 100);
        return;
    }
    if (question) {
        question->is_raw = true;
        question->n = part->raw.n;
        question->cost = cost;
        question->last = part->last;
        tb_flow_hold(&call->stream.in, cost);
    }
    ask(session, call, question, &text, &session->n_parts_parked);
}

void tb_hook_chunk(struct tb_session *session, struct tb_live_call *call,
                   const struct tb_chunk *chunk, uint64_t cost)
{
    struct tb_question *question = tb_question_new(session, call, TB_QUESTION_CHUNK);
    bool is_raw = chunk->type == TB_CHUNK_BYTES;
    struct tb_hook_ask text = {
        .what = TB_HOOK_CHUNK,
        .value = is_raw ? NULL : chunk->value,
        .has_raw = is_raw,
        .raw = chunk->raw,
        .has_channel = chunk->has_channel,
        .channel = chunk->channel,
    };
    if (question) {
        question->chunk = *chunk;
        question->is_raw = is_raw;
        question->n = is_raw ? chunk->raw.n : length_of(chunk->value);
        question->cost = cost;
        tb_flow_hold(&call->stream.out, cost);
    }
    ask(session, call, question, &text, &session->n_back);
}

bool tb_hook_event(struct tb_session *session, struct tb_live_call *call,
                   const struct tb_event_message *message)
{
    struct tb_question *question = tb_question_new(session, call, TB_QUESTION_EVENT);
    struct tb_unpacker *unpacker = &session->broker->event_unpacker;
    struct tb_hook_ask text = {.what = TB_HOOK_CHUNK};
    if (!question)
        return false;
    if (tb_unpack(unpacker, &tb_scan_peer, message->payload, &text.value) != TB_OK) {
        tb_question_free(question);
        return false;
    }
    tb_assert(message->source.n < sizeof question->source);
    if (message->source.n > 0)
        memcpy(question->source, message->source.data, message->source.n);
    question->lost = message->lost;
    return !try_ask(question, &text, &session->n_back);
}

static msgpack_object object_of(struct tb_bytes text)
{
    return (msgpack_object){
        .type = MSGPACK_OBJECT_STR,
        .via.str = {.size = (uint32_t)text.n, .ptr = (const char *)text.data},
    };
}

static void ask_error(struct tb_session *session, struct tb_live_call *call,
                      const struct tb_error *error)
{
    struct tb_question *question = tb_question_new(session, call, TB_QUESTION_ERROR);
    msgpack_object_kv entries[] = {
        {object_of(tb_bytes_of_string("code")),
         object_of(tb_bytes_of_string(tb_code_name(error->code)))},
        {object_of(tb_bytes_of_string("message")), object_of(error->message)},
    };
    const msgpack_object value = {.type = MSGPACK_OBJECT_MAP, .via.map = {2, entries}};
    struct tb_hook_ask text = {.what = TB_HOOK_ERROR, .value = &value};
    if (question)
        question->error = *error;
    ask(session, call, question, &text, &session->n_back);
}

static void answer_nil(struct tb_session *session, struct tb_live_call *call)
{
    static const msgpack_object nil = {.type = MSGPACK_OBJECT_NIL};
    struct tb_reply reply = {.type = TB_REPLY_VALUE, .value = &nil};
    tb_answer(session->broker, session, call, &reply, &tb_no_piece);
}

void tb_hook_reply(struct tb_session *session, struct tb_live_call *call,
                   const struct tb_reply *reply)
{
    if (reply->type == TB_REPLY_ERROR) {
        ask_error(session, call, &reply->error);
        return;
    }
    if (call->stream.has_value) { /* it says no more than that this was all */
        call->stream.ended = true;
        if (!call->questions)
            answer_nil(session, call);
        return;
    }
    struct tb_question *question = tb_question_new(session, call, TB_QUESTION_REPLY);
    bool is_raw = reply->type == TB_REPLY_BYTES;
    struct tb_hook_ask text = {
        .what = TB_HOOK_REPLY,
        .value = is_raw ? NULL : reply->value,
        .has_raw = is_raw,
        .raw = reply->raw,
    };
    if (question)
        question->is_raw = is_raw;
    ask(session, call, question, &text, &session->n_back);
}

/* ---- answers ---- */

static const char longer[] = "it made a stream longer than there was credit for";

/* The call goes on with what is now so long. What it is told with may be longer, too. */
static bool fits(const struct tb_from_hook *answered, struct tb_flow *flow, uint64_t n)
{
    enum { WORDS = 64 };
    const struct tb_question *question = answered->question;
    uint64_t grown = n > question->n ? n - question->n : 0;
    tb_flow_let_go(flow, question->cost);
    if ((grown == 0 || n <= TB_CHUNK_RAW_MAX) && tb_flow_fits(flow, question->cost + grown + WORDS))
        return true;
    tb_hook_deny(answered->session, answered->call, tb_bytes_of_string(longer));
    return false;
}

static void on_part(const struct tb_from_hook *answered)
{
    struct tb_live_call *call = answered->call;
    const struct tb_part part = {answered->answer->raw, answered->question->last};
    if (fits(answered, &call->stream.in, part.raw.n) && call->at_plugin)
        tb_stream_pass_part(answered->session->broker, answered->session, call, &part);
}

static void on_chunk(const struct tb_from_hook *answered)
{
    struct tb_session *session = answered->session;
    struct tb_live_call *call = answered->call;
    struct tb_chunk chunk = answered->question->chunk;
    bool is_raw = answered->question->is_raw;
    chunk.value = answered->answer->value;
    chunk.raw = answered->answer->raw;
    uint64_t n = is_raw ? chunk.raw.n : length_of(chunk.value);
    if (!fits(answered, &call->stream.out, n))
        return;
    if (is_raw && !chunk.has_channel)
        call->stream.n_body += chunk.raw.n - answered->question->n;
    tb_stream_pass_chunk(session->broker, session, call, &chunk, &tb_no_piece);
}

static void on_event(const struct tb_from_hook *answered)
{
    struct tb_packer packer;
    tb_cleanup(tb_buffer_deinit) struct tb_buffer payload;
    tb_buffer_init(&payload, TB_FRAME_MAX);
    tb_packer_init(&packer, &payload);
    tb_pack_object(&packer, answered->answer->value);
    struct tb_event_message message =
        tb_listener_message(answered->call->stream.listener, tb_buffer_bytes(&payload),
                            tb_bytes_of_string(answered->question->source));
    message.lost = answered->question->lost;
    if (packer.failed || message.payload.n > TB_CHUNK_RAW_MAX ||
        tb_event_cost_most(&message) > answered->call->stream.out.to)
        tb_hook_deny(answered->session, answered->call, tb_bytes_of_string(longer));
    else
        tb_events_judged(answered->session->broker, answered->session, answered->call, &message);
}

static void on_reply(const struct tb_from_hook *answered)
{
    struct tb_session *session = answered->session;
    struct tb_reply reply = {
        .type = answered->question->is_raw ? TB_REPLY_BYTES : TB_REPLY_VALUE,
        .value = answered->answer->value,
        .raw = answered->answer->raw,
    };
    tb_answer(session->broker, session, answered->call, &reply, &tb_no_piece);
}

static const char *on_error(const struct tb_from_hook *answered)
{
    struct tb_session *session = answered->session;
    struct tb_reply reply = {.type = TB_REPLY_ERROR, .error = answered->question->error};
    const struct tb_field fields[] = {
        {"message", TB_STR, &reply.error.message, TB_ERROR_MESSAGE_MAX, NULL}};
    if (tb_map_read(answered->answer->value, fields, 1) != TB_OK)
        return "an answer to an error that has no message alone";
    tb_answer(session->broker, session, answered->call, &reply, &tb_no_piece);
    return NULL;
}

/* The plugin's last word waited for what came before it; and for parts that it has not waited for.
 */
static void end_if_last(struct tb_session *session, uint64_t number)
{
    struct tb_live_call *call =
        session->state == TB_SESSION_OPEN ? tb_calls_find(&session->calls, number) : NULL;
    if (call && !call->answered && call->stream.ended && !call->questions)
        answer_nil(session, call);
}

const char *tb_hook_back_answered(const struct tb_from_hook *answered)
{
    const struct tb_hook_answer *answer = answered->answer;
    bool is_raw = answered->question->is_raw;
    uint64_t number = answered->call->number;
    if (answer->has_raw != is_raw || (answer->value != NULL) == is_raw)
        return "an answer without what the question had, or with more";
    switch (answered->question->kind) {
    case TB_QUESTION_PART:
        on_part(answered);
        end_if_last(answered->session, number);
        break;
    case TB_QUESTION_CHUNK:
        on_chunk(answered);
        end_if_last(answered->session, number);
        break;
    case TB_QUESTION_EVENT:
        on_event(answered);
        break;
    case TB_QUESTION_REPLY:
        on_reply(answered);
        break;
    case TB_QUESTION_ERROR:
        return on_error(answered);
    case TB_QUESTION_REQUEST:
        break;
    }
    return NULL;
}
