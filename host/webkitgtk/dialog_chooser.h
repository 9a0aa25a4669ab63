/*
 * A person chooses files or folders for a page. What was chosen is opened here, handed to the
 * session by descriptor, and told to the page when all of it is there.
 */
#pragma once

#include "host/webkitgtk/dialog_choice.h"
#include "host/webkitgtk/dialog_queue.h"

#include <trollbridge.h>

struct tb_view;
struct tb_dialog_chooser;

extern const struct tb_dialog_type tb_dialog_chooser_type;

/* New, for tb_dialogs_add with the type above. Takes what is in the choice over; the view is
 * borrowed for as long as it lives, `origin` for the call. */
struct tb_dialog_chooser *tb_dialog_chooser_new(const struct tb_view *view, struct tb_bytes origin,
                                                const struct tb_dialog_choice *choice);
