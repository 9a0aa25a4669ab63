/* Prompts: calls of attached views that wait for a person, to be allowed or for a passphrase. */
#pragma once

#include "host/webkitgtk/view.h"

/* Shows the prompt over the window of its view; where there is none, it is dismissed. */
void tb_ask_show(struct trollbridge_webkit *tw, const struct trollbridge_ask *ask);
/* Nobody waits for that answer any more. False: there is no such prompt here. */
bool tb_ask_over(struct trollbridge_webkit *tw, uint32_t id);

/* The window that a prompt of the view is to be over; NULL: it can have none now. */
GtkWindow *tb_ask_window(const struct tb_view *view);

/* Takes away the prompt of the view, if there is one: what asked is gone. */
void tb_ask_close(struct tb_view *view);
/* Those of all views. */
void tb_ask_close_all(struct trollbridge_webkit *tw);
