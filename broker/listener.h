/*
 * A listener: a call of `plugin:event|listen`, which is a stream of events. Events that its
 * endpoint gives no credit for wait here, the last TB_EVENTS_WAITING bytes of them; older ones are
 * lost and counted.
 */
#pragma once

#include "proto/event.h"

struct tb_late_event; /* one event */

struct tb_listener {
    uint64_t id; /* in the session */
    char event[TB_EVENT_NAME_MAX + 1];
    enum tb_target_kind kind;
    char label[TB_LABEL_MAX + 1];
    uint32_t slot; /* of its call */
    uint32_t n_lost;
    uint32_t retry_ms;           /* not 0: over its limit, to be ended with that */
    struct tb_late_event *first; /* the oldest that waits; NULL: none */
    struct tb_late_event *last;
    size_t n_waiting;         /* bytes, of memory */
    struct tb_listener *next; /* in the session */
};

/* Without `id` and `slot`. NULL when out of memory. */
struct tb_listener *tb_listener_new(struct tb_bytes event, const struct tb_target *target);
void tb_listener_free(struct tb_listener *listener); /* NULL is fine */

/* Whether an event of that name, sent there, is for it. */
bool tb_listener_hears(const struct tb_listener *listener, struct tb_bytes event,
                       const struct tb_target *to);

/* Puts an event behind those that wait, in at most `room` bytes of memory, and TB_EVENTS_WAITING;
 * what has no room is lost, the oldest first. An event that could be sent at once can wait alone.
 */
void tb_listener_wait(struct tb_listener *listener, struct tb_bytes payload, struct tb_bytes source,
                      size_t room);
/* The oldest that waits, with what was lost before it; false: none does. Borrows until the next
 * change. */
bool tb_listener_first(const struct tb_listener *listener, struct tb_event_message *ret_message);
/* What an event would be that does not have to wait. */
struct tb_event_message tb_listener_message(const struct tb_listener *listener,
                                            struct tb_bytes payload, struct tb_bytes source);
/* The oldest has been sent. */
void tb_listener_sent_first(struct tb_listener *listener);
