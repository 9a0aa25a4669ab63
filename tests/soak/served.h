/* Commands that the driver serves as a host: the app's own, and two of `plugin:window`. */
#pragma once

#include "host/trollbridge.h"

enum { SERVED_PLUGINS = 2 };

extern const struct trollbridge_plugin served_plugins[SERVED_PLUGINS];

/* Ends the oldest call of `later` that is kept, with that text; not from inside the library. */
void served_finish(const char *text);
/* Frees it without an answer. */
void served_forget(void);
