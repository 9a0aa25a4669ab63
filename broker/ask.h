/* What asking a person and knowing the answer already share: ask.c, ask_known.c. */
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
