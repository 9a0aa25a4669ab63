/*
 * The dialog in which a person types a passphrase, which goes to a plugin.
 *
 * It takes the keyboard only once it has been in front, and left alone, for a second: what is typed
 * before, elsewhere or in haste, is not in it. It can be confirmed only with something in its
 * field, and the same in both where it is for a new passphrase; Return does so in the last field.
 * Escape and everything else mean that there is none.
 */
#pragma once

#include <gtk/gtk.h>
#include <trollbridge.h>

struct tb_secret_dialog;

/* The passphrase is borrowed for the call; NULL: dismissed. Frees the dialog. */
typedef void tb_secret_typed(void *data, const char *passphrase, size_t n);

/* Shows it over the window, which gets no more input until it is gone; other windows do. `answered`
 * is called once. Nothing of `secret` is kept. NULL: there is no memory for a passphrase. */
struct tb_secret_dialog *tb_secret_dialog_new(GtkWindow *over, const struct trollbridge_app *app,
                                              const struct trollbridge_secret *secret,
                                              tb_secret_typed *answered, void *data);
/* Takes it away, unanswered if it was not, and wipes what was typed. NULL is fine. */
void tb_secret_dialog_free(struct tb_secret_dialog *dialog);
