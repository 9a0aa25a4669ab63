/*
 * The dialogs that the documents of a view have asked for. One is shown at a time, over the view's
 * window and not while a prompt of ask.h is there; the others wait, a few of them. Each is a call
 * that was taken over: its end is that of the call, whichever comes first.
 *
 * A page that opens one after another holds up its window: from the third in a row on, the person
 * can say that there shall be no more. That holds until the document goes.
 */
#pragma once

#include "plugins/sdk/trollbridge-plugin.h"

#include <gtk/gtk.h>

struct tb_dialogs;
struct tb_dialog;

/* What a dialog is. */
struct tb_dialog_type {
    /* Shows it over the window. */
    void (*show)(struct tb_dialog *dialog, GtkWindow *over);
    /* Takes away what is shown of it, if anything is, and frees it. */
    void (*free)(void *data);
    /* What the dialog has handed to trollbridge_pick is there, or why not; of others, too. NULL: it
     * hands nothing over. */
    void (*picked)(struct tb_dialog *dialog, uint32_t id, const char *code, const char *message);
};

/* `window` says where the next one may be shown now; NULL: nowhere. */
struct tb_dialogs *tb_dialogs_new(GtkWindow *(*window)(void *data), void *data);
/* NULL is fine. */
void tb_dialogs_free(struct tb_dialogs *dialogs);

/* Ends all of them: their document is gone. */
void tb_dialogs_clear(struct tb_dialogs *dialogs);
/* Shows the next one soon, if there is one and it may be. */
void tb_dialogs_go_on(struct tb_dialogs *dialogs);

/* For the one that is shown: see struct tb_dialog_type. */
void tb_dialogs_picked(struct tb_dialogs *dialogs, uint32_t id, const char *code,
                       const char *message);

/* Puts the call in, whose dialog `data` is from then on, or answers it with an error and frees
 * `data`. */
void tb_dialogs_add(struct tb_dialogs *dialogs, struct tb_call *call,
                    const struct tb_dialog_type *type, void *data);

/* ---- for dialogs that are shown ---- */

void *tb_dialog_data(const struct tb_dialog *dialog);
/* Whether to offer that there be no more; and what the person says to that. */
bool tb_dialog_is_one_more(const struct tb_dialog *dialog);
void tb_dialog_stop(struct tb_dialog *dialog, bool is_stopped);

/* Pack the answer into what the first returns and end with the second, or end with an error. The
 * dialog is taken away and freed with that. */
struct tb_packer *tb_dialog_answer(struct tb_dialog *dialog);
void tb_dialog_end(struct tb_dialog *dialog);
TB_FORMAT(4, 5)
void tb_dialog_end_error(struct tb_dialog *dialog, enum tb_code code, int number,
                         const char *format, ...);
