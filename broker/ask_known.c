/* What is remembered and what was said a moment ago, as calls meet it: which of them it decides,
 * and which end when it goes. */
#include "broker/ask.h"

#include "base/clock.h"

struct tb_known tb_ask_known(const struct tb_session *session,
                             const uint8_t key[static TB_ASK_KEY_SIZE])
{
    const struct tb_broker *broker = session->broker;
    struct tb_known known = {
        .answered = tb_remembers_find(&broker->remembers, key, tb_clock_wall_s()),
        .retry_ms =
            tb_refusals_left_ms(&broker->views.slots[session->slot].refusals, key, broker->now_ns),
    };
    if (known.answered != TB_N_ANSWERS)
        return known;
    if (tb_prompts_said(&session->prompts, key))
        known.answered = TB_ANSWER_SESSION;
    else if (known.retry_ms > 0)
        known.answered = TB_ANSWER_DISMISSED;
    return known;
}

void tb_ask_use(struct tb_broker *broker, struct tb_live_call *call,
                const uint8_t key[static TB_ASK_KEY_SIZE], enum tb_answered answered)
{
    const struct tb_inner message = {.type = TB_INNER_USED,
                                     .webview = tb_bytes_of(key, TB_ASK_KEY_SIZE)};
    if (answered != TB_ANSWER_ALWAYS && answered != TB_ANSWER_NEVER)
        return;
    memcpy(call->ask_key, key, TB_ASK_KEY_SIZE);
    if (answered == TB_ANSWER_ALWAYS)
        call->remembered = tb_remembers_keep(&broker->remembers, key) ? TB_KEPT : TB_TO_BE_KEPT;
    if (tb_remembers_use(&broker->remembers, key, tb_clock_wall_s()))
        (void)tb_supervise_send(broker, &message); /* when it was used last is for people to see */
}

void tb_ask_keep(struct tb_session *session, const struct tb_live_call *call,
                 const uint8_t key[static TB_ASK_KEY_SIZE], enum tb_answered answered)
{
    struct tb_broker *broker = session->broker;
    const struct tb_named *command = tb_session_command(session, call->command);
    struct tb_news news = {.answered = answered, .token = ++broker->last_remember};
    const struct tb_inner message = {
        .type = TB_INNER_REMEMBER,
        .token = news.token,
        .index = command->granted->remember_days,
        .status = answered,
        .view = tb_bytes_of_string(session->label),
        .webview = tb_bytes_of(key, TB_ASK_KEY_SIZE),
        .origin = tb_bytes_of_string(session->origin),
        .command = command->name,
    };
    memcpy(news.key, key, TB_ASK_KEY_SIZE);
    if (tb_supervise_send(broker, &message) == TB_OK)
        tb_remembers_add(&broker->remembers, &news);
}

/* What could not be kept was an answer nevertheless: only what was there can have gone. */
static void end_unremembered(struct tb_session *session)
{
    struct tb_broker *broker = session->broker;
    for (uint32_t i = 0; i < TB_SESSION_CALLS && session->state == TB_SESSION_OPEN; i++) {
        struct tb_live_call *call = &session->calls.slots[i];
        if (!call->used || call->answered || call->remembered == TB_NOT_KEPT)
            continue;
        if (tb_remembers_keep(&broker->remembers, call->ask_key))
            call->remembered = TB_KEPT;
        else if (call->remembered == TB_KEPT)
            tb_answer_give_up(broker, session, call, TB_CODE_ASK_DENIED,
                              "the answer that allowed it was revoked", 0);
    }
}

void tb_ask_remembers(struct tb_broker *broker, uint32_t token, int fd)
{
    tb_remembers_take(&broker->remembers, token, fd);
    broker->asks_due = true;
    for (size_t i = 0; i < TB_SLOTS; i++) {
        struct tb_session *session = broker->views.slots[i].session;
        if (session && session->state == TB_SESSION_OPEN)
            end_unremembered(session);
    }
}
