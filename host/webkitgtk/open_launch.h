/* Hands something to a program of the desktop's, by GIO. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

#include <gio/gio.h>

/* What opens URLs of that scheme: the desktop entry that `with` names, or the person's own; NULL:
 * there is none. A new reference. */
GAppInfo *tb_open_program_for_url(const char *url, struct tb_bytes with);

/* Takes the call over and starts the program with the URI; the call is answered when it has been
 * started, or could not be. Consumes the program; NULL: the call is answered `not_found`. */
void tb_open_launch(struct tb_call *call, GAppInfo *program, const char *uri);
