/* What the scenes of scenes.c are made of: each waits until what it began is over. */
#pragma once

#include "host/webkitgtk/trollbridge-webkitgtk.h"

/* Starts Trollbridge, or ends the program with status 1 and the error on stderr. */
struct trollbridge_webkit *scene_begin(struct trollbridge_webkit_options options);
void scene_end(struct trollbridge_webkit *tw);

/* A view in a window of its own, not attached. It is in the web process of `related`, if that is
 * not NULL. */
WebKitWebView *scene_view(struct trollbridge_webkit *tw, WebKitWebView *related);
/* The same, attached; a failure is printed. */
WebKitWebView *scene_attached(struct trollbridge_webkit *tw, const char *label,
                              WebKitWebView *related);
void scene_close(WebKitWebView *view);
void scene_close_by_alert(WebKitWebView *view); /* while the next one is told */

/* NULL: what it showed last. */
void scene_load(WebKitWebView *view, const char *uri);
/* A script of the page goes there. */
void scene_leave(WebKitWebView *view, const char *uri);
/* Runs the body of an async function in the page and prints `NAME: RESULT`, JSON or the error. */
void scene_eval(WebKitWebView *view, const char *name, const char *body);
/* Waits until an alert of that event has come. */
void scene_await_alert(const char *event);
