/*
 * The window of a prompt. It takes the input of the window that it is over until it is gone; of
 * other windows it does not. Nothing pops up over it. And it is ready, for a yes or for a secret,
 * only once it has been in front of the person, and left alone, for a second: a page knows when its
 * prompt comes, and has made its user click or type there.
 */
#pragma once

#include "host/webkitgtk/ask_popups.h"

#include <gtk/gtk.h>

/* `readied` hears that it is ready, or is not any more: it begins with that. `responded` has
 * GTK_RESPONSE_DELETE_EVENT for Escape, for the window's own button, and for a window that was
 * taken away by another than us, which is dismissed with that. */
struct tb_prompt_handler {
    void (*readied)(void *data, gboolean is_ready);
    void (*responded)(void *data, int response);
};

struct tb_prompt_window {
    GtkDialog *dialog;
    gboolean is_ready;
    /* its own */
    GtkGesture *press;
    struct tb_ask_popups *popups;
    guint timer; /* 0: it does not run */
    const struct tb_prompt_handler *handler;
    void *data;
};

void tb_prompt_window_init(struct tb_prompt_window *window, GtkWindow *over, const char *title,
                           const struct tb_prompt_handler *handler, void *data);
/* The same of a window that the caller has made. */
void tb_prompt_window_take(struct tb_prompt_window *window, GtkWindow *dialog, GtkWindow *over,
                           const char *title, const struct tb_prompt_handler *handler, void *data);
void tb_prompt_window_deinit(struct tb_prompt_window *window);

GtkWidget *tb_prompt_window_button(const struct tb_prompt_window *window, const char *text,
                                   int response);
/* With all that is in it by then. */
void tb_prompt_window_show(struct tb_prompt_window *window);
