/* What an endpoint holds; for the files of this folder. */
#pragma once

#include "base/pieces.h"
#include "endpoint/channels.h"
#include "endpoint/commands.h"
#include "endpoint/endpoint.h"
#include "endpoint/misses.h"

enum { TB_ENDPOINT_READ = 192 * 1024 };

struct tb_pending {
    uint64_t id; /* 0: free */
    uint32_t command;
    const struct tb_endpoint_handler *handler;
    void *data;
    struct tb_handle handle;
    uint64_t n_sent; /* frames under the handle, each way: the counter that is due next */
    uint64_t n_heard;
    bool cancelled;
    struct tb_channels channels;

    /* What is sent. */
    bool more; /* the body is not complete */
    uint32_t may_send;

    /* What comes. may_come, n_held and n_owed together are always TB_CREDIT_FIRST. */
    bool is_stream;
    bool has_value;
    bool has_parts;
    uint64_t n_parts; /* bytes of the result that have come */
    uint32_t may_come;
    uint32_t n_held; /* told to the handler, and not consumed */
    uint32_t n_owed; /* consumed, and not given back */
};

enum tb_endpoint_state {
    TB_ENDPOINT_AWAIT_BOOT,
    TB_ENDPOINT_AWAIT_WELCOME,
    TB_ENDPOINT_OPEN,
    TB_ENDPOINT_LOST
};

struct tb_endpoint {
    enum tb_endpoint_state state;
    int fd;
    int close_code;
    bool direct;
    bool broken; /* the broker broke the protocol */
    bool busy;   /* in a handler, or about to call one */
    bool freed;  /* by a handler: memory goes when it is back */
    bool owes;   /* a CREDIT could not be written; flush tries again */
    struct tb_buffer in;
    struct tb_buffer out;
    struct tb_pieces pieces; /* callers' bodies, between the bytes of `out` */
    struct tb_unpacker unpacker;
    struct tb_session_keys keys;
    uint64_t n_sent;
    uint64_t n_received;
    char session[2 * TB_SESSION_SIZE + 1];
    uint32_t frame_max; /* these two as WELCOME says */
    uint32_t in_flight;
    struct tb_commands commands;
    struct tb_misses misses;
    uint64_t n_calls;
    uint32_t n_streams; /* of the calls that are pending */
    uint32_t n_free;
    uint16_t free_slots[TB_SESSION_CALLS]; /* slots of `pending` */
    struct tb_pending pending[TB_SESSION_CALLS];
};

/* Calls that are under way end without a reply. */
void tb_endpoint_lose(struct tb_endpoint *endpoint, int close_code);
/* Memory and descriptor; all calls have ended. */
void tb_endpoint_release(struct tb_endpoint *endpoint);
/* TB_OK; TB_FULL; or what is wrong with the bootstrap. */
tb_must_check int tb_endpoint_greet(struct tb_endpoint *endpoint,
                                    struct tb_bytes untrusted_bootstrap);

/* The call of that id, or NULL: it is over. */
struct tb_pending *tb_endpoint_pending(struct tb_endpoint *endpoint, uint64_t id);
/* Ends a call: its slot is free, and the handler told. */
void tb_endpoint_end(struct tb_endpoint *endpoint, struct tb_pending *pending,
                     const struct tb_reply *reply);
/* Asks for handles of a command that runs short of them. TB_OK or TB_FULL. */
tb_must_check int tb_endpoint_want(struct tb_endpoint *endpoint, uint32_t command);

/* The envelope of the next frame under the call's handle. */
static inline struct tb_envelope tb_endpoint_envelope(const struct tb_endpoint *endpoint,
                                                      const struct tb_pending *pending)
{
    return (struct tb_envelope){
        .key = endpoint->keys.to_broker, .handle = pending->handle, .counter = pending->n_sent};
}

/* ---- stream.c: frames under the handle of a live call; false breaks the session ---- */

bool tb_endpoint_on_chunk(struct tb_endpoint *endpoint, struct tb_pending *pending,
                          const struct tb_plaintext *plaintext);
bool tb_endpoint_on_credit(struct tb_endpoint *endpoint, struct tb_pending *pending,
                           const struct tb_plaintext *plaintext);
bool tb_endpoint_on_reply(struct tb_endpoint *endpoint, struct tb_pending *pending,
                          const struct tb_plaintext *plaintext);
/* CREDITs that are due and could not be written before. */
void tb_endpoint_give_owed(struct tb_endpoint *endpoint);
