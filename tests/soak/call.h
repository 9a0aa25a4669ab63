/*
 * Calls that a test makes one by one and knows by an id of its own. What comes of a stream is taken
 * and counted unless the test holds it; a call that pumps has a body without end.
 */
#pragma once

#include "endpoint/endpoint.h"

#include <jansson.h>
#include <stdbool.h>

struct view;
struct call;

void call_begin(struct view *view, const char *id, const char *command, const json_t *args,
                bool pumps);

/* Of a call that is under way. */
void call_hold(struct view *view, const char *id); /* from now on nothing is taken */
void call_take(struct view *view, const char *id); /* takes all, and what comes */
void call_cancel(struct view *view, const char *id);
/* Prints {"view", "id", "came": bytes, "chunks", "last": message, "sent": bytes}. */
void call_progress(struct view *view, const char *id);

/* Starts what waits, and pumps. */
void call_turn(struct view *view);
/* The session is over: what never began ends too. */
void call_drop(struct view *view);
