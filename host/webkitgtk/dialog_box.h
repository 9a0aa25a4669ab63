/* A message of a page: what it says, and its buttons. */
#pragma once

#include "host/webkitgtk/dialog_message.h"
#include "host/webkitgtk/dialog_queue.h"

#include <trollbridge.h>

struct tb_dialog_box;

extern const struct tb_dialog_type tb_dialog_box_type;

/* New, for tb_dialogs_add with the type above. Takes what is in the message over; `origin` is of
 * the page and borrowed for the call, `app` for as long as it lives. */
struct tb_dialog_box *tb_dialog_box_new(const struct trollbridge_app *app, struct tb_bytes origin,
                                        const struct tb_dialog_message *message);
