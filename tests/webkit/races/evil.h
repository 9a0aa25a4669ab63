/*
 * `evil://`: another origin without a server. Its paths are files of a folder. With the query
 * `hold` an answer waits until it is let go; with `to=URI` it is a redirect to there.
 */
#pragma once

#include <webkit2/webkit2.h>

/* Once in a process; `folder` is borrowed. */
void evil_register(WebKitWebContext *context, const char *folder);
void evil_release(void); /* lets go what is held */
