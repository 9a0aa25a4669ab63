/* Prompts on the control link: PROTOCOL.md, section 7. Reader and writer side by side. Results as
 * in proto/message.h. */
#pragma once

#include "proto/error.h"
#include "proto/pack.h"

/* What a person said; zeroed memory is a no. */
enum tb_answered {
    TB_ANSWER_DISMISSED,
    TB_ANSWER_ONCE,
    TB_ANSWER_SESSION,
    TB_ANSWER_ALWAYS,
    TB_ANSWER_NEVER,
    TB_N_ANSWERS,
};

/* ASK: a call waits for a person. */
struct tb_ask {
    uint32_t id; /* the broker's, never used again */
    struct tb_bytes view;
    struct tb_bytes origin;
    struct tb_bytes command;
    const msgpack_object *args; /* exactly those that are dispatched after a yes */
    bool has_bytes;
    uint64_t bytes;         /* of the call's body; with has_bytes */
    bool more;              /* of its beginning, after which it goes on; with has_bytes */
    struct tb_bytes rule;   /* what the rule that has asked says; empty: the command itself does */
    uint32_t remember_days; /* how long ALWAYS and NEVER hold; 0: for ever */
};
tb_must_check int tb_ask_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                              struct tb_ask *ret_ask);
tb_must_check int tb_ask_write(struct tb_buffer *out, const struct tb_ask *ask);

struct tb_ask_answer {
    uint32_t id;
    enum tb_answered answered;
};
tb_must_check int tb_ask_answer_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                     struct tb_ask_answer *ret_answer);
tb_must_check int tb_ask_answer_write(struct tb_buffer *out, const struct tb_ask_answer *answer);

/* ASK_OVER: nobody waits for that answer any more. */
tb_must_check int tb_ask_over_read(struct tb_unpacker *unpacker, struct tb_bytes body,
                                   uint32_t *ret_id);
tb_must_check int tb_ask_over_write(struct tb_buffer *out, uint32_t id);

/* As on the wire, in records and in files: "once" and so on. TB_N_ANSWERS: there is none such. */
const char *tb_answered_name(enum tb_answered answered);
enum tb_answered tb_answered_of(struct tb_bytes name);
