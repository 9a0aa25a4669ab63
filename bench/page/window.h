/* The one window of the benchmark, and how its page is asked for things. */
#pragma once

#include <webkit2/webkit2.h>

struct window;

/* Opens the app's page and waits until it is loaded. */
G_GNUC_WARN_UNUSED_RESULT struct window *window_open(const char *app, GError **error);
void window_close(struct window *window); /* NULL is fine */

/* Loads the page anew and waits until that is done. */
void window_reload(struct window *window);

/*
 * Runs `body`, the body of an async function with the given parameters (a map from names to values,
 * or NULL), in the page and waits for what it returns. New, or NULL.
 */
G_GNUC_WARN_UNUSED_RESULT JSCValue *window_ask(struct window *window, const char *body,
                                               GVariant *parameters, GError **error);
