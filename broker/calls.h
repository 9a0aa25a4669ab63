/*
 * The calls of one session, in a fixed number of slots. A call takes its slot with its CALL and
 * gives it back when both sides are through: the endpoint has its REPLY, and the plugin has
 * answered or is gone.
 */
#pragma once

#include "base/buffer.h"
#include "broker/flow.h"
#include "broker/listener.h"
#include "proto/seal.h"

/* What a call knows of its CHUNKs and CREDITs. */
struct tb_stream {
    bool begun;                   /* its first frame to the endpoint was none of REPLY */
    bool more;                    /* parts of the request's body are still to come */
    bool has_output;              /* the plugin has sent a chunk */
    bool has_value;               /* … which was the result */
    bool ended;                   /* the plugin's last word was nothing but that; chunks are at
                                     the hook */
    bool has_parts;               /* … which was a part of the result's body */
    uint64_t n_in;                /* bytes that parts of the request's body have cost */
    uint64_t n_body;              /* bytes of the parts of the result's body */
    struct tb_flow in;            /* the request's body */
    struct tb_flow out;           /* result and messages */
    struct tb_listener *listener; /* whose events they are; the session's. NULL: a plugin's call */
};

/* A remembered answer that allows a call. */
enum tb_kept {
    TB_NOT_KEPT,   /* there is none */
    TB_TO_BE_KEPT, /* the supervisor was told, and has not shown it yet */
    TB_KEPT,
};

struct tb_live_call {
    bool used;
    bool answered;    /* the REPLY is written; only the plugin's answer is still awaited */
    bool at_plugin;   /* dispatched, and the plugin has not answered yet */
    uint32_t command; /* index in the session */
    uint32_t plugin;  /* index in the session, or TB_NO_INDEX: the broker answers it itself */
    uint32_t next_free;
    uint64_t number;  /* what the plugin is told; never used again */
    uint64_t ref;     /* what the log is told */
    uint64_t counter; /* that the endpoint's next frame under this handle must have */
    uint64_t n_sent;  /* frames to the endpoint under it */
    uint64_t n_out;   /* their bytes */
    uint64_t start_ns;
    uint64_t span_ns;     /* of the command's deadline */
    uint64_t deadline_ns; /* when the call is answered for its plugin; TB_NEVER: not by time */
    uint64_t n_in;        /* request bytes, charged to the session */
    struct tb_handle handle;
    enum tb_kept remembered;          /* an answer allows it that may be revoked */
    uint8_t ask_key[TB_ASK_KEY_SIZE]; /* … which is kept under this */
    struct tb_waiting *waiting;       /* what is kept of it while it is parked; NULL: it is not */
    struct tb_prompt *secret;         /* its plugin asks for a passphrase; NULL: it does not */
    uint32_t n_secrets;               /* that it has asked for */
    struct tb_question *questions;    /* that the hook is asked about it (hook.h) */
    uint32_t hook_token;              /* of the process that keeps its args; 0: none does */
    bool hook_told;                   /* that process knows of its end */
    struct tb_buffer note;            /* what its plugin has said of it, for the log */
    struct tb_buffer parts;           /* of its body, that came while it was parked (parts.h) */
    struct tb_stream stream;
};

struct tb_calls {
    struct tb_live_call *slots;
    uint32_t first_free;
    uint32_t n_used;
    uint64_t n_ever;
};

tb_must_check int tb_calls_init(struct tb_calls *calls); /* 0 or -ENOMEM */
void tb_calls_deinit(struct tb_calls *calls);

/* A zeroed call with a number of its own, or NULL when all slots are taken. */
struct tb_live_call *tb_calls_new(struct tb_calls *calls);
void tb_calls_free(struct tb_calls *calls, struct tb_live_call *call);
uint32_t tb_calls_slot(const struct tb_calls *calls, const struct tb_live_call *call);
struct tb_live_call *tb_calls_at(struct tb_calls *calls, uint32_t slot);

/* The call of that number, or NULL if there is none such. */
struct tb_live_call *tb_calls_find(struct tb_calls *calls, uint64_t untrusted_number);
