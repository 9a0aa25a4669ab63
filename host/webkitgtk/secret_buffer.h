/*
 * What is typed into a field for a passphrase: in one block of guarded memory that is locked as far
 * as the process may, that never moves, is left out of core files, and is wiped where something is
 * deleted from it. Nobody is told what was inserted, only where and how much.
 */
#pragma once

#include <gtk/gtk.h>

/* It takes more than a passphrase may have, so that one that is too long is seen to be. */
enum { TB_SECRET_MAX = 1024 };

/* NULL: there is no such memory. */
GtkEntryBuffer *tb_secret_buffer_new(void);

/* Borrows the bytes, until the buffer is changed. */
const char *tb_secret_buffer_text(GtkEntryBuffer *buffer, size_t *ret_n);
gboolean tb_secret_buffers_are_same(GtkEntryBuffer *a, GtkEntryBuffer *b);
