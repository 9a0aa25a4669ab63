/*
 * One document of one view: its link, its keys, its handles, its calls and its plugins. It begins
 * with OPEN, and ends with its link; nothing of it outlives it.
 */
#pragma once

#include "broker/calls.h"
#include "broker/handle_pool.h"
#include "broker/link.h"
#include "broker/plugin.h"
#include "broker/prompts.h"
#include "proto/control.h"
#include "proto/keys.h"
#include "proto/stream.h"

enum tb_session_state {
    TB_SESSION_RESOLVING, /* the grant is being made */
    TB_SESSION_HELLO,     /* the bootstrap is out, HELLO is awaited */
    TB_SESSION_OPEN,
    TB_SESSION_CLOSED, /* freed at the end of the round */
};

struct tb_session {
    struct tb_broker *broker; /* whose it is; opaque here */
    enum tb_session_state state;
    uint32_t slot;    /* of its view */
    uint32_t open_id; /* the host's number for the OPEN */
    uint32_t token;   /* of the RESOLVE that makes its grant */
    enum tb_mode mode;
    uint64_t document;
    uint64_t opened_ns;
    char label[TB_LABEL_MAX + 1];
    char webview[TB_LABEL_MAX + 1];
    char origin[TB_ORIGIN_MAX + 1];
    uint8_t id[TB_SESSION_SIZE];
    uint8_t hook_id[TB_DIGEST_SIZE]; /* of the grant's hook (hook.h) */
    char id_hex[2 * TB_SESSION_SIZE + 1];

    struct tb_link link;
    struct tb_bulk *body; /* where the body of the frame that is half there is read to; NULL: it is
                             none such */
    uint64_t body_at;
    struct tb_grant *grant;      /* in force; NULL: it is being made */
    struct tb_grant *first;      /* that WELCOME was made of; may be the same */
    struct tb_grant *next_grant; /* that a reload would put in force; NULL: none */

    struct tb_bootstrap bootstrap;
    uint8_t broker_sk[TB_KEY_SIZE];
    struct tb_session_keys keys;
    uint64_t n_sent;     /* frames under the zero handle, to the endpoint */
    uint64_t n_received; /* and from it */

    struct tb_handle_pool handles;
    struct tb_calls calls;
    struct tb_named *commands; /* as WELCOME numbers them */
    uint32_t n_commands;
    struct tb_plugin *plugins; /* of the grant that WELCOME was made of */
    uint32_t n_plugins;
    uint32_t n_streams; /* calls that are streams and not answered */
    uint64_t n_bytes_live;
    uint64_t n_back;               /* bytes from plugins that wait for the hook */
    uint64_t n_parts_parked;       /* bytes of parts of bodies that wait with their calls */
    struct tb_order own_order;     /* calls that the broker answers itself and that wait */
    struct tb_prompts prompts;     /* calls that wait for a person */
    struct tb_picks *picks;        /* what a person has picked; NULL: nothing */
    struct tb_listener *listeners; /* of events, in the order of their calls */
    uint64_t last_listener;        /* its id */
    size_t n_events_waiting;       /* bytes, of all of them */
    bool events_held;              /* some wait though there is credit */
    uint64_t next_deadline_ns;     /* no live call's deadline is earlier */

    uint64_t miss_window_ns;
    uint32_t n_misses; /* in this window */
    uint64_t n_misses_unlogged;
    uint64_t n_stray; /* frames dropped because they crossed a REPLY */
    struct tb_session *next_closed;
};

/* A session for that OPEN, without grant. NULL when out of memory. */
struct tb_session *tb_session_new(struct tb_loop *loop, const struct tb_open *open);
void tb_session_free(struct tb_session *session); /* NULL is fine; wipes keys */

/* Consumes the grant, also on failure. Makes ticket, key pair and tables. 0 or -ENOMEM. */
tb_must_check int tb_session_grant(struct tb_session *session, struct tb_grant *grant,
                                   struct tb_random *random);

/*
 * Puts `next_grant` in force. Commands that it does not have are revoked for good: no handle of
 * theirs is issued any more. What it adds comes with the view's next document. Plugins whose
 * running instance does not fit it are `stale`. Calls are the caller's to answer. Cannot fail.
 */
void tb_session_regrant(struct tb_session *session);

/* HELLO: TB_OK, and the keys are there and the ticket is gone; TB_UNKNOWN (version), TB_FORGED
 * (low-order key), TB_DENIED (not this link's ticket), TB_MALFORMED. */
tb_must_check int tb_session_hello(struct tb_session *session, struct tb_bytes body);

/* Writers of frames to the endpoint: TB_OK, or the endpoint does not read and has lost its session.
 */
tb_must_check int tb_session_write_boot(struct tb_session *session);
tb_must_check int tb_session_write_welcome(struct tb_session *session, struct tb_random *random);
tb_must_check int tb_session_write_handles(struct tb_session *session, struct tb_random *random,
                                           const struct tb_want *want);

/*
 * session_call.c: frames under the handle of a call that is not answered. The first one of them has
 * the command's next handle.
 *
 * A call becomes a stream: TB_OK, or TB_FULL when the session has as many as it may have. Before it
 * is one, it is sent nothing but REPLY.
 */
tb_must_check int tb_session_begin_stream(struct tb_session *session, struct tb_live_call *call);
/* Whether that would be TB_OK. */
bool tb_session_has_stream(const struct tb_session *session, const struct tb_live_call *call);
/* `piece` follows the frame if that holds only the length of its raw bytes; else it is done with.
 * *ret_cost is what the endpoint counts for it. TB_TOO_LARGE: it does not fit a CHUNK, and nothing
 * is written. */
tb_must_check int tb_session_write_chunk(struct tb_session *session, struct tb_random *random,
                                         struct tb_live_call *call, const struct tb_chunk *chunk,
                                         const struct tb_piece *piece, uint64_t *ret_cost);
/* The same of an event, which always fits, to a listener that has been told its id. */
tb_must_check int tb_session_write_event(struct tb_session *session, struct tb_live_call *call,
                                         const struct tb_event_message *message,
                                         uint64_t *ret_cost);
tb_must_check int tb_session_write_credit(struct tb_session *session, struct tb_random *random,
                                          struct tb_live_call *call, uint32_t bytes);
/* The one REPLY, which ends the call for the endpoint. What does not fit a frame becomes the error
 * `too_large`, in *reply too. `piece` as above. */
tb_must_check int tb_session_write_reply(struct tb_session *session, struct tb_random *random,
                                         struct tb_live_call *call, struct tb_reply *reply,
                                         const struct tb_piece *piece);

/* Both sides are through with the call: frees its slot, and gives the session back what its bytes
 * were charged. */
void tb_session_free_call(struct tb_session *session, struct tb_live_call *call);

static inline const struct tb_named *tb_session_command(const struct tb_session *session,
                                                        uint32_t command)
{
    return &session->commands[command];
}
