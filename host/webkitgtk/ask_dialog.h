/*
 * The dialog in which a person decides about one call.
 *
 * It is made against two: a page that knows when its prompt comes, and has made its user click or
 * type there; and a user who is in a hurry. So it begins with no, which Return and Escape mean,
 * too; and what allows can be pressed only once the dialog has been in front of the person, and
 * left alone, for a second.
 */
#pragma once

#include <gtk/gtk.h>
#include <trollbridge.h>

struct tb_ask_dialog;

/* Shows it over the window, which gets no more input until it is gone; other windows do. `answered`
 * is called once, and frees the dialog. Nothing of `ask` is kept. */
struct tb_ask_dialog *
tb_ask_dialog_new(GtkWindow *over, const struct trollbridge_app *app,
                  const struct trollbridge_ask *ask,
                  void (*answered)(void *data, enum trollbridge_answered answered), void *data);
/* Takes it away, unanswered if it was not. NULL is fine. */
void tb_ask_dialog_free(struct tb_ask_dialog *dialog);
