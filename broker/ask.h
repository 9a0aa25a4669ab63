/* What asking a person, for a yes or for a passphrase, and knowing the answer already share: ask.c,
 * ask_known.c, secret.c. */
#pragma once

#include "broker/broker.h"
#include "proto/ask.h"

struct tb_known {
    enum tb_answered answered; /* TB_N_ANSWERS: a person has to say */
    uint32_t retry_ms;         /* of DISMISSED: for how long it is still denied */
};

/* What decides a call of that key in the session without asking. */
struct tb_known tb_ask_known(const struct tb_session *session,
                             const uint8_t key[static TB_ASK_KEY_SIZE]);
/* The answer decides that call. What a remembered one allows is noted, so that it ends when that is
 * revoked. */
void tb_ask_use(struct tb_broker *broker, struct tb_live_call *call,
                const uint8_t key[static TB_ASK_KEY_SIZE], enum tb_answered answered);
/* ALWAYS or NEVER, about that call: kept by the supervisor from now on. If it cannot be told, the
 * answer counts for this call. */
void tb_ask_keep(struct tb_session *session, const struct tb_live_call *call,
                 const uint8_t key[static TB_ASK_KEY_SIZE], enum tb_answered answered);

/* Between a prompt that was taken away and the next: a page must not put one where a person is
 * about to press on another. And until a host that does not keep up is looked at again. */
#define TB_ASK_GAP_NS TB_S_NS

/* Whether nothing may be shown in that view now; then the call's time is when to look again. */
bool tb_ask_must_wait(struct tb_session *session, struct tb_live_call *call);
/* The session in which that prompt, of either kind, is shown; NULL: it is over. `untrusted_id` is
 * not 0. */
struct tb_session *tb_ask_shown_in(struct tb_broker *broker, uint32_t untrusted_id);

/* The first prompt of the session is for a passphrase: shown if that may be now. True: it is over,
 * and there may be something to do about the next one. */
bool tb_secret_advance(struct tb_session *session, struct tb_live_call *call);
