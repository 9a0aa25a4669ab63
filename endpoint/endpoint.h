/*
 * The endpoint of a view link in C: what speaks PROTOCOL.md for a page. Not thread-safe; never
 * blocks unless asked to. Keys and handles stay in here.
 */
#pragma once

#include "proto/control.h"
#include "proto/keys.h"
#include "proto/stream.h"

struct tb_endpoint;

enum { TB_NO_COMMAND = UINT32_MAX };

/*
 * What becomes of a call. Each may start, cancel and feed calls, and free the endpoint: then `done`
 * of every call that was under way has come before tb_endpoint_free is back. What they get borrows
 * from the endpoint and is gone afterwards.
 */
struct tb_endpoint_handler {
    /* The end, exactly once. NULL: the session was lost. */
    void (*done)(void *data, const struct tb_reply *reply);
    /* An early result, a message, or a part of the result, at the cost of so much credit: give it
     * back with tb_endpoint_consumed. NULL: they are dropped. */
    void (*chunk)(void *data, const struct tb_chunk *chunk, uint32_t cost);
    /* tb_endpoint_send may take more of the body now. NULL: not of interest. */
    void (*room)(void *data);
};

/*
 * Returns a new endpoint, or NULL when out of memory or the bootstrap is not in the format.
 * Consumes fd. `bootstrap` is what OPENED returned for a relayed link; empty for a direct one,
 * where it comes as the first frame. RAW_CLEAR is used on direct links.
 */
struct tb_endpoint *tb_endpoint_new(int fd, struct tb_bytes bootstrap);
void tb_endpoint_free(
    struct tb_endpoint *endpoint); /* ends calls that are under way; NULL is fine */

int tb_endpoint_fd(const struct tb_endpoint *endpoint);
bool tb_endpoint_ready(const struct tb_endpoint *endpoint); /* WELCOME has come */
bool tb_endpoint_lost(const struct tb_endpoint *endpoint);
/* Why it was lost: a CLOSE code, or -1: the link ended without one, or broke the protocol. */
int tb_endpoint_close_code(const struct tb_endpoint *endpoint);
/* Whether it was lost because the broker broke the protocol: calls under way have failed with
 * `violation` then, and with `session_closed` else. */
bool tb_endpoint_broken(const struct tb_endpoint *endpoint);
struct tb_bytes tb_endpoint_session(const struct tb_endpoint *endpoint); /* 16 hex digits */

/* Reads once what is there (waiting for it if `wait`), and handles it. TB_OK; TB_AGAIN, also inside
 * a handler; TB_CLOSED: lost, or a handler freed the endpoint. */
tb_must_check int tb_endpoint_dispatch(struct tb_endpoint *endpoint, bool wait);
/* Sends what waits. TB_OK; TB_AGAIN: poll for POLLOUT; TB_CLOSED. */
int tb_endpoint_flush(struct tb_endpoint *endpoint);

/* The index of a granted command, or TB_NO_COMMAND. */
uint32_t tb_endpoint_find(const struct tb_endpoint *endpoint, struct tb_bytes name);
/* The granted commands, in the order of their indexes; none before WELCOME. */
uint32_t tb_endpoint_n_commands(const struct tb_endpoint *endpoint);
struct tb_bytes tb_endpoint_command(const struct tb_endpoint *endpoint, uint32_t command);

struct tb_endpoint_request {
    struct tb_bytes args; /* the msgpack text of a map */
    bool has_raw;
    bool more; /* tb_endpoint_send brings the rest of the body */
    struct tb_bytes raw;
    bool raw_stays; /* raw is left as it is until the call's `done`: it need not be copied */
};

/*
 * Starts a call; it is sent by the next flush. The handler must outlive it. TB_OK, and the call's
 * id, which no other call of the endpoint has (ret_id may be NULL); TB_AGAIN: no handle is there
 * now, more were asked for, try again after a dispatch; TB_DENIED: the command was revoked, and no
 * handle is left to hear that by; TB_TOO_LARGE; TB_FULL; TB_CLOSED.
 */
tb_must_check int tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t command,
                                   const struct tb_endpoint_request *request,
                                   const struct tb_endpoint_handler *handler, void *data,
                                   uint64_t *ret_id);

/*
 * The next part of a call's body, TB_CHUNK_RAW_MAX bytes at most; empty only if it is the last.
 * TB_OK; TB_AGAIN: it is not taken, `room` tells when to try again; TB_UNKNOWN: the call is over or
 * cancelled; TB_MALFORMED: no such part may follow; TB_FULL.
 */
tb_must_check int tb_endpoint_send(struct tb_endpoint *endpoint, uint64_t id, struct tb_bytes raw,
                                   bool last);

/* So much of what `chunk` told the cost of is dealt with: the other side may send as much again.
 * Nothing happens when the call is over. */
void tb_endpoint_consumed(struct tb_endpoint *endpoint, uint64_t id, uint32_t cost);

/* Cancels a call; its `done` still comes, once, and before it perhaps chunks that were on their
 * way. TB_OK, also when it is cancelled already; TB_UNKNOWN: it is over; TB_FULL. */
tb_must_check int tb_endpoint_cancel(struct tb_endpoint *endpoint, uint64_t id);

/* Tells the broker that the page asked for a command that it was not granted; the name is cut at
 * 128 bytes. At most 10 a second are told at once; a few names wait for the first flush after the
 * second, and the rest is counted. TB_OK, TB_FULL or TB_CLOSED. */
int tb_endpoint_miss(struct tb_endpoint *endpoint, struct tb_bytes name);
/* Whether names wait for that flush. */
bool tb_endpoint_misses_wait(const struct tb_endpoint *endpoint);
