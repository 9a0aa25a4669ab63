/*
 * What the host of the races is told to do: one order a line on standard input.
 *
 *     load URI | reload | back | forward | stop | crash | release | stall MS
 *     eval N SCRIPT        runs the body of an async function in the page; says `value` with N
 *     early PHASE ORDER    once, at the next load event of that name (started, redirected,
 * committed, late PHASE ORDER     finished), before or after the library is told of it quit
 */
#pragma once

#include <webkit2/webkit2.h>

struct orders;

/* Watches standard input; its end is `quit`. */
struct orders *orders_new(WebKitWebView *view, GMainLoop *loop);
void orders_free(struct orders *orders);

/* `early` before the library is attached to the view, the other one after it. */
void orders_watch_early(struct orders *orders);
void orders_watch_late(struct orders *orders);
