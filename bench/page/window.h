/* The one window of the benchmark, and how its page is asked for things. */
#pragma once

#include "bench/contender.h"

#include <webkit2/webkit2.h>

struct window;

/* Opens the app's first page and waits until it is loaded. */
tb_must_check struct window *window_open(const char *app, GError **error);
void window_close(struct window *window);

/* Loads the page anew and waits until that is done. */
tb_must_check gboolean window_reload(struct window *window, GError **error);

/*
 * Runs `body`, the body of an async function with the given parameters (a map from names to
 * values), in the page and waits for what it returns. New, or NULL.
 */
tb_must_check JSCValue *window_ask(struct window *window, const char *body, GVariant *parameters,
                                   GError **error);
