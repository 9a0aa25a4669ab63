/*
 * What every dialog of a page has around what the page says: whose page it is, in the host's own
 * words above it, and from the third in a row on, a way to have no more of them.
 */
#pragma once

#include "host/webkitgtk/dialog_queue.h"
#include "host/webkitgtk/prompt_window.h"

#include <trollbridge.h>

/* Who says it: "A page of NAME" for the app's own files, else with the page's origin. New. */
char *tb_dialog_speaker(const struct trollbridge_app *app, struct tb_bytes origin);

/* The box in which it stands, which begins with this line. */
GtkBox *tb_dialog_frame(GtkDialog *window, const char *line);
/* Puts the offer to have no more at the end of the box, if it is time for that. */
void tb_dialog_frame_end(GtkBox *box, struct tb_dialog *dialog);
