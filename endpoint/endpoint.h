/*
 * The endpoint of a view link in C: what speaks PROTOCOL.md for a page. Not thread-safe; never
 * blocks unless asked to. Keys and handles stay in here.
 */
#pragma once

#include "proto/control.h"
#include "proto/keys.h"
#include "proto/message.h"

struct tb_endpoint;

enum { TB_NO_COMMAND = UINT32_MAX };

/* The end of a call. `reply` borrows from the endpoint and is gone after the callback; NULL: the
 * session was lost. The callback may start further calls. */
typedef void tb_endpoint_done(void *data, const struct tb_reply *reply);

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

/* Reads once what is there (waiting for it if `wait`), and handles it. TB_OK, TB_AGAIN, or
 * TB_CLOSED: lost. */
tb_must_check int tb_endpoint_dispatch(struct tb_endpoint *endpoint, bool wait);
/* Sends what waits. TB_OK; TB_AGAIN: poll for POLLOUT; TB_CLOSED. */
int tb_endpoint_flush(struct tb_endpoint *endpoint);

/* The index of a granted command, or TB_NO_COMMAND. */
uint32_t tb_endpoint_find(const struct tb_endpoint *endpoint, struct tb_bytes name);

/*
 * Starts a call; it is sent by the next flush. `args` is the msgpack text of a map. TB_OK;
 * TB_AGAIN: no handle is there now, more were asked for, try again after a dispatch; TB_DENIED: the
 * command was revoked, and no handle is left to hear that by; TB_TOO_LARGE; TB_FULL; TB_CLOSED.
 */
tb_must_check int tb_endpoint_call(struct tb_endpoint *endpoint, uint32_t command,
                                   struct tb_bytes args, bool has_raw, struct tb_bytes raw,
                                   tb_endpoint_done *done, void *data);

/* Tells the broker that the page asked for a command that it was not granted; the name is cut at
 * 128 bytes. At most 10 a second are told at once; the rest is counted and told by the first flush
 * after the second. TB_OK, TB_FULL or TB_CLOSED. */
int tb_endpoint_miss(struct tb_endpoint *endpoint, struct tb_bytes name);

/* Cancels the first call under way whose data this is; its callback still comes, once. TB_OK or
 * TB_UNKNOWN. */
tb_must_check int tb_endpoint_cancel(struct tb_endpoint *endpoint, const void *data);
