/* Hands things to programs of the desktop, by GIO. */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

#include <gio/gio.h>

/* What opens URLs of that scheme: the desktop entry that `with` names, or the person's own; NULL:
 * there is none. A new reference. */
GAppInfo *tb_open_program_for_url(const char *url, struct tb_bytes with);
/* The same for files of that kind. */
GAppInfo *tb_open_program_for_type(const char *type, struct tb_bytes with);

/* A call that something is opened for. */
struct tb_opening {
    struct tb_stream *stream; /* NULL: nobody waits for it any more */
    GCancellable *cancellable;
};

/* Takes the call over; NULL: it has been answered. A new one, which tb_opening_end takes. */
struct tb_opening *tb_opening_new(struct tb_call *call);
/* Answers the call: NULL is success, or what failed, a constant string. */
void tb_opening_end(struct tb_opening *opening, const char *failed);

/* Starts the program with the URIs, and ends the opening when it has been started, or could not be.
 * Consumes the program; NULL: the call is answered that there is none. */
void tb_opening_launch(struct tb_opening *opening, GAppInfo *program, GList *uris);
