/*
 * The calls of one document, from the script's id to the endpoint's and back.
 *
 * A call waits for WELCOME, and later for a handle of its command, behind those of the same command
 * that came before. Each is told to the script as done exactly once, perhaps before the function
 * that it was made with is back.
 */
#pragma once

#include "endpoint/endpoint.h"

#include <jsc/jsc.h>

struct tb_web_link;

enum { TB_WEB_WAITING_MAX = 16384 }; /* calls of one command; before WELCOME all together */

struct tb_web_calls {
    GHashTable *by_id;  /* all that are not done, by the script's id */
    GQueue early;       /* for WELCOME */
    GHashTable *queues; /* for a handle, by the command's index */
    GQueue order;       /* the same queues, in the order in which they began */
    struct tb_scanner *scanner;
};

/* TB_OK or TB_FULL (out of memory); deinit follows in either case. */
tb_must_check int tb_web_calls_init(struct tb_web_calls *calls);
void tb_web_calls_deinit(struct tb_web_calls *calls); /* none is left */

/* What the script asks for. The name is of any length. `raw` is NULL or a Uint8Array, which is not
 * copied but kept until the call is done; args are used before tb_web_call is back, or copied. */
struct tb_web_request {
    uint64_t id;
    struct tb_bytes name;
    struct tb_bytes args;
    JSCValue *raw;
    bool more;
};

/* TB_OK, also when the call has failed already; TB_FULL: there is a call of that id. */
tb_must_check int tb_web_call(struct tb_web_link *link, const struct tb_web_request *request);
/* The next part of the body. TB_OK, also when the call is over; TB_AGAIN: not taken, `room`
 * follows; TB_MALFORMED: no such part may follow. */
tb_must_check int tb_web_call_send(struct tb_web_link *link, uint64_t id, struct tb_bytes raw,
                                   bool last);
/* TB_OK, also when the call is over; TB_MALFORMED: more than the script was told. */
tb_must_check int tb_web_call_consumed(struct tb_web_link *link, uint64_t id, uint64_t cost);
void tb_web_call_cancel(struct tb_web_link *link, uint64_t id);

/* WELCOME has come: what waited for it begins. */
void tb_web_calls_begin(struct tb_web_link *link);
/* Starts what waits for handles, as far as they go. */
void tb_web_calls_pump(struct tb_web_link *link);
/* All that was written is sent: bodies that met a full buffer may go on. */
void tb_web_calls_drained(struct tb_web_link *link);
/* The link is lost: what waits fails with link->lost. */
void tb_web_calls_fail(struct tb_web_link *link);
