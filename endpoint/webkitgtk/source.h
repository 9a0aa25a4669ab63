/* The event source that waits for a link's socket. */
#pragma once

#include <glib.h>
#include <stdbool.h>

struct tb_web_link;

/* A new source, attached to the default context. Borrows the link, which destroys it. */
GSource *tb_web_source_new(struct tb_web_link *link, int fd);
void tb_web_source_want_out(GSource *source, bool want); /* room to write, too */
void tb_web_source_expect(GSource *source);              /* a reply, soon */
void tb_web_source_wake(GSource *source, gint64 in_us);  /* then, or sooner */

/* What it calls: the socket can be read or written, or the time has come. */
void tb_web_link_read(struct tb_web_link *link);
