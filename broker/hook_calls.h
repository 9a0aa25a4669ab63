/*
 * What is asked of the app's hook about a call, and what becomes of the answers. Each of these asks
 * and returns; the call may be gone afterwards, and its session closed.
 */
#pragma once

#include "broker/hook.h"
#include "broker/waiting.h"

/* Whether what comes from and goes to the call's plugin passes the hook: it has seen its request.
 */
static inline bool tb_hooked(const struct tb_live_call *call)
{
    return call->hook_token != 0;
}

/* What was answered about a call, which is live; the question is not the call's any more. */
struct tb_from_hook {
    struct tb_session *session;
    struct tb_live_call *call;
    const struct tb_question *question;
    const struct tb_hook_answer *answer;
};

/* Consumes the question. The cause if that is no answer to it, a literal; else NULL. */
const char *tb_hook_answered(struct tb_question *question, const struct tb_hook_answer *answer);
/* What the page is told of any denial by the hook. */
#define TB_HOOK_DENIED "the app's hook denied the call"
/* The call is denied by what the hook said, or because of what became of it. */
void tb_hook_deny_call(struct tb_session *session, struct tb_live_call *call,
                       const struct tb_denial *denial);
void tb_hook_deny(struct tb_session *session, struct tb_live_call *call, struct tb_bytes reason);

/* hook_back.c: the way back, and parts. What is asked about is copied. */
void tb_hook_part(struct tb_session *session, struct tb_live_call *call, const struct tb_part *part,
                  uint64_t cost);
void tb_hook_chunk(struct tb_session *session, struct tb_live_call *call,
                   const struct tb_chunk *chunk, uint64_t cost);
void tb_hook_reply(struct tb_session *session, struct tb_live_call *call,
                   const struct tb_reply *reply);
/* An event for the listener that the call is; one at a time. False: there is no memory to ask. */
tb_must_check bool tb_hook_event(struct tb_session *session, struct tb_live_call *call,
                                 const struct tb_event_message *message);
const char *tb_hook_back_answered(const struct tb_from_hook *answered);
