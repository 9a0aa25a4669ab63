/* Prompts: calls of attached views that wait for a person. */
#pragma once

#include "host/webkitgtk/view.h"

/* Shows the prompt over the window of its view; where there is none, it is dismissed. */
void tb_ask_show(struct trollbridge_webkit *tw, const struct trollbridge_ask *ask);
/* Nobody waits for that answer any more. */
void tb_ask_over(struct trollbridge_webkit *tw, uint32_t id);

/* Takes away the prompt of the view, if there is one: what asked is gone. */
void tb_ask_close(struct tb_view *view);
/* Those of all views. */
void tb_ask_close_all(struct trollbridge_webkit *tw);
