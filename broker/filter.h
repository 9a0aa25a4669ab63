/*
 * The stages of a call: what it passes between its handle and whoever does it, always in this
 * order.
 *
 * A stage lets the request go on, perhaps with other args or another body; or it is the end of it:
 * the stage has answered the call, or parked it (broker/waiting.h). Each judges the exact bytes
 * that the next one gets, and the last one records and passes on what came out.
 */
#pragma once

#include "broker/broker.h"

enum tb_stage {
    TB_STAGE_LIMITS,       /* charge.c: how often a command may be called, and with how much */
    TB_STAGE_SCHEMA,       /* schema.c: the args as they came */
    TB_STAGE_HOOK,         /* hook_calls.c: parked, while the app's hook is asked */
    TB_STAGE_RULES,        /* rules.c */
    TB_STAGE_SCHEMA_AGAIN, /* schema.c: the args as hook and rules have made them */
    TB_STAGE_ASK,          /* ask.c: parked, while a person is asked */
    TB_STAGE_DISPATCH,     /* dispatch.c: recorded, and on its way */
    TB_N_STAGES,
};

enum tb_step {
    TB_STEP_ON,   /* the next stage may see it */
    TB_STEP_OVER, /* answered, or parked; its call may be gone */
};

struct tb_request {
    struct tb_broker *broker;
    struct tb_session *session;
    struct tb_live_call *call;
    const struct tb_grant_command *granted;
    struct tb_call message;  /* what goes on; borrows */
    struct tb_buffer text;   /* of the args, if a stage has changed them */
    enum tb_verdict verdict; /* TB_ALLOW, or TB_REWRITE: they are not what the page sent */
    struct tb_rule rule;     /* what the log is told; of the grant in force */
    bool fresh;              /* of the frame at hand, whose body may lie in a pool (raw.c) */
    const struct tb_filter_rule
        *ask; /* that leaves it to a person; of the grant. NULL: none does */
};

/* Why a request ends. */
struct tb_denial {
    enum tb_code code;
    const char *message; /* what the page is told; a literal */
    uint32_t retry_ms;
    struct tb_bytes reason;     /* what the log is told; empty: the message */
    const struct tb_rule *rule; /* that the log names; NULL: the request's own */
    struct tb_bytes args;       /* as msgpack, for the log; empty: it gets none */
};

/* A request of a call that the session's grant has still. */
struct tb_request tb_request_of(struct tb_session *session, struct tb_live_call *call,
                                const struct tb_call *message);
void tb_request_deinit(struct tb_request *request);

/* Other args, as msgpack: consumes the buffer, also on failure. What the request held before is
 * invalid then. TB_OK, or what tb_unpack says, and the request must be denied. */
tb_must_check int tb_request_rewrite(struct tb_request *request, struct tb_buffer *text);

/* Its args as msgpack, in the buffer, which is empty; empty if there is no memory. */
struct tb_bytes tb_request_pack(const struct tb_request *request, struct tb_buffer *out);

/* Takes a request through its stages, from this one on. The request is consumed. */
void tb_filter_run(struct tb_request *request, enum tb_stage from);

/* One each; the files are named above. */
enum tb_step tb_stage_limits(struct tb_request *request);
enum tb_step tb_stage_schema(struct tb_request *request);
enum tb_step tb_stage_hook(struct tb_request *request);
enum tb_step tb_stage_rules(struct tb_request *request);
enum tb_step tb_stage_ask(struct tb_request *request);
enum tb_step tb_stage_dispatch(struct tb_request *request);
