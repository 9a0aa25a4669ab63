/*
 * The plugin's side of one link, without the descriptor: whole frames go in, frames come out. What
 * the broker may not do ends the session; a plugin has nobody else to answer to.
 */
#pragma once

#include "plugins/sdk/answer.h"
#include "plugins/sdk/streams.h"

enum {
    TB_SESSION_BATCH = 8,         /* frames handled before their replies are sent */
    TB_SESSION_SEND = 256 * 1024, /* bytes to send, from which on no more are made */
    TB_SESSION_POOL = 4,          /* the descriptor of the pool */
};

struct tb_session_command {
    uint32_t number;
    void (*handle)(struct tb_call *call); /* NULL: granted, but this program does not have it */
    bool parts;
};

/*
 * A session in a process that serves many: which plugin it is for is known only from INIT, its
 * functions may be called from outside of its turn, and what it has handed out can outlive it.
 */
struct tb_session_host {
    /* The plugin of that name, and its data; never NULL. */
    const struct tb_plugin *(*find)(void *context, struct tb_bytes name, void **ret_data);
    /* There is something to do, outside of a turn. */
    void (*wake)(void *context);
    /* After tb_session_end: the last stream has been freed. Deinit the session. */
    void (*released)(void *context);
    const char *lacks; /* what a call is told whose command the plugin does not have */
    void *context;
};

struct tb_watches;

struct tb_session {
    const struct tb_plugin *plugin;     /* of a host's session: NULL before INIT */
    const struct tb_session_host *host; /* NULL: a program of its own */
    void *state;
    struct tb_buffer in;
    struct tb_buffer out;
    bool started;
    bool turning; /* inside tb_session_turn */
    bool ended;   /* nothing comes or goes any more */
    int failed;   /* what could not be told where it happened: -errno */
    struct tb_plugin_init init;
    uint8_t *init_text; /* what init borrows from, with init_unpacker */
    struct tb_unpacker init_unpacker;
    struct tb_unpacker unpacker;
    struct tb_session_command *commands; /* sorted by number */
    size_t n_commands;
    struct tb_plugin_scope *scopes;
    uint8_t *memory; /* of tb_call_memory */
    size_t n_memory;
    struct tb_pool pool;
    int pool_fd;
    struct tb_draft answer; /* of the call whose handler is running */
    struct tb_draft draft;  /* of anything else: it may be sent while an answer is being made */
    const struct tb_stream *draft_owner; /* whose draft it is; NULL: an event's, or nobody's */
    struct tb_packer nowhere;            /* takes what may not be said */
    struct tb_streams streams;
    struct tb_ids *ids;         /* tables; a list */
    struct tb_watches *watches; /* borrowed; NULL in a host, which has its own loop */
};

/* A call while its handler runs. */
struct tb_open_call {
    struct tb_call call;
    struct tb_session *session;
    uint64_t number;
    struct tb_stream *stream; /* that has taken it over */
    struct tb_note note;
};

static inline struct tb_open_call *tb_open_call_of(struct tb_call *call)
{
    return tb_container_of(call, struct tb_open_call, call);
}

tb_must_check int tb_session_init(struct tb_session *session, const struct tb_plugin *plugin);
/* Tells every stream that it is over, and stops the plugin. What it holds stays, for streams that
 * are not freed yet. */
void tb_session_end(struct tb_session *session);
/* Ends it, if that was not done. No stream may be left that somebody goes on using. */
void tb_session_deinit(struct tb_session *session);
/* Something was made that is to be sent, or can go on. */
void tb_session_wake(struct tb_session *session);

/*
 * Handles whole frames at the front of `in`, and streams that can go on, until there is nothing to
 * do or it is time to send `out`. TB_OK: send, and come back. TB_AGAIN: send, and *ret_need is the
 * number of bytes that `in` has to hold before it is worth coming back. Anything else: the broker
 * broke the protocol, or the plugin could not start (-errno).
 */
tb_must_check int tb_session_step(struct tb_session *session, size_t *ret_need);

/* Whether so much waits to be sent that no more should be made. */
static inline bool tb_session_full(const struct tb_session *session)
{
    return tb_buffer_n(&session->out) >= TB_SESSION_SEND;
}

/* Gives a place of the pool back to the broker. */
void tb_session_release(struct tb_session *session, uint64_t at);

/* Reads INIT's body: fills init, commands and scopes, and maps the pool. For tb_session_step. */
tb_must_check int tb_session_read_init(struct tb_session *session, struct tb_bytes body);

/* The tables of ids. */
void tb_ids_end_all(struct tb_session *session);
void tb_ids_close(struct tb_call *call); /* the command resources|close */

/* Handles CALL's body. For tb_session_step. */
tb_must_check int tb_session_call(struct tb_session *session, struct tb_bytes body);
